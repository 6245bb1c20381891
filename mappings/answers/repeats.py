"""Open this when ENV-CONTROL-REPEATED is told wrongly: control numbers that a sender used before.

ISA13 and UNB 0020 must be new for each pair of sender and receiver. One that is not is told and read all the same: a
partner that restarts its numbering, or sends a corrected file under the old number, loses nothing.
"""

from collections.abc import Collection
from dataclasses import replace

import pyarrow as pa

from mappings.formats.segments import OWNERS, Segments
from mappings.messages.judge import Places
from mappings.translation import Translation
from schemas.findings import Finding, as_table

Key = tuple[str, str, str, str]  # standard, sender, receiver, control number


def with_repeats(translation: Translation, known: pa.Table) -> Translation:
    """The translation with ENV-CONTROL-REPEATED where a control number stands twice, or is in ``known``.

    ``known`` are rows of ``schemas.records.Interchange`` of this partner; those of the translation's own files are not
    counted, so that the same batch gives the same rows again.
    """
    own = {file for reading in translation.readings.values() for file in reading.files["file"].to_pylist()}
    names = ("standard", "sender", "receiver", "control")
    used = {tuple(row[name] for name in names) for row in known.to_pylist() if row["file"] not in own}
    readings, findings = {}, [translation.findings]
    for standard, reading in translation.readings.items():
        found = _repeated(reading, used)
        readings[standard] = _told(reading, found) if found else reading
        findings.append(as_table(found.values()))
    return replace(translation, readings=readings, findings=pa.concat_tables(findings))


def _repeated(reading: Segments, used: Collection[tuple[str, ...]]) -> dict[int, Finding]:
    """By their number in the reading, the interchanges whose control number is no new one."""
    places, seen, found = Places.of(reading), set(used), dict[int, Finding]()
    for index, row in enumerate(reading.interchanges.to_pylist()):
        key = (row["standard"], _party(row, "sender"), _party(row, "receiver"), row["control"])
        if row["control"] and key in seen:
            place = places.place(row["start"], row["start"], places.interchange_path(index))
            detail = f"{row['control']} was used before by {key[1]}"
            found[index] = Finding("ENV-CONTROL-REPEATED", place, detail)
        seen.add(key)
    return found


def _party(row: dict[str, str | None], side: str) -> str:
    """Sender or receiver as the store has it: qualifier and identity."""
    return f"{(row[f'{side}_qualifier'] or '').strip()}:{(row[side] or '').strip()}"


def _told(reading: Segments, found: dict[int, Finding]) -> Segments:
    """The reading with these findings about its interchanges, for the acknowledgement."""
    nothing = {"message": -1, "segment": -1, "element": 0, "component": 0}
    owners = pa.Table.from_pylist([{"interchange": index, **nothing} for index in found], schema=OWNERS)
    return replace(
        reading,
        findings=pa.concat_tables([reading.findings, as_table(found.values())]),
        owners=pa.concat_tables([reading.owners, owners]),
    )
