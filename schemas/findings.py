"""Open this when something in a partner's file is wrong: places, severities and the catalogue of findings.

A finding is a value, never an exception. It carries a code of the catalogue below, the place in the file, the
value found, and through its code the next step for a person. Findings travel as rows of the Arrow table
``schemas.tables.FINDINGS`` so that one file or ten thousand are handled alike.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from schemas.tables import FINDINGS, empty


class Severity(StrEnum):
    """How far a finding reaches: *error* holds its line alone, *fatal* quarantines its document alone."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    FATAL = "fatal"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the bytes: file by sha256, byte offset and length, and a path a person can read.

    ``path`` is written in the terms of the format: ``ISA 17/GS 1/ST 0001/BLI 3.03``, ``row 14, Menge``. A segment is
    its tag, with a number where the message has several of that tag: ``BLI 3`` is the third BLI. Behind the point
    stands the element, behind a dash the component: ``UNB 4711/UNH 1/LIN 2.03-2``; ``BGN.01`` is of the only BGN.
    """

    file: str
    offset: int = 0
    length: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or worth knowing, at its place. ``detail`` holds the value found, in plain words."""

    code: str
    place: Place
    detail: str
    document: str | None = None
    line_no: int | None = None

    @property
    def severity(self) -> Severity:
        """The severity that the catalogue gives to this code."""
        return CATALOGUE[self.code].severity


@dataclass(frozen=True, slots=True)
class FindingCode:
    """An entry of the catalogue. ``ak5`` and the others are the codes that answer it, where one applies.

    ak5: X12 element 718 (AK502). ak3: 720 (AK304). ak4: 723 (AK403). ta1: I18 (TA105). contrl: EDIFACT element 0085.
    """

    severity: Severity
    meaning: str
    next_step: str
    ak5: str = ""
    ta1: str = ""
    contrl: str = ""
    ak3: str = ""
    ak4: str = ""


_I, _W, _E, _F = Severity.INFO, Severity.WARNING, Severity.ERROR, Severity.FATAL

