"""An ERP that many processes share: a table of its own on a server, with drafts and without any key of a reference."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg

from connectors.erp.port import Capabilities, ErpDocument, draft_of
from schemas.credits import CreditRequest
from schemas.errors import PermanentError

SCHEMA = """
create table erp_document (
  draft_id bigint generated always as identity primary key, reference text not null, request text not null,
  posted_on date, number bigint
);
create index on erp_document (reference);
create sequence erp_number;
"""
_COLUMNS = "draft_id, request, posted_on, number"


class TableErp:
    """Documents in a table. It posts a draft once, and a reference as often as it has drafts that are posted."""

    def __init__(self, host: str, user: str, database: str) -> None:
        self._connection = psycopg.connect(host=host, user=user, dbname=database, autocommit=True)

    @property
    def capabilities(self) -> Capabilities:
        """No key, drafts, and requests that end soon."""
        return Capabilities("none", True, "line", True, False, max_request_seconds=5)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def find(self, reference: str) -> Sequence[ErpDocument]:
        """Every document of the reference."""
        return self._documents("reference = %s", reference)

    def read(self, draft_id: str) -> ErpDocument | None:
        """The document of this id."""
        return next(iter(self._documents("draft_id = %s", int(draft_id))), None)

    def create_draft(self, request: CreditRequest) -> str:
        """Another draft, whatever is there."""
        values = (request.reference, request.canonical())
        insert = "insert into erp_document (reference, request) values (%s, %s) returning draft_id"
        made = self._connection.execute(insert, values).fetchone()
        assert made is not None
        return str(made[0])

    def post(self, draft_id: str, on: date) -> None:
        """Post a draft that is none yet."""
        done = self._connection.execute(
            "update erp_document set posted_on = %s, number = nextval('erp_number') where draft_id = %s "
            "and posted_on is null",
            (on, int(draft_id)),
        )
        if done.rowcount != 1:
            raise PermanentError(f"{draft_id} is posted already. Next: read it back.")

    def discard(self, draft_id: str) -> None:
        """Remove a draft."""
        done = self._connection.execute(
            "delete from erp_document where draft_id = %s and posted_on is null", (int(draft_id),)
        )
        document = self.read(draft_id) if done.rowcount != 1 else None
        if document is not None:
            raise PermanentError(f"{draft_id} is posted and cannot be discarded. Next: a person looks.")

    def _documents(self, where: str, value: Any) -> list[ErpDocument]:
        query = f"select {_COLUMNS} from erp_document where {where} order by draft_id"
        return [_document(*row) for row in self._connection.execute(query, (value,)).fetchall()]


def _document(draft_id: int, request: str, posted_on: date | None, number: int | None) -> ErpDocument:
    draft = draft_of(CreditRequest.model_validate_json(request), str(draft_id))
    if posted_on is None:
        return draft
    return replace(draft, state="posted", number=f"CN-{number:07}", posted_on=posted_on)
