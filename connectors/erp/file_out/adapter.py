"""Open this when the file ERP does something: drafts, posting by one rename, and healing of what was interrupted."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Literal

from connectors.erp.file_out.journal import Journal
from connectors.erp.file_out.notes import Listing, NoteFolder, Place, fits_a_file_name, reference_of
from connectors.erp.file_out.papers import RECONCILIATIONS, write_paper
from connectors.erp.file_out.profiles import EN16931, Profile
from connectors.erp.file_out.reading import read_note
from connectors.erp.file_out.ubl import CHARGE, CREDIT, draft_note, posted_note
from connectors.erp.papers import paper_name, paper_of
from connectors.erp.port import Capabilities, ErpDocument, Papers
from schemas.credits import CreditRequest
from schemas.errors import PermanentError, TransientError, UncertainError

_CAPABILITIES = Capabilities(
    native_key="header",
    draft_state=True,
    line_reference="line",
    tax_override=True,
    discount_on_credit=False,
    # A request ends with its process; the time is for one that was stopped while it held the lock.
    max_request_seconds=0,
    counter_documents=True,
)


class FileOutErp:
    """An ERP that is a folder: EN 16931 credit notes and a journal. One posted note a reference.

    Any number of processes may use the folder. A process killed at any moment leaves a state that the next call mends.
    """

    def __init__(self, folder: Path, papers: Papers | None = None, profile: Profile = EN16931) -> None:
        self._papers = papers
        self._profile = profile
        self._notes = NoteFolder(folder)
        self._journal = Journal(self._notes)
        self._checked = False

    @property
    def capabilities(self) -> Capabilities:
        """What this ERP can do."""
        return _CAPABILITIES

    def find(self, reference: str) -> Sequence[ErpDocument]:
        """Every draft and posted note of our reference, oldest first."""
        with self._opened() as listing:
            return [self._document(draft_id, listing) for draft_id in listing.of(reference)]

    def read(self, draft_id: str) -> ErpDocument | None:
        """The note of this draft id, draft or posted; None when there is none."""
        with self._opened() as listing:
            known = draft_id in listing.drafts or draft_id in listing.posted
            return self._document(draft_id, listing) if known else None

    def create_draft(self, request: CreditRequest) -> str:
        """A draft note in drafts/. PermanentError when the profile or a file name cannot say what the request says."""
        if not fits_a_file_name(request.reference):
            raise PermanentError(
                f"reference {request.reference!r} cannot be a file name. Next: use letters, digits and hyphens."
            )
        paper = self._paper(request)
        with self._opened() as listing:
            draft_id = self._notes.next_draft_id(request.reference, listing)
            path = self._notes.draft(draft_id)
            with _faults(TransientError, f"writing {path.name}"):
                temporary = self._notes.write_beside(path, draft_note(request, draft_id, paper, self._profile))
            with _faults(UncertainError, f"filing {path.name}"):
                self._notes.move(temporary, path)
            listing.drafts.add(draft_id)
        return draft_id

    def _paper(self, request: CreditRequest) -> bytes | None:
        """The reconciliation that the request names, also as a file of its own beside the journal."""
        data = paper_of(request, self._papers)
        if data is not None:
            write_paper(self._notes.root, RECONCILIATIONS, paper_name(request.reference), data)
        return data

    def post(self, draft_id: str, on: date) -> None:
        """The draft as a numbered note in posted/. PermanentError when it, or another of its reference, is posted."""
        with self._opened() as listing:
            self._ensure_can_be_posted(draft_id, listing)
            draft = self._document(draft_id, listing)  # it still is the note that was written there
            series = (CHARGE if draft.charges else CREDIT).series
            place = Place(listing.next_number(series), on.isoformat())
            path = self._notes.posted(draft_id, place)
            self._journal.mend(listing, place.day)  # it refuses when notes were taken away: before, not after
            with _faults(TransientError, f"writing {path.name}"):
                note = posted_note(self._notes.draft(draft_id).read_bytes(), place.number, on)
                temporary = self._notes.write_beside(path, note)
            with _faults(UncertainError, f"posting {path.name}"):
                self._notes.move(temporary, path)  # from here on the note is posted
                listing.add_posted(draft_id, place)
                self._finish(listing, {draft_id})

    def discard(self, draft_id: str) -> None:
        """Put an orphan draft aside; nothing happens when it is gone. PermanentError when it is posted."""
        with self._opened() as listing:
            if draft_id in listing.posted:
                raise PermanentError(
                    f"{draft_id} is posted as {listing.posted[draft_id].number} and cannot be discarded. "
                    "Next: a person must see why a posted note was taken for an orphan."
                )
            if draft_id in listing.drafts:
                with _faults(UncertainError, f"discarding {draft_id}"):
                    self._notes.move(self._notes.draft(draft_id), self._notes.discarded(draft_id))
                listing.drafts.remove(draft_id)

    @contextmanager
    def _opened(self) -> Iterator[Listing]:
        """The folder under its lock, with everything mended that a killed process left half done."""
        with _faults(TransientError, f"opening {self._notes.root}"), self._notes.locked() as listing:
            if not self._checked:
                self._check_everything(listing)
            self._finish(listing, listing.drafts & listing.posted.keys())
            yield listing

    def _check_everything(self, listing: Listing) -> None:
        """Once a process: no temporary file is left, and each day's journal says what was posted."""
        self._notes.forget_temporaries()
        for day in sorted(listing.days() | self._journal.days()):
            self._journal.mend(listing, day)
        self._checked = True

    def _finish(self, listing: Listing, draft_ids: Collection[str]) -> None:
        """What follows the rename into posted/: the journal, and last the draft, whose absence says all is done."""
        for day in sorted({listing.posted[draft_id].day for draft_id in draft_ids}):
            self._journal.mend(listing, day)
        for draft_id in draft_ids:
            self._notes.forget_draft(draft_id)
            listing.drafts.discard(draft_id)

    def _ensure_can_be_posted(self, draft_id: str, listing: Listing) -> None:
        if draft_id in listing.posted:
            raise PermanentError(f"{draft_id} is posted already. Next: read it back; it has a number.")
        if draft_id not in listing.drafts:
            raise PermanentError(f"there is no draft {draft_id}. Next: find the reference, and see what became of it.")
        reference = reference_of(draft_id)
        if others := [other for other in listing.of(reference) if other in listing.posted]:
            raise PermanentError(
                f"{reference} is posted already, by {', '.join(others)}. Next: discard {draft_id}, it is an orphan."
            )

    def _document(self, draft_id: str, listing: Listing) -> ErpDocument:
        place = listing.posted.get(draft_id)
        path = self._notes.posted(draft_id, place) if place else self._notes.draft(draft_id)
        state: Literal["draft", "posted"] = "posted" if place else "draft"
        document = read_note(path.read_bytes(), state, path.name)
        if document.draft_id != draft_id:
            raise PermanentError(
                f"{path.name} holds the note of draft {document.draft_id}. Next: put back the file that was there."
            )
        return document


@contextmanager
def _faults(as_error: type[TransientError] | type[UncertainError], doing: str) -> Iterator[None]:
    """What the operating system refuses, as one of ours."""
    try:
        yield
    except OSError as fault:
        raise as_error(
            f"{doing} failed: {fault.strerror or fault}. Next: see that the disk has room and the folder is writable."
        ) from fault
