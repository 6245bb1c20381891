"""Open this when a policy file is refused: a partner's policies with their days, read and checked like its mappings.

    checked_partner(marked) -> Partner
    load_policies(folder, marked) -> tuple[Agreed, ...]

A file is laid over the whole policy of partner.yaml, what is usual included, key by key.

A fault names file, line and column, shows the line with a caret, and says what to write instead.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from mappings.marks import Loc, Marked, checked, merge, read, unknown_name
from mappings.policy_codes import ensure_codes
from schemas.errors import ConfigError
from schemas.partners import Partner, Policy
from schemas.policies import DATED, WITHOUT_DAYS, Agreed, PolicyFile, version_of

_POLICY = "policy"


def checked_partner(marked: Marked) -> Partner:
    """A partner.yaml, every code of its policy looked up. ConfigError shows the first fault at its place."""
    partner = checked(Partner, marked)
    ensure_codes(marked)
    return partner


def load_policies(folder: Path, marked: Marked) -> tuple[Agreed, ...]:
    """The files of ``policies/`` by their first day, each over the policy of partner.yaml (``marked``).

    ConfigError: a file is wrong, or two begin on one day.
    """
    files = [load_policy(path, marked) for path in sorted((folder / "policies").glob("*.yaml"))]
    files.sort(key=lambda one: (str(one.valid_from), one.name))
    for one, other in pairwise(files):
        if one.valid_from == other.valid_from:
            path = folder / "policies" / f"{other.name}.yaml"
            told = f"{one.name}.yaml begins on this day too. Next: let one of them begin on another day."
            raise read(path).fault(("valid_from",), told)
    return tuple(files)


def load_policy(path: Path, partner: Marked) -> Agreed:
    """One policy file, laid over the ``policy:`` of its partner.yaml. ConfigError shows the place of a fault."""
    own = read(path)
    for loc, message in _faults(own):
        raise own.fault(loc, message, at_key=len(loc) > 1)
    file = checked(PolicyFile, merge(_of_policy(partner, own), own))
    ensure_codes(own)
    version = version_of(file.policy, file.valid_from, file.expires)
    return Agreed(path.stem, file.policy, version, file.valid_from, file.expires)


def policy_at(path: Path, partner: Path) -> Agreed:
    """A policy file that lies anywhere, for the partner of this folder."""
    if not path.is_file():
        raise ConfigError(f"{path} is no file. Next: name a policy of the partner, or a file with one.")
    return load_policy(path, read(partner / "partner.yaml"))


def named(policies: Sequence[Agreed], name: str, folder: Path) -> Agreed:
    """The policy of this name. ConfigError: there is none."""
    for one in policies:
        if one.name == name:
            return one
    raise ConfigError(f"{folder}: {unknown_name(name, [one.name for one in policies], 'policy')}")


def _faults(own: Marked) -> list[tuple[Loc, str]]:
    """What the models cannot see: keys that hold for all days, and a policy without an author."""
    written = own.data.get(_POLICY)
    if not isinstance(written, dict):
        return []
    known = set(Policy.model_fields)
    found: list[tuple[Loc, str]] = [
        ((_POLICY, key), f"this holds for all days. Next: write it under policy: in {WITHOUT_DAYS}.")
        for key in written
        if key in known and key not in DATED
    ]
    control = written.get("control")
    if isinstance(control, dict) and "judged_by" in control:
        told = f"which day counts is the same for all policies. Next: write it under policy: in {WITHOUT_DAYS}."
        found.append(((_POLICY, "control", "judged_by"), told))
    if not written.get("written_by"):
        found.append(((_POLICY,), "nobody is named who wrote it. Next: add `written_by:` with a name."))
    return found


def _of_policy(partner: Marked, own: Marked) -> Marked:
    """The whole policy of partner.yaml, what is usual included, but for its author.

    The window has two names, here and under ``credit:``; where the file uses one, the other is left out.
    """
    keys = {way: mark for way, mark in partner.keys.items() if way[:1] == (_POLICY,)}
    values = {way: mark for way, mark in partner.values.items() if way[:1] == (_POLICY,)}
    whole = checked(Partner, partner).policy.model_dump(mode="json", exclude_none=True, exclude={"written_by"})
    if (_POLICY, "window_days") in own.values:
        whole["credit"]["window"].pop("days", None)
    if (_POLICY, "credit", "window", "days") in own.values:
        whole.pop("window_days")
    return Marked({_POLICY: whole}, keys, values)
