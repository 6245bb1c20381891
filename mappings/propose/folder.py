"""Open this when you ask how a partner's folder is proposed: samples in, files of the folder out.

    proposed(samples, wanted, answers) -> Proposal

Pure but for a folder of its own below the system's temporary one: a proposal is loaded and run there before it counts.
"""

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mappings.catalog import Catalog
from mappings.engine import translate
from mappings.formats.segments import RawFile
from mappings.formats.sniff import sniff
from mappings.propose.edi import Interchange, seen
from mappings.propose.edi_map import EdiMap, proposed_map
from mappings.propose.grid import Grid, grid_of
from mappings.propose.partner_text import partner_text
from mappings.propose.questions import Question, refuse_unknown
from mappings.propose.sample_copies import copy_of
from mappings.propose.table_map import map_text
from mappings.propose.tables import KIND_OF, TableProposal, likeliest_role, proposed_table
from mappings.propose.trees import TreeMap, tree_of
from mappings.propose.workbook_rows import is_workbook
from mappings.samples import expected_path, rows_of
from mappings.translation import Translation
from schemas.errors import ConfigError, PermanentError

_ROLE_OF = {"receipt": "warehouse", "sales": "erp"}
_NAME_OF = {"notice": "returns", "receipt": "receipts", "sales": "sales"}


@dataclass(frozen=True, slots=True)
class Sample:
    """A file that a partner sent."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who the partner is, as far as a person has said so."""

    id: str
    name: str | None = None
    role: str | None = None


@dataclass
class Proposal:
    """A partner's folder as text, what it was taken from, and what is still open."""

    wanted: Wanted
    files: dict[str, bytes]
    tables: list[tuple[Sample, TableProposal]]
    interchanges: list[tuple[Sample, Interchange, list[EdiMap]]]
    trees: list[tuple[Sample, TreeMap]]
    questions: list[Question]
    notes: list[str]
    rows: dict[str, str]  # of each sample, what its mapping makes of it
    role_of_tables: str | None = None  # where no person has said it

    @property
    def answerable(self) -> list[str]:
        """What may stand left of `=` in an answer."""
        columns = [name for _, one in self.tables for name in one.grid.names if name]
        either = [one.type for _, sent, _ in self.interchanges for one in sent.messages if one.notice]
        settled = [*either, "days", "decimal", "encoding", "currency", "complete", "condition"]
        return list(dict.fromkeys([*(one.key for one in self.questions), *columns, *settled]))


def proposed(samples: Sequence[Sample], wanted: Wanted, answers: Mapping[str, str]) -> Proposal:
    """The folder that these samples speak for. PermanentError for a sample of which nothing can be proposed."""
    proposal = Proposal(wanted, {}, [], [], [], [], [], {})
    for sample in samples:
        _take(proposal, sample, answers)
    codes = {key for key in answers if ":" in key}
    refuse_unknown({key: value for key, value in answers.items() if key not in codes}, proposal.answerable)
    role = wanted.role or _role(proposal)
    proposal.files["partner.yaml"] = partner_text(
        wanted.id, wanted.name, role, [one.name for one in samples], [sent for _, sent, _ in proposal.interchanges]
    ).encode()
    _run(proposal, samples)
    unique = {(one.key, one.text): one for one in proposal.questions}
    proposal.questions = list(unique.values())
    return proposal


def _role(proposal: Proposal) -> str:
    """What the partner is by what it sends; a retailer when nothing else shows."""
    kinds = {one.name for _, _, maps in proposal.interchanges for one in maps}
    return proposal.role_of_tables or ("warehouse" if kinds == {"receipts"} else "retailer")


def _take(proposal: Proposal, sample: Sample, answers: Mapping[str, str]) -> None:
    kind = sniff(sample.data)
    if kind == "empty":
        raise PermanentError(f"{sample.name} holds no bytes. Ask its sender to send it again.")
    if kind in ("x12", "edifact"):
        _take_edi(proposal, sample, kind, answers)
    elif tree := tree_of(sample.name, sample.data):
        _take_tree(proposal, sample, tree)
    elif kind == "delimited" or is_workbook(sample.data):
        _take_table(proposal, sample, answers)
    else:
        raise PermanentError(
            f"{sample.name} is neither text nor a workbook: it may be packed or encrypted. Unpack it, then try again."
        )


