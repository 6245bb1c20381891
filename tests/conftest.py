"""What holds for every test."""

import os

# The commands' consoles keep the width that COLUMNS has when they are made. They are made here, without one, so that
# each test can set its own.
os.environ.pop("COLUMNS", None)

import pipelines.terminal  # noqa: F401
