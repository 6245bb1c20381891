"""Open this when ``backhaul partner new`` asks or writes something wrong: a partner's folder from its samples."""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
import yaml

from mappings.propose.questions import Question, answers_of
from pipelines.terminal import err, out, told_plainly
from schemas.errors import ConfigError, PermanentError

ROLES = ("retailer", "warehouse", "erp")


@told_plainly
def partner_new(
    partner_id: Annotated[str, typer.Argument(metavar="ID", help="The partner's id: also the name of its folder.")],
    samples: Annotated[list[Path], typer.Option("--from", metavar="FILE...", help="Files that it sent.")],
    more: Annotated[list[Path] | None, typer.Argument(metavar="FILE", show_default=False, hidden=True)] = None,
    name: Annotated[str | None, typer.Option("--name", help="What the partner is called.")] = None,
    role: Annotated[str | None, typer.Option("--role", help="retailer, warehouse or erp.")] = None,
    into: Annotated[
        Path | None, typer.Option("--into", "--partners", help="The partners' folder; none: the settings' own.")
    ] = None,
    answer: Annotated[list[str] | None, typer.Option("--answer", help="QUESTION=ANSWER; repeat it.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; what is open stays marked.")] = False,
) -> None:  # fmt: skip
    """Propose a partner's folder from files that it sent: who it is, a mapping, its codes, and the rows that come out.

    What the files do not settle is asked; what is not answered is left out of the mapping, with a comment.
    """
    from mappings.propose.folder import Sample, Wanted, proposed
    from pipelines.partner_new_view import open_view, proposal_view

    folder = _folder(into) / partner_id
    _refuse(partner_id, folder, role)
    files = [Sample(path.name, _bytes(path)) for path in (*samples, *(more or []))]
    wanted, answers = Wanted(partner_id, name, role), answers_of(answer or [])
    proposal = proposed(files, wanted, answers)
    for part in proposal_view(proposal):
        out.print(part, highlight=False)
    asked: set[str] = set()
    while not yes and _is_terminal() and (still := [one for one in proposal.questions if one.key not in asked]):
        asked |= {one.key for one in still}
        answers = _asked(still, answers)
        proposal = proposed(files, wanted, answers)
    _refuse_taken_identities(folder.parent, partner_id, proposal.files)
    _write(folder, proposal.files)
    for part in open_view(proposal, folder):
        out.print(part, highlight=False, soft_wrap=False)


def _folder(into: Path | None) -> Path:
    """The partners' folder: the one given, or the settings'."""
    from pipelines.settings import SettingsMissing, find_settings, load_settings

    if into is not None:
        return into
    try:
        settings = load_settings(find_settings())
    except SettingsMissing:
        raise ConfigError("It is not known where partners are kept. Next: name their folder with --into.") from None
    return settings.path(settings.partners)


def _refuse(partner_id: str, folder: Path, role: str | None) -> None:
    """What can be seen to be wrong before a file is read."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,30}", partner_id):
        raise ConfigError(f"{partner_id!r} is no id. Next: write two or more of a-z, 0-9 and -, a letter first.")
    if role is not None and role not in ROLES:
        raise ConfigError(f"There is no role {role!r}. Next: write one of {', '.join(ROLES)}.")
    if folder.exists():
        raise ConfigError(f"{folder} is there already, and is left as it is. Next: take another id, or remove it.")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        reason = (fault.strerror or type(fault).__name__).lower()
        raise PermanentError(f"{path} cannot be read: {reason}. Check the path and its permissions.") from fault


def _is_terminal() -> bool:
    return sys.stdin.isatty() and out.is_terminal


def _asked(questions: Sequence[Question], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers of the person at the terminal beside those given; Enter leaves a question open."""
    given = dict(answers)
    err.print("Enter leaves a question open.")
    for question in questions:
        choices = f" [{', '.join(question.choices)}]" if question.choices else ""
        while text := typer.prompt(f"{question.text}{choices}", default="", show_default=False).strip():
            key, mark, value = text.rpartition("=")
            if not mark and question.choices and text not in question.choices:
                err.print(f"Write one of {', '.join(question.choices)}, or press Enter.")
                continue
            given[key.strip() if mark else question.key] = value.strip() if mark else text
            break
    return given


def _refuse_taken_identities(folder: Path, partner_id: str, files: Mapping[str, bytes]) -> None:
    """ConfigError when another partner of this folder sends under one of the new one's identities."""
    new = yaml.safe_load(files["partner.yaml"]).get("identities", ())
    for path in sorted(folder.glob("*/partner.yaml")):
        for one in yaml.safe_load(path.read_text(encoding="utf-8")).get("identities") or ():
            if one in new and one["scheme"] != "name":
                raise ConfigError(
                    f"{one['scheme']} {one.get('qualifier', '')}:{one['id']} sends already as {path.parent.name}. "
                    f"Next: add the sample to {path.parent}, or leave the identity with one of them."
                )


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