def _take_table(proposal: Proposal, sample: Sample, answers: Mapping[str, str]) -> None:
    grid = grid_of(sample.name, sample.data, answers.get("encoding"))
    if any(_alike(grid, one.grid) for _, one in proposal.tables):
        proposal.notes.append(f"{sample.name} has the columns of an earlier sample: the same mapping is for it")
        return
    role = proposal.wanted.role or proposal.role_of_tables or likeliest_role(grid)
    if proposal.wanted.role is None:
        proposal.role_of_tables = role
        proposal.notes.append(f"{sample.name}: no --role was given; by its columns it is read as of role {role}")
    kind = KIND_OF[role]
    table = proposed_table(kind, grid, answers)
    proposal.tables.append((sample, table))
    proposal.notes += [f"{sample.name}: {note}" for note in grid.notes]
    name = _free(proposal, _NAME_OF[kind])
    proposal.files[f"maps/{name}.yaml"] = map_text(table, sample.name, answers).encode()
    proposal.files |= {f"codes/{one.name}.csv": one.text.encode() for one in table.codes.values()}
    proposal.questions += table.questions


def _alike(one: Grid, other: Grid) -> bool:
    return (one.names, one.standard, one.separator, one.header_row) == (
        other.names, other.standard, other.separator, other.header_row
    )  # fmt: skip


def _take_edi(proposal: Proposal, sample: Sample, standard: str, answers: Mapping[str, str]) -> None:
    file = _raw(sample)
    sent = seen(standard, file)
    proposal.notes += [f"{sample.name}: {fault}" for fault in sent.faults]
    maps: list[EdiMap] = []
    known = {one.type for _, earlier, _ in proposal.interchanges for one in earlier.messages}
    for message in sent.messages:
        if message.extends is None:
            proposal.notes.append(
                f"{sample.name}: there is no shipped standard for {message.type} yet; nothing is proposed"
            )
        elif message.type not in known:
            one = proposed_map(sent, message, sample.name, answers, lambda text: _tried(proposal, sent, text, file))
            maps.append(one)
            proposal.files[f"maps/{_free(proposal, one.name)}.yaml"] = one.text.encode()
            proposal.files |= {f"codes/{name}.csv": text.encode() for name, text in one.codes.items()}
            proposal.questions += one.questions
    proposal.interchanges.append((sample, sent, maps))


def _take_tree(proposal: Proposal, sample: Sample, tree: TreeMap) -> None:
    proposal.trees.append((sample, tree))
    proposal.notes += tree.notes
    if tree.text:
        proposal.files[f"maps/{_free(proposal, tree.name)}.yaml"] = tree.text.encode()


def _free(proposal: Proposal, name: str) -> str:
    """The name, with a number behind it when another mapping has it."""
    taken = {Path(one).stem for one in proposal.files if one.startswith("maps/")}
    return next(one for one in (name, *(f"{name}-{n}" for n in range(2, 100))) if one not in taken)


def _raw(sample: Sample) -> RawFile:
    return RawFile(hashlib.sha256(sample.data).hexdigest(), sample.name, sample.data)


def _tried(proposal: Proposal, sent: Interchange, text: str, file: RawFile) -> Translation:
    """What a mapping's text makes of a sample."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "trial"
        partner = partner_text("trial", None, "retailer", [], [sent])
        _write(folder, {"partner.yaml": partner.encode(), "maps/trial.yaml": text.encode()})
        catalog = Catalog.load(Path(root))
        return translate([file], catalog.partner("trial"), catalog)


def _run(proposal: Proposal, samples: Sequence[Sample]) -> None:
    """Load the folder as the engine does, run each sample, and put its rows beside it."""
    for sample in samples:
        data, note = copy_of(sample.name, sample.data)
        proposal.notes += [note] if note else []
        if data is not None:
            proposal.files[f"samples/{sample.name}"] = data
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / proposal.wanted.id
        _write(folder, proposal.files)
        try:
            catalog = Catalog.load(Path(root))
        except ConfigError as fault:
            told = str(fault).replace(str(root), "").strip()
            proposal.notes.append(f"this installation cannot load the proposal yet: {told}")
            return
        partner = catalog.partner(proposal.wanted.id)
        for sample in samples:
            path = folder / "samples" / sample.name
            if path.is_file():
                _expect(proposal, sample, rows_of(path, partner, catalog))


def _expect(proposal: Proposal, sample: Sample, rows: str) -> None:
    proposal.rows[sample.name] = rows
    if '"documents"' in rows:
        beside = expected_path(Path("samples") / sample.name).as_posix()
        proposal.files[beside] = rows.encode()
    else:
        proposal.notes.append(f"{sample.name} gives no document yet, so nothing is expected of it")


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
