"""Open this when a demonstration's SFTP partners do not answer: the SSH server that stands in for their own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.settings import PORT_VARIABLE, Settings


@contextmanager
def partners_online(settings: Settings) -> Iterator[None]:
    """In a demonstration, run the partners' SSH server on loopback and say its port; elsewhere do nothing."""
    simulation = settings.simulation
    if simulation is None or PORT_VARIABLE in os.environ:
        yield
        return
    # asyncssh is only needed where partners are simulated.
    from pipelines.simulate.ssh_server import public_key, serve

    keys = settings.path(simulation.keys)
    root = settings.path(simulation.sftp_root)
    users = {folder.name: public_key(keys / folder.name) for folder in sorted(root.iterdir())}
    with serve(root, users, keys / "host") as server:
        os.environ[PORT_VARIABLE] = str(server.port)
        try:
            yield
        finally:
            del os.environ[PORT_VARIABLE]
