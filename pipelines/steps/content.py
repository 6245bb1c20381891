"""Open this when you ask whether two documents say the same: the digest of a document's business lines.

The digest knows no control numbers, no places and no order of lines, so that a repeat under another control number has
the digest of the first one, and a correction has not.
"""

import hashlib
from collections import defaultdict
from decimal import Decimal, InvalidOperation

import pyarrow as pa
import pyarrow.compute as pc

_PLACES = ("document", "line_no", "file", "offset", "length", "quantity_raw", "unit_raw")
_FIELD, _NULL = "\x1f", "\x00"


def digest_of_documents(documents: pa.Table, *line_tables: pa.Table) -> list[str]:
    """The content of each document: sha256 over its sorted lines, in the order of ``documents``."""
    texts: dict[str, list[str]] = defaultdict(list)
    for lines in line_tables:
        for document, text in zip(lines["document"].to_pylist(), line_texts(lines).to_pylist(), strict=True):
            texts[document].append(text)
    return [_sha256(sorted(texts[document])) for document in documents["document"].to_pylist()]


def line_texts(lines: pa.Table) -> pa.Array:
    """What each line says, as one text: every column but its place; without units, the raw quantity."""
    said = [_as_text(name, lines[name]) for name in lines.column_names if name not in _PLACES]
    said.append(pc.if_else(lines["units"].is_null(), _as_text("quantity_raw", _raw(lines)), ""))
    return pc.binary_join_element_wise(*said, _FIELD)


def plain_decimal(text: str) -> str:
    """A decimal without the zeros that say nothing; other text as it is.

    >>> plain_decimal("10.50"), plain_decimal("10"), plain_decimal("1E+1"), plain_decimal("ten")
    ('10.5', '10', '10', 'ten')
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    return f"{value.normalize():f}" if value.is_finite() else text


def _raw(lines: pa.Table) -> pa.Array:
    return lines["quantity_raw"] if "quantity_raw" in lines.column_names else pa.nulls(lines.num_rows, pa.string())


def _as_text(name: str, column: pa.ChunkedArray) -> pa.Array:
    if name in ("unit_price", "tax_rate"):
        column = pa.array([None if text is None else plain_decimal(text) for text in column.to_pylist()], pa.string())
    return pc.fill_null(column.cast(pa.string()), _NULL)


def _sha256(texts: list[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
