# SPDX-License-Identifier: GPL-3.0-or-later
"""Open this when you ask what every document with a key of Backhaul has: the key, unique in its table, and a digest."""

from trytond.model import Unique, fields
from trytond.pyson import Eval


class KeyMixin:
    """A document that may stand for one request of Backhaul."""

    # Read-only for people once the document is saved.
    backhaul_key = fields.Char(
        "Backhaul Key", states={"readonly": Eval("id", -1) >= 0}, help="What this document stands for in Backhaul."
    )
    backhaul_request = fields.Char(
        "Backhaul Request",
        states={"readonly": Eval("id", -1) >= 0},
        help="SHA-256 of the request that it was made from.",
    )

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints.append(
            ("backhaul_key_unique", Unique(table, table.backhaul_key), "backhaul_key.msg_key_unique")
        )

    @classmethod
    def copy(cls, documents, default=None):
        """A copy stands for nothing of ours."""
        default = dict(default or {})
        default.setdefault("backhaul_key", None)
        default.setdefault("backhaul_request", None)
        return super().copy(documents, default=default)
