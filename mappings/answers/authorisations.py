"""Open this when a retailer is told wrongly which of its announced goods may come: a 180 or RETINS, line by line.

A line that nothing speaks against is authorised; for one with a finding the partner's policy says what becomes of it
(``policy.unplaced``), and what that does not name is pending. A line that a rule of the policy refuses wherever its
goods are (``window_days``) is refused. A document that was not taken gets no authorisation: it is told in its 824,
APERAK or table of results. Why is a code, of a finding or a rule; its words are in the code list ``words/refusals``.

Where announced returns need our word (``policy.authorisation``), the answer is made of that: ``word_rows``.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from mappings.answers.answer import Answer, name_of
from mappings.outbound.catalog import OutboundMap
from mappings.outbound.interchanges import written_file
from schemas.findings import CATALOGUE, Severity
from schemas.partners import Partner
from schemas.tables import NOTICE_LINES

Row = Mapping[str, Any]

_PURPOSES = ("original", "replace")
_VERDICTS = {"credit": "accepted", "refuse": "refused", "hold": "pending"}
_SAME = ("line_no", "disposition", "reason", "gtin", "vendor_item", "buyer_item", "units", "po_number", "po_line",
         "invoice_number", "store")  # fmt: skip


def authorisations(
    documents: pa.Table,
    notices: pa.Table,
    findings: pa.Table,
    refused: Mapping[tuple[str, int], str],
    partner: Partner,
    one: OutboundMap,
    now: datetime,
    numbers: Iterator[int],
) -> Iterator[Answer]:
    """A file for each file with announcements that were taken, by the partner's outbound map ``one``.

    ``refused`` has the rule that refuses a line, by document and line.
    """
    told = _grave(findings)
    why = {**refused, **_first(told)}
    lines = _by_document(notices)
    by_file = defaultdict[str, list[Row]](list)
    for document in documents.to_pylist():
        if _is_answered(document, told[document["document"]]) and lines[document["document"]]:
            by_file[document["file"]].append(document)
    for file, own in by_file.items():
        control = next(numbers)
        rows = [
            _rows(f"AN{control}-{number}", document, lines[document["document"]], why, partner, now)
            for number, document in enumerate(own, 1)
        ]
        yield _answer(one, partner, file, rows, now, control)


def word_rows(
    document: Row, lines: Sequence[Row], words: Sequence[Row], findings: pa.Table, partner: Partner,
    number: str, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """An announced return as the outbound map reads it (``schemas.outbound.ANSWERS``), by our word on its lines.

    ``words`` are rows of ``authorisation`` with their ``line_no``; a line on which there are several is answered in
    parts. A line that no word speaks of is judged by its findings, as where returns need no word.
    """
    why = _first(_grave(findings))
    of_line = defaultdict[int, list[Row]](list)
    for word in words:
        of_line[word["line_no"]].append(word)
    answered = list[dict[str, Any]]()
    for line in lines:
        code = why.get((document["document"], line["line_no"]))
        said = of_line.get(line["line_no"])
        answered += _in_parts(line, said, code) if said else [_line(line, code, partner)]
    comes = [word for word in words if word["outcome"] == "authorise"]
    verdicts = {line["verdict"] for line in answered}
    return {
        "number": number,
        "written_at": now.replace(tzinfo=None, second=0, microsecond=0),
        "request_number": document["number"],
        "authorisation": comes[0]["number"] if comes else None,
        "valid_until": comes[0]["expires_on"] if comes else None,
        "verdict": verdicts.pop() if len(verdicts) == 1 else "changed",
        "lines": answered,
    }


# Our word: the verdict of the line, and what shall happen with the goods; none: what the retailer asked for.
_WORDS = {
    "authorise": ("accepted", None), "keep": ("accepted", "keep"), "dispose": ("accepted", "dispose"),
    "refuse": ("refused", None), "ask": ("pending", None),
}  # fmt: skip
_COME = ("return", "repair")
# How the code lists call a rule that the policy shares with decisions after goods came.
_RULES = {"late": "window_days"}


def _in_parts(line: Row, words: Sequence[Row], code: str | None) -> Iterator[dict[str, Any]]:
    """The line once for each word and rule, with the units that it speaks of."""
    parts = dict[tuple[str, str], list[Row]]()
    for word in words:
        parts.setdefault((word["outcome"], word["rule"]), []).append(word)
    for (outcome, rule), own in parts.items():
        verdict, disposition = _WORDS[outcome]
        units = sum(word["units"] for word in own)
        stated = line["disposition"] if line["disposition"] in _COME else "return"
        taken = verdict == "accepted"
        whole = len(parts) == 1
        yield {name: line[name] for name in _SAME} | {
            "verdict": verdict,
            "disposition": disposition or (stated if taken else line["disposition"]),
            "code": None if taken else reason_of(rule, code),
            "meaning": None if taken else own[0]["because"],
            "units": units,
            "quantity": line["quantity_raw"] if whole else str(units),
            "unit": line["unit_raw"] if whole else None,
            "percent": own[0]["percent"],
        }


def reason_of(rule: str, code: str | None) -> str:
    """How the code lists call why a rule spoke against a line; of a line without a sale it is what was found.

    >>> reason_of("late", None), reason_of("unplaced", "LINE-NEVER-SOLD"), reason_of("share", None)
    ('window_days', 'LINE-NEVER-SOLD', 'authorisation.share')
    """
    if rule == "unplaced" and code:
        return code
    return _RULES.get(rule, f"authorisation.{rule}")


def _by_document(notices: pa.Table) -> defaultdict[str, list[Row]]:
    lines = defaultdict[str, list[Row]](list)
    for row in notices.select([name for name in NOTICE_LINES.names if name in notices.column_names]).to_pylist():
        lines[row["document"]].append(row)
    return lines


def _answer(one: OutboundMap, partner: Partner, file: str, rows: Sequence[Row], now: datetime, control: int) -> Answer:
    written = written_file(one, partner, rows, now, control)
    is_table = one.standard == "csv"
    name = name_of("authorisation", file[:12], control, ending=".csv" if is_table else ".edi")
    problems = tuple(f"authorisation of {rows[0]['request_number']}: {fault}" for fault in written.problems[:1])
    return Answer("authorisation", file, name, written.data, control, problems)


def _grave(findings: pa.Table) -> defaultdict[str | None, list[Row]]:
    """What holds a line or a document, by document."""
    found = defaultdict[str | None, list[Row]](list)
    for row in findings.to_pylist():
        if row["severity"] in (Severity.ERROR, Severity.FATAL):
            found[row["document"]].append(row)
    return found


def _is_answered(document: Row, told: Sequence[Row]) -> bool:
    is_taken = not any(row["severity"] == Severity.FATAL for row in told)
    return bool(is_taken and document["kind"] == "notice" and document["number"] and document["purpose"] in _PURPOSES)


def _first(told: Mapping[Any, Sequence[Row]]) -> dict[tuple[str, int], str]:
    """The code of the first grave finding of each line, by document and line."""
    return {(row["document"], row["line_no"]): row["code"] for rows in told.values() for row in reversed(rows)}


def _rows(
    number: str,
    document: Row,
    lines: Sequence[Row],
    why: Mapping[tuple[str, int], str],
    partner: Partner,
    now: datetime,
) -> dict[str, Any]:
    """An announced return as the outbound map reads it (``schemas.outbound.ANSWERS``)."""
    answered = [_line(line, why.get((line["document"], line["line_no"])), partner) for line in lines]
    verdicts = {line["verdict"] for line in answered}
    return {
        "number": number,
        "written_at": now.replace(tzinfo=None, second=0, microsecond=0),
        "request_number": document["number"],
        "authorisation": number if "accepted" in verdicts else None,
        "verdict": verdicts.pop() if len(verdicts) == 1 else "changed",
        "lines": answered,
    }


def _line(line: Row, code: str | None, partner: Partner) -> dict[str, Any]:
    return {name: line[name] for name in _SAME} | {
        "verdict": _verdict(code, partner),
        "code": code,
        "meaning": CATALOGUE[code].meaning if code in CATALOGUE else None,
        "quantity": line["quantity_raw"],
        "unit": line["unit_raw"],
    }


def _verdict(code: str | None, partner: Partner) -> str:
    """What becomes of a line: a finding is the policy's to judge, any other code is a rule that refuses it."""
    if code is None:
        return "accepted"
    return _VERDICTS[partner.policy.unplaced.get(code, "hold")] if code in CATALOGUE else "refused"
