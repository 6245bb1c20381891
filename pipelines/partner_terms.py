"""Open this when ``backhaul partner check`` misses an agreement: policy, limits, clocks, parties of credit notes."""

from collections.abc import Iterator

from connectors.erp.file_out.profiles import PROFILES
from connectors.erp.file_out.settings import FileOutSettings
from mappings.code_lists import canonical
from pipelines.partner_check import Check, Subject, missing, note, ok
from schemas.partners import Partner, Party, Policy


def terms(subject: Subject) -> Iterator[Check]:
    """What was agreed with a retailer; others have no policy of their own."""
    partner = subject.folder.partner
    if partner.role != "retailer":
        yield note("policy", f"a {partner.role} has none")
    else:
        yield from policy_terms(partner.policy)
        yield from _money(partner.policy)
        yield from _buyer(subject)
        yield from _sellers(subject)
    yield from _clocks(partner)


def policy_terms(policy: Policy) -> Iterator[Check]:
    """Whether a policy says something about every code there is; others are refused when it is loaded."""
    for key, given, known in (
        ("conditions", policy.conditions, set(canonical("conditions"))),
        ("unplaced", policy.unplaced, set(Policy().unplaced)),
    ):
        name, lacking = f"policy: {key}", sorted(known - set(given))
        if lacking:
            yield missing(name, f"nothing about {', '.join(lacking)}", "write credit, refuse or hold for each")
        else:
            yield ok(name, ", ".join(f"{code} {verdict}" for code, verdict in given.items()))
    yield ok("policy: goods_stay", ", ".join(policy.goods_stay) or "never")


def _money(policy: Policy) -> Iterator[Check]:
    told = {
        "window_days": f"{policy.window_days} days from the sale",
        "limits": f"{policy.limits.line} a line, {policy.limits.note} a note go out without a person",
        "receipt_days": f"a box is overdue {policy.receipt_days} days after its notice",
    }
    for key, words in told.items():
        if key in policy.model_fields_set:
            yield ok(f"policy: {key}", words)
        else:
            yield missing(
                f"policy: {key}", f"not agreed; the default would be: {words}", f"write `{key}:` under policy"
            )
    days = policy.map_hold_days
    held = f"credits wait for a person {days} days after a mapping changed"
    yield ok("policy: map_hold_days", held if days else "0: credits never wait when a mapping changed")


def _buyer(subject: Subject) -> Iterator[Check]:
    party = subject.folder.partner.party
    if party is None:
        yield missing(
            "credit notes to", "partner.yaml does not say who", "add `party:` with legal_name, vat_id, address"
        )
        return
    yield _party("credit notes to", party, "party: in partner.yaml", _needs_address(subject))


def _sellers(subject: Subject) -> Iterator[Check]:
    if subject.settings is None:
        yield missing("credit notes from", "there are no settings", "write `companies:` into a backhaul.yaml")
        return
    if not subject.settings.companies:
        yield missing("credit notes from", "the settings name no company of ours", "add `companies:` to the settings")
    for name, company in sorted(subject.settings.companies.items()):
        where = f"companies: {name}: in the settings"
        yield _party(f"credit notes from {name}", company, where, _needs_address(subject))


def _needs_address(subject: Subject) -> bool:
    """Whether notes go through a network, by electronic addresses."""
    erp = subject.settings.erp if subject.settings else None
    return isinstance(erp, FileOutSettings) and PROFILES[erp.profile].is_network


def _party(name: str, party: Party, where: str, needs_address: bool) -> Check:
    """Legal name, VAT id and a whole address, as EN 16931 wants them of seller and buyer; a network an endpoint too."""
    stated = {
        "legal_name": party.legal_name,
        "vat_id": party.vat_id,
        "street": party.address.street,
        "city": party.address.city,
        "postcode": party.address.postcode,
        **({"endpoint": party.endpoint} if needs_address else {}),
    }
    lacking = [key for key, value in stated.items() if not value]
    if lacking:
        return missing(name, f"{', '.join(lacking)} is not stated", f"add it under {where}")
    return ok(name, f"{party.legal_name}, {party.vat_id}, {party.address.city} {party.address.country}")


def _clocks(partner: Partner) -> Iterator[Check]:
    """When the partner's acknowledgement of our 824 or APERAK is overdue."""
    name, days = "acknowledges_within_days", partner.acknowledges_within_days
    if partner.business_answers == "none":
        yield note(name, "it gets no 824 or APERAK that it could acknowledge")
    elif days is None:
        yield missing(name, "no answer of it is ever overdue", "write the agreed days into partner.yaml")
    else:
        yield ok(name, f"its acknowledgement is overdue after {days} days")
