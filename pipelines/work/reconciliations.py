"""Open this when a credit note lacks its reconciliation: it is made with the intent, which names it in the vault.

The request names the page by its sha256, so that the note's hash is also the page's; an ERP's adapter gets its bytes by
the credit's reference.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from connectors.erp.papers import paper_name
from pipelines.report.reconciliation import Behind, reconciliation_pdf
from pipelines.steps.credits import Composed, attached
from pipelines.wiring import Hub
from schemas.credits import CreditRequest, Paper

Row = Mapping[str, Any]


def with_reconciliations(hub: Hub, retailer: str, composed: Composed) -> Composed:
    """The credits with the page behind each of them, which is in the vault from then on."""
    rows = {row["decision"]: row for row in _asked(hub, "reconciliation", retailer)}
    steps: dict[str, list[Row]] = defaultdict(list)
    for step in _asked(hub, "pricing_of_credits", retailer):
        steps[step["decision"]].append(step)
    behind: dict[str, dict[str, Behind]] = defaultdict(dict)
    for line in composed.intent_lines.to_pylist():
        decision = line["decision"]
        behind[line["reference"]][str(line["line_no"])] = Behind(rows[decision], steps[decision])
    papers = {}
    for text in composed.intents["request"].to_pylist():
        request = CreditRequest.model_validate_json(text)
        digest = hub.vault.put(reconciliation_pdf(request, behind[request.reference]))
        papers[request.reference] = Paper(name=paper_name(request.reference), sha256=digest)
    return attached(composed, papers)


def _asked(hub: Hub, report: str, retailer: str) -> list[Row]:
    rows: list[Row] = hub.store.query(f"reports/{report}.sql", retailer=retailer).to_pylist()
    return rows
