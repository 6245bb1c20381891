"""Open this when you ask how a partner's files become canonical tables: the engine that runs mappings over batches.

All EDI files of a batch that speak one standard are read together, and every field rule is a lookup over the columns of
the whole batch; nothing is walked object by object. Pure: the same files and mappings give the same tables.
"""

from collections.abc import Sequence

from mappings.catalog import Catalog, PartnerFolder
from mappings.formats import edifact, x12
from mappings.formats.segments import RawFile
from mappings.formats.sniff import sniff
from mappings.messages.translate import translate_edi
from mappings.tables.translate import translate_table
from mappings.translation import Piece, Translation, assemble
from mappings.trees.translate import translate_trees
from schemas.findings import Finding, Place, as_table
from schemas.rules import TREES

__all__ = ["EDI_READERS", "Translation", "translate"]

EDI_READERS = {"x12": x12.read, "edifact": edifact.read}


def translate(files: Sequence[RawFile], partner: PartnerFolder, catalog: Catalog) -> Translation:
    """The partner's files as canonical documents and lines, with a finding for everything that was not taken.

    Every file ends in documents, in findings, or in both. Faults of content never raise.
    """
    kinds = [sniff(file.data) for file in files]
    pieces = [Piece()]
    for standard, read in EDI_READERS.items():
        own = [file for file, kind in zip(files, kinds, strict=True) if kind == standard]
        if own:
            pieces.append(translate_edi(standard, read(own), own, partner))
    for standard in TREES:
        own = [file for file, kind in zip(files, kinds, strict=True) if kind == standard]
        if own:
            pieces += translate_trees(standard, own, partner)
    for file, kind in zip(files, kinds, strict=True):
        if kind == "empty":
            pieces.append(_refused(file, "FILE-EMPTY", "the file holds nothing but blanks" if file.data else "0 bytes"))
        elif kind == "unknown":
            pieces.append(_refused(file, "FILE-UNKNOWN-FORMAT", f"begins with {file.data[:16]!r}"))
        elif kind in ("delimited", "workbook"):
            pieces.append(translate_table(file, partner, kind))
    return assemble(files, pieces)


def _refused(file: RawFile, code: str, detail: str) -> Piece:
    return Piece(findings=(as_table([Finding(code, Place(file.sha256, 0, len(file.data)), detail)]),))
