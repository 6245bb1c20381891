"""Open this when ``backhaul policy check`` says that a policy is wrong: its file, and the words that it uses."""

from dataclasses import dataclass
from pathlib import Path

from mappings.marks import read
from mappings.policies import checked_partner, load_policies, load_policy
from pipelines.partner_check import Check
from pipelines.partner_terms import policy_terms
from schemas.errors import ConfigError
from schemas.policies import Agreed, without_days


@dataclass(frozen=True, slots=True)
class CheckedPolicies:
    """Faults of files, each with its place, and what was found in those that load."""

    faults: list[str]
    checks: list[tuple[str, Check]]


def checked_policies(folder: Path) -> CheckedPolicies:
    """Every policy in a partner's folder; one that cannot load does not hide the others."""
    try:
        marked = read(folder / "partner.yaml")
        agreed: list[Agreed] = [without_days(checked_partner(marked).policy)]
    except ConfigError as fault:
        return CheckedPolicies([str(fault)], [])
    faults: list[str] = []
    for path in sorted((folder / "policies").glob("*.yaml")):
        try:
            agreed.append(load_policy(path, marked))
        except ConfigError as fault:
            faults.append(str(fault))
    if not faults:
        try:
            load_policies(folder, marked)
        except ConfigError as fault:
            faults.append(str(fault))
    return CheckedPolicies(faults, [(one.name, check) for one in agreed for check in policy_terms(one.policy)])
