"""Open this when you ask where a draft for SAP lies: SAP has none, so they are files of ours until they are posted.

<draft id>.json             a prepared draft: the canonical request. Its id is the reference and a counter
<draft id>.json.discarded   one that was discarded; kept so that no id is given twice
"""

import re
from pathlib import Path

from connectors.disk import disk_faults, write_whole
from schemas.credits import CreditRequest
from schemas.errors import PermanentError

# What fits into SAP's 16 characters of reference, and with the counter into its 25 of header text.
_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")
_DRAFT_ID = re.compile(rf"({_REFERENCE.pattern})_([1-9][0-9]{{0,6}})")


class PreparedDrafts:
    """Requests that wait to be posted, one file each, whole or not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, request: CreditRequest) -> str:
        """Keep the request; answers the id of its draft."""
        if not _REFERENCE.fullmatch(request.reference):
            raise PermanentError(
                f"{request.reference} does not fit SAP's reference of 16 capitals, digits and hyphens. "
                "Next: shorten what references are made of."
            )
        with disk_faults(f"preparing {request.reference}"):
            self._folder.mkdir(parents=True, exist_ok=True)
            given = [int(str(name).partition(".")[0].rpartition("_")[2]) for name in self._names(request.reference)]
            draft_id = f"{request.reference}_{1 + max(given, default=0)}"
            path = self._path(draft_id)
            write_whole(request.canonical().encode(), path.with_suffix(".tmp"), path, 0o600)
        return draft_id

    def of(self, reference: str) -> list[str]:
        """Ids of the drafts of this reference, oldest first."""
        if not _REFERENCE.fullmatch(reference):
            return []
        ids = [name.removesuffix(".json") for name in self._names(reference) if name.endswith(".json")]
        return sorted(ids, key=lambda one: int(one.rpartition("_")[2]))

    def read(self, draft_id: str) -> CreditRequest | None:
        """The request of a draft; None when there is none."""
        if not reference_of(draft_id):
            return None
        with disk_faults(f"reading draft {draft_id}"):
            if not self._path(draft_id).is_file():
                return None
            text = self._path(draft_id).read_text("utf-8")
        try:
            return CreditRequest.model_validate_json(text)
        except ValueError:
            raise PermanentError(
                f"{self._path(draft_id)} is not the draft that was written there. Next: remove it, release the intent."
            ) from None

    def discard(self, draft_id: str) -> None:
        """Put a draft aside; nothing happens when there is none."""
        if reference_of(draft_id):
            with disk_faults(f"discarding {draft_id}"):
                path = self._path(draft_id)
                if path.exists():
                    path.rename(path.with_suffix(".json.discarded"))

    def _path(self, draft_id: str) -> Path:
        return self._folder / f"{draft_id}.json"

    def _names(self, reference: str) -> list[str]:
        found = self._folder.glob(f"{reference}_*.json*") if self._folder.is_dir() else ()
        return [path.name for path in found if reference_of(path.name.partition(".")[0]) == reference]


def reference_of(draft_id: str) -> str | None:
    """The reference of a draft id of ours; None when it is none."""
    match = _DRAFT_ID.fullmatch(draft_id)
    return match[1] if match else None
