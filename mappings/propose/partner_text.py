"""Open this when a proposed partner.yaml lacks something: who a partner is, as far as its files say so."""

import json
from collections.abc import Sequence

from mappings.propose.edi import Interchange
from mappings.propose.table_map import written

_TO_FILL_IN = """\
# Before it goes live, fill in what no file says (schemas/partners.py explains every key):
# timezone: Europe/Berlin
# channels:
#   - {id: main, kind: sftp, inbox: returns, archive: returns-done, outbox: answers}
"""
_OF_A_RETAILER = """\
# party: {legal_name: ..., vat_id: ..., address: {street: ..., city: ..., postcode: ..., country: DE}}
# policy: {version: "1", window_days: 365, receipt_days: 21, control: {new_partner_days: 30}}
"""


def partner_text(
    partner: str, name: str | None, role: str, samples: Sequence[str], interchanges: Sequence[Interchange]
) -> str:
    """A partner.yaml with what the samples show; the rest stands there as comments to fill in."""
    lines = [f"# Proposed from {', '.join(samples)}."] if samples else []
    lines += [f"id: {partner}", f"name: {written(name or partner.replace('-', ' ').title())}", f"role: {role}"]
    senders = sorted({(one.standard, *one.sender) for one in interchanges})
    if senders:
        lines += ["identities:", *(f"  - {_identity(*one)}" for one in senders)]
        first = interchanges[0]
        lines.append(f"our_identity: {_identity(first.standard, *first.receiver)}")
    return "\n".join(lines) + "\n" + _TO_FILL_IN + (_OF_A_RETAILER if role == "retailer" else "")


def _identity(scheme: str, qualifier: str, name: str) -> str:
    return f"{{scheme: {scheme}, qualifier: {json.dumps(qualifier)}, id: {json.dumps(name)}}}"
