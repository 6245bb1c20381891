"""Open this when you look for a command: ``backhaul`` and all its words, by who needs them."""

from collections.abc import Callable
from typing import Any

import typer

from pipelines.audit_commands import audit
from pipelines.claim_commands import claim
from pipelines.credit_commands import approve, release, resume, reverse, withdraw
from pipelines.daily_commands import expect, explain, ledger, report, run, status, verify
from pipelines.demo_commands import dagster, demo
from pipelines.difference_commands import box, differences, resolve
from pipelines.edi_commands import edi
from pipelines.erp_commands import erp
from pipelines.goods_commands import authorise, refuse, route
from pipelines.map_commands import map_words
from pipelines.memory import keep_memory
from pipelines.partner_commands import partner
from pipelines.partner_new import partner_new
from pipelines.placing_commands import assign, unassign
from pipelines.policy_commands import policy
from pipelines.split_csv import split_csv
from pipelines.supply_commands import supply

# The panels of `backhaul --help`: words that do one thing, and words that have others below them.
_Words = dict[str, Callable[..., Any] | typer.Typer]
WORDS: dict[str, _Words] = {
    "Every day": {"run": run, "status": status, "report": report},
    "A box, a line": {"box": box, "explain": explain, "assign": assign, "unassign": unassign},
    "Differences, goods and claims": {
        "differences": differences, "resolve": resolve, "authorise": authorise, "refuse": refuse, "route": route,
        "claim": claim,
    },
    "Credits": {
        "approve": approve, "release": release, "reverse": reverse, "withdraw": withdraw, "resume": resume,
        "policy": policy,
    },
    "The books": {"ledger": ledger, "verify": verify, "audit": audit},
    "Partners and their files": {"partner": partner, "map": map_words, "edi": edi, "expect": expect},
    "The ERP": {"erp": erp, "supply": supply},
    "To see it work": {"demo": demo, "dagster": dagster, "split-csv": split_csv},
}  # fmt: skip


def _begin() -> None:
    keep_memory()


def _assembled() -> typer.Typer:
    one = typer.Typer(
        help="Reseller returns, from the retailer's notice to a posted credit note.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        callback=_begin,
    )
    for panel, words in WORDS.items():
        for name, word in words.items():
            if isinstance(word, typer.Typer):
                one.add_typer(word, name=name, rich_help_panel=panel)
            else:
                one.command(name, rich_help_panel=panel)(word)
    return one


partner.command("new")(partner_new)
app = _assembled()

if __name__ == "__main__":
    app()