# fmt: off
CATALOGUE: dict[str, FindingCode] = {
    # --- the file as a whole
    "FILE-DUPLICATE":       FindingCode(_I, "the same bytes arrived before", "nothing: the first answer is sent again"),
    "FILE-EMPTY":           FindingCode(_F, "the file holds no bytes", "ask the partner to send the file again"),
    "FILE-UNKNOWN-FORMAT":  FindingCode(_F, "neither EDI nor a table that a mapping of this partner claims", "see what was sent; if it is a return, add a mapping for it"),
    "FILE-UNCLAIMED":       FindingCode(_F, "no mapping of this partner claims the file", "add or correct `claims:` in the partner's mapping, then replay the file"),
    "FILE-CHARSET":         FindingCode(_W, "the bytes are not in the declared character set", "ask the partner to declare the character set it uses"),
    "FILE-BROKEN":          FindingCode(_F, "the XML or JSON is not well formed, so nothing in it can be trusted", "tell the partner the place, and ask for the file again"),
    "FILE-ANSWER-UNWRITTEN": FindingCode(_E, "an answer of ours to this file could not be written", "correct the partner's outbound map (`backhaul map test`), and tell the partner yourself what became of it"),
    "CREDIT-UNWRITTEN":     FindingCode(_E, "a posted credit note could not be written for the retailer", "correct the partner's outbound map (`backhaul map test`); the next run tries again"),
    # --- envelopes and syntax
    "ENV-BROKEN":           FindingCode(_F, "the envelope cannot be read", "ask the partner to send the interchange again", ta1="022", contrl="18"),
    "ENV-TRUNCATED":        FindingCode(_F, "the interchange ends before its trailer", "ask the partner to send the whole interchange again", ta1="023", contrl="13"),
    "ENV-UNKNOWN-SENDER":   FindingCode(_F, "the sender of the interchange is not a known identity of this partner", "add the identity to partner.yaml, or ask who sent it; then replay the file", ta1="006", contrl="23"),
    "ENV-CONTROL-MISMATCH": FindingCode(_W, "header and trailer carry different control numbers", "tell the partner; the interchange was read", ta1="001", contrl="28"),
    "ENV-COUNT-WRONG":      FindingCode(_W, "the trailer counts other groups or messages than there are", "tell the partner; each message was judged by itself", ta1="021", contrl="29"),
    "ENV-TRAILING-TEXT":    FindingCode(_W, "there is text outside the interchanges", "tell the partner; the text was passed over"),
    "ENV-CONTROL-REPEATED": FindingCode(_W, "the control number was used before by this sender", "ask the partner whether it restarted its numbering", ta1="025", contrl="26"),
    "GROUP-CONTROL-MISMATCH": FindingCode(_W, "GS06 and GE02 differ", "tell the partner; the messages were judged by themselves", contrl="28"),
    "GROUP-COUNT-WRONG":    FindingCode(_W, "GE01 counts other messages than there are", "tell the partner; the messages were judged by themselves", contrl="29"),
    "GROUP-TYPE-MISMATCH":  FindingCode(_W, "GS01 does not fit the messages in the group", "tell the partner; ST01 was trusted"),
    "MSG-TRUNCATED":        FindingCode(_F, "the message has no trailer", "ask the partner to send the message again", ak5="2", contrl="13"),
    "MSG-CONTROL-MISMATCH": FindingCode(_F, "header and trailer of the message carry different control numbers", "ask the partner to send the message again", ak5="3", contrl="28"),
    "MSG-COUNT-WRONG":      FindingCode(_F, "the trailer counts other segments than there are, so segments may be lost", "ask the partner to send the message again, or tolerate `segment_count` in partner.yaml", ak5="4", contrl="29"),
    "MSG-CONTROL-REPEATED": FindingCode(_W, "the control number of the message stands twice in its group", "tell the partner; each message was read", ak5="23", contrl="26"),
    "MSG-NOT-CLAIMED":      FindingCode(_F, "no mapping of this partner claims this kind of message", "if it belongs to a return, add a mapping; otherwise tell the partner not to send it here", ak5="1", contrl="17"),
    "MSG-STRUCTURE":        FindingCode(_W, "a segment stands in a message that does not know it", "tell the partner; the segment was read where it stands", ak5="5", contrl="15", ak3="2"),
    "MSG-SEGMENT-MISPLACED": FindingCode(_W, "a segment stands where the message does not allow it", "tell the partner; the segment was read where it stands", ak5="5", contrl="15", ak3="7"),
    "MSG-SEGMENT-REPEATED": FindingCode(_W, "a segment stands more often than the message allows", "tell the partner; all of them were read", ak5="5", contrl="35", ak3="5"),
    "MSG-LOOP-REPEATED":    FindingCode(_W, "a loop stands more often than the message allows", "tell the partner; all of them were read", ak5="5", contrl="36", ak3="4"),
    "MSG-SEGMENT-MISSING":  FindingCode(_W, "a segment that the message must have is not there", "tell the partner; what is there was read", ak5="5", contrl="13", ak3="3"),
    "ELEMENT-MISSING":      FindingCode(_W, "a value that the segment must have is not there", "tell the partner; what is there was read", ak5="5", contrl="13", ak3="8", ak4="1"),
    "ELEMENT-TOO-MANY":     FindingCode(_W, "the segment has more elements or components than the standard", "ask the partner whether a separator stands in a text; the values were read where they stand", ak5="5", contrl="16", ak3="8", ak4="3"),
    "ELEMENT-TOO-SHORT":    FindingCode(_W, "the value is shorter than the standard allows", "tell the partner; the value was read as it is", ak5="5", contrl="40", ak3="8", ak4="4"),
    "ELEMENT-TOO-LONG":     FindingCode(_W, "the value is longer than the standard allows", "tell the partner; the value was read as it is", ak5="5", contrl="39", ak3="8", ak4="5"),
    "ELEMENT-BAD-CHARACTER": FindingCode(_W, "there is a control character in a text", "tell the partner; the value was read as it is", ak5="5", contrl="21", ak3="8", ak4="6"),
    "ELEMENT-BAD-NUMBER":   FindingCode(_W, "the value is not a number as the standard writes it", "tell the partner; the mapping decides whether it can be read", ak5="5", contrl="37", ak3="8", ak4="6"),
    "ELEMENT-BAD-CODE":     FindingCode(_W, "the code is none of the standard's", "ask the partner what it means", ak5="5", contrl="12", ak3="8", ak4="7"),
    "ELEMENT-BAD-DATE":     FindingCode(_W, "the value is not a date", "tell the partner; the mapping decides whether it can be read", ak5="5", contrl="12", ak3="8", ak4="8"),
    "ELEMENT-BAD-TIME":     FindingCode(_W, "the value is not a time of day", "tell the partner; the mapping decides whether it can be read", ak5="5", contrl="12", ak3="8", ak4="9"),
    # --- fields, as a mapping reads them
    "FIELD-MISSING":        FindingCode(_E, "a field that the return needs is missing", "ask the partner for the value, or give the mapping another place to find it"),
    "FIELD-BAD-NUMBER":     FindingCode(_E, "the value is not a number", "ask the partner for the value; check the decimal mark in the mapping"),
    "FIELD-BAD-DATE":       FindingCode(_W, "the value is not a date of the declared form", "check the date form in the mapping"),
    "FIELD-BAD-GTIN":       FindingCode(_W, "the check digit of the item number is wrong", "compare with the item list; the line goes on by its other item numbers"),
    "FIELD-BAD-SSCC":       FindingCode(_I, "the carton label is no SSCC of 18 digits", "nothing: the label is kept as it is"),
    "FIELD-UNKNOWN-CODE":   FindingCode(_W, "the code is in no code list of the mapping", "add the code to the partner's code list"),
    "TABLE-ROW-RAGGED":     FindingCode(_E, "the row has another number of fields than the header", "ask the partner for the row"),
    "TABLE-ROW-REPEATED":   FindingCode(_E, "an earlier row has the same document and line number", "give each line its own number; the first row counts"),
    "TABLE-LAYOUT-CHANGED": FindingCode(_F, "columns moved, were renamed or disappeared since the mapping was written", "compare old and new side by side; if the partner means it, correct `claims:` (or write `moved: taken`) and replay the file"),
    "TABLE-CONTENT-MOVED":  FindingCode(_F, "most values of a column do not fit the field that the mapping reads from it", "compare a row with the mapping: were columns moved or inserted? Correct it and replay the file"),
    "TABLE-COLUMN-NEW":     FindingCode(_I, "the table has more columns than the mapping knows", "nothing: they were passed over; if they matter, add them to the mapping"),
    "TABLE-RECORD-UNKNOWN": FindingCode(_E, "the row is none of the mapping's kinds of record", "ask the partner what it is; if it matters, add it to `records:`"),
    "TABLE-WORKBOOK-BROKEN": FindingCode(_F, "the workbook cannot be opened", "ask the partner to send it again, without a password"),
    # --- cells that a spreadsheet damaged
    "CELL-DIGITS-LOST":     FindingCode(_E, "a spreadsheet rounded the number, and its last digits are lost for good", "ask the partner for the value; such columns must be formatted as text"),
    "CELL-SCIENTIFIC":      FindingCode(_I, "numbers are in scientific notation with all their digits", "nothing: they were read; tell the partner to format the column as text"),
    "CELL-ZEROS-LOST":      FindingCode(_I, "a spreadsheet took zeros away in front, and the check digit proves which", "nothing: they were put back; tell the partner to format the column as text"),
    "CELL-DATE-FOR-TEXT":   FindingCode(_E, "a spreadsheet made a date of a number or a text", "ask the partner for the value; such columns must be formatted as text"),
    "CELL-DATE-SERIAL":     FindingCode(_I, "dates are written as a spreadsheet counts days", "nothing: they were read; tell the partner to format the column as dates"),
    "CELL-GUARDED":         FindingCode(_I, "values are guarded against a spreadsheet, as '0123 or =\"0123\"", "nothing: the guards were taken away"),
    "CELL-DECIMAL-MARK":    FindingCode(_E, "the column has numbers with another decimal mark than the mapping says", "ask the partner which mark holds; correct `decimal:` in the mapping and replay the file"),
    "CELL-ERROR":           FindingCode(_E, "the cell holds a spreadsheet's error value, or #### for what it had no room to show", "ask the partner for the value"),
    "CELL-FORMULA":         FindingCode(_E, "the cell holds a formula without the value it gives", "ask the partner to open, calculate and save the workbook, and send it again"),
    # --- what the documents mean
    "DOC-DUPLICATE":        FindingCode(_I, "the same return was announced before under another control number", "nothing: it is counted once"),
    "DOC-CONFLICT":         FindingCode(_F, "a return of this number exists with other lines", "ask the partner which one holds; a correction needs its own purpose code"),
    "DOC-PURPOSE-HELD":     FindingCode(_F, "the document cancels or replaces an earlier one", "a person decides what to do with the earlier one"),
    "DOC-SUPERSEDED":       FindingCode(_I, "a later version of the same document came before it", "nothing: the later version counts"),
    "DOC-CANCEL-LATE":      FindingCode(_W, "the notice was taken back or told anew, and goods of it had come already", "ask the retailer whether these goods are returned; they stay as they were counted"),
    "DOC-NO-LINES":         FindingCode(_F, "the document has no lines", "ask the partner for the lines"),
    "DOC-NO-NUMBER":        FindingCode(_F, "the document has no number of its own", "ask the partner for the number, or give the mapping another place to find it"),
    "LINE-ITEM-UNKNOWN":    FindingCode(_E, "the item is not in our item list", "ask the partner what it is, or add the item number to the item list"),
    "LINE-ITEM-AMBIGUOUS":  FindingCode(_E, "several items fit what the line states", "ask the partner which one it is, or add its item number to the item list"),
    "LINE-SOLD-IN-PACKS":   FindingCode(_E, "the item was sold in cases or assortments alone, and the quantity makes no whole ones", "ask the partner what comes back; goods that come are counted by the warehouse"),
    "LINE-CASE-DOUBTFUL":   FindingCode(_E, "the quantity may count pieces where it says cases, or cases where it says pieces", "ask the partner how many pieces come back; goods that come are counted by the warehouse"),
    "LINE-WHOLE-CASES":     FindingCode(_W, "more pieces are returned than were ever sold, and they make whole cases", "ask the partner whether each piece was counted as a case; the line is placed as it is stated"),
    "LINE-QUANTITY-BAD":    FindingCode(_E, "the quantity is missing, zero, negative or not whole", "ask the partner for the quantity"),
    "LINE-PO-UNKNOWN":      FindingCode(_W, "the stated order is not one of this partner's", "nothing: the line is placed by other evidence"),
    "LINE-NEVER-SOLD":      FindingCode(_E, "the item was never sold to this partner before the return", "ask the partner where it was bought"),
    "LINE-SOLD-LATER":      FindingCode(_E, "the item was sold to this partner only after the return", "ask the partner for the day and the sale of the return"),
    "LINE-BEYOND-SOLD":     FindingCode(_E, "more is returned than is left of what was sold", "ask the partner to check the quantity"),
    "LINE-COUNTED-BEFORE":  FindingCode(_I, "the units came and were decided under an earlier version of the notice", "nothing: they count once, where they were decided"),
    "LINE-AMBIGUOUS":       FindingCode(_W, "equally good placements would give different credits", "a person chooses the invoice line"),
    "LINE-SALE-CONFLICT":   FindingCode(_E, "the invoice line is known with other units or money", "ask the ERP's owner which one holds; the first one is kept"),
    "LINE-SALE-CANCELLED":  FindingCode(_W, "the invoice was cancelled in the ERP, and units of it are accepted or credited", "ask the ERP's owner what took its place; what was credited is taken back by hand"),
    "LINE-SALE-OURS":       FindingCode(_I, "the invoice took a credit of ours back; nothing was sold by it", "nothing; its units are on the invoice of the sale again"),
    # --- the warehouse's word against the retailer's
    "RECEIPT-UNANNOUNCED":  FindingCode(_W, "goods came that nobody announced", "ask the retailer; the goods are kept as a provisional return"),
    "RECEIPT-OVER":         FindingCode(_W, "more came than was announced", "ask the retailer; the surplus is kept as a provisional return"),
    "RECEIPT-SHORT":        FindingCode(_W, "less came than was announced", "tell the retailer what is missing"),
    "RECEIPT-DAMAGED":      FindingCode(_W, "goods came damaged", "the partner's policy decides"),
    "RECEIPT-DECIDED-BEFORE": FindingCode(_W, "a receipt was told anew or taken back, and units of it that it counts otherwise were decided", "the decided units stay; ask the warehouse which version holds, and take back what was credited too much by `backhaul reverse`"),
    "RECEIPT-SWAP":         FindingCode(_I, "another size or colour came than was announced", "nothing where the price is the same; the goods are placed on their own sale"),
    "RECEIPT-WRONG-ITEM":   FindingCode(_W, "another item came in place of the announced one", "ask the retailer which one it means to return"),
    "RECEIPT-CONDITION-DIFFERS": FindingCode(_I, "goods came in a condition other than their reason says", "nothing: the policy decides by the counted condition"),
    "RECEIPT-NOT-OURS":     FindingCode(_W, "goods came that are not ours, or that we never sold to this retailer", "ask the retailer where they were bought; they are not credited"),
    "RECEIPT-LATE":         FindingCode(_I, "goods came after the time agreed", "nothing: they were counted all the same"),
    "RECEIPT-CREDITED-BEFORE": FindingCode(_W, "goods came that were credited as announced before", "nothing: they are not credited twice"),
    "RECEIPT-MATCHED-BY-CONTENTS": FindingCode(_I, "the receipt names no return, and its goods fit a single one of the store", "nothing: the goods were counted for that return"),
    "CARTON-MISSING":       FindingCode(_W, "a box of the return did not come in the time agreed, others of it did", "ask the retailer and its carrier where the box is; its sales are free again"),
    "CARTON-DOUBLED":       FindingCode(_W, "two receipts count the same box, and together they count too much", "ask the warehouse which of the receipts holds"),
    "RETURN-NEVER-ARRIVED": FindingCode(_W, "nothing of the announced goods came in the time agreed", "tell the retailer; its sales are free again, and the goods are counted if they come after all"),
    "RECEIPT-CONDITION-UNKNOWN": FindingCode(_E, "the warehouse used a condition that we do not know", "add the condition to the code list; until then a person decides"),
    "RECEIPT-RETAILER-UNKNOWN": FindingCode(_E, "the box names no retailer that we know", "scan the label again, or say whose box it is"),
    "INSTRUCTION-UNWRITTEN": FindingCode(_E, "an instruction to a warehouse cannot be written", "correct the warehouse's outbound map of kind `instruction`, and tell the warehouse what to do with the goods"),
    "LINE-UNAUTHORISED":    FindingCode(_W, "goods came that needed our word first, and had none or an expired one", "nothing: they are judged as they came; remind the partner of what was agreed"),
    # --- what partners answer to what we sent
    "ACK-REJECTED":         FindingCode(_E, "the partner rejects what we sent", "see what we sent (`backhaul edi show`), mend the cause and send it again"),
    "ACK-REMARKED":         FindingCode(_W, "the partner took what we sent, and found errors in it", "see what we sent (`backhaul edi show`) and mend the cause"),
    "ACK-UNKNOWN":          FindingCode(_W, "the partner answers something that we did not send", "ask the partner what it answers; if it rejects something, find out what"),
}
# fmt: on


