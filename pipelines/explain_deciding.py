"""Open this when `backhaul explain` should say more about a decision: its rule, its policy, and who approved what."""

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from connectors.store.story import Story
from pipelines.show import money
from schemas.control import PARTS
from schemas.policies import WITHOUT_DAYS

Row = dict[str, Any]
_STANDING = {
    "founding": "in force since the retailer began",
    "waiting": "which nobody has approved yet",
}


def decided(story: Story) -> Iterator[Text]:
    """Each decision in one paragraph: outcome, reason, rule, policy with its author, and who approved the policy."""
    versions = {row["version"]: row for row in story.policy_versions.to_pylist()}
    for row in story.decisions.to_pylist():
        units = "1 unit" if row["units"] == 1 else f"{row['units']:,} units"
        policy = _policy(versions.get(row["policy_version"]), row["policy_version"])
        told = f"{row['outcome']} {units} on {row['at']:%Y-%m-%d}: {row['because']}"
        yield Text(f"{told} That says the rule {row['rule']} of {policy}")
        steps = [one for one in story.pricings.to_pylist() if one["decision"] == row["decision"]]
        if steps:
            yield Text(priced_in_words(row, steps))


def priced_in_words(decision: Row, steps: list[Row]) -> str:
    """From the invoice's amount to the credit, rule by rule, in one sentence; ``steps`` are in the rules' order."""
    currency = decision["currency"]
    told = [f"{one['because']}: {money(one['after_minor'], currency)} ({one['rule']})" for one in steps]
    kept = decision["net_minor"] - decision["credit_net"]
    return (
        f"Its price: {money(decision['net_minor'], currency)} {currency} net on the invoice; {'; '.join(told)}. "
        f"{money(kept, currency)} {currency} net and {money(decision['tax_minor'] - decision['credit_tax'], currency)} "
        "tax are not credited."
    )


def _policy(row: Row | None, version: str) -> str:
    if row is None:
        return f"policy {version}."
    name = "the policy in partner.yaml" if row["policy"] == WITHOUT_DAYS else f"the policy {row['policy']}"
    days = f", for returns from {row['valid_from']}" if row["valid_from"] else ""
    author = f", written by {row['written_by']}" if row["written_by"] else ""
    approved = f"approved by {row['approved_by']} on {row['approved_at']:%Y-%m-%d}" if row["approved_by"] else ""
    until = f", until {row['stands_until']}" if row["stands_until"] else ""
    return f"{name}{days} (policy {version}){author}, {approved or _STANDING[row['state']]}{until}."


def parts_in(story: Story, reference: str) -> str:
    """Who has which part in a credit, as a sentence; nothing where nobody has one."""
    told = [f"{row['name']} {PARTS[row['part']]}" for row in story.parts.to_pylist() if row["reference"] == reference]
    return f" {'; '.join(told)}." if told else ""