def as_table(findings: Iterable[Finding]) -> pa.Table:
    """Findings as one Arrow table of the shape ``schemas.tables.FINDINGS``, in the order given."""
    rows = [
        {
            "code": f.code,
            "severity": f.severity.value,
            "file": f.place.file,
            "offset": f.place.offset,
            "length": f.place.length,
            "path": f.place.path,
            "document": f.document,
            "line_no": f.line_no,
            "detail": f.detail,
        }
        for f in findings
    ]
    return pa.Table.from_pylist(rows, schema=FINDINGS) if rows else empty(FINDINGS)


def as_records(findings: pa.Table, partner: str, cause: str = "", known: Collection[str] = ()) -> pa.Table:
    """Findings as rows of ``schemas.records.FindingRow``: each with an id made of its cause, place and code.

    ``known`` are ids that were given already: what is told once more of the same place is counted on.
    """
    times: Counter[str] = Counter()
    ids = []
    for row in findings.to_pylist():
        key = f"{cause}{row['file'][:12]}:{row['offset']}:{row['code']}:{row['line_no'] or 0}"
        times[key] += 1
        while f"{partner}:{key}#{times[key]}" in known:
            times[key] += 1
        ids.append(f"{partner}:{key}#{times[key]}")
    columns = {"finding": pa.array(ids, pa.string()), "partner": pa.array([partner] * len(ids), pa.string())}
    return pa.table(columns | {name: findings[name] for name in findings.column_names})
