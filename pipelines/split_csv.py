"""Open this when you look for ``backhaul split-csv``: returns of a plain table placed on the sales of another one."""

from pathlib import Path
from typing import Annotated, get_args

import typer
from pydantic import ValidationError

from pipelines.terminal import EXIT_FINDINGS, err, out, told_plainly
from schemas.errors import ConfigError
from schemas.partners import Order, Policy


@told_plainly
def split_csv(
    sales: Annotated[Path, typer.Argument(metavar="SALES.csv", help="What was sold, a row an invoice line.")],
    returns: Annotated[Path, typer.Argument(metavar="RETURNS.csv", help="What came back, a row a return line.")],
    into: Annotated[Path, typer.Argument(metavar="OUT.csv", help="Where each unit belongs; written anew.")],
    order: Annotated[str, typer.Option("--order", help=f"{', '.join(get_args(Order))}.")] = Policy().order,
    evidence: Annotated[
        str | None, typer.Option("--evidence", help="Kinds that count, the strongest first, with commas; '' for none.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Show so many rows left out; 0 shows all.")] = 20,
) -> None:
    """Place returns on the sales they came from: tables in, a table out, without settings or partners.

    Returns are taken in the order of time. Units without a sale get a row with an empty `sale_invoice`. Rows that
    cannot be read are left out and told; then the exit code is 1. docs/splitting.md names the columns.
    """
    from pipelines.plain_sales import read_returns, read_sales, write_placed
    from pipelines.show import progress_of
    from pipelines.split_csv_view import split_view
    from pipelines.steps.in_time_order import place_in_time_order

    policy = _policy(order, evidence)
    _ensure_apart(into, sales, returns)
    sold, returned = read_sales(sales), read_returns(returns)
    placed = place_in_time_order(
        sold.rows, returned.rows, policy, lambda rounds: progress_of(err, rounds, lambda rows: f"{len(rows):,} lines")
    )
    write_placed(placed, sold.rows, returned.rows, into)
    for part in split_view(sold, returned, placed, limit):
        out.print(part, highlight=False, soft_wrap=True)
    if sold.left_out or returned.left_out:
        raise typer.Exit(EXIT_FINDINGS)


def _policy(order: str, evidence: str | None) -> Policy:
    kinds = {} if evidence is None else {"evidence": tuple(filter(None, map(str.strip, evidence.split(","))))}
    try:
        return Policy.model_validate({"order": order, **kinds})
    except ValidationError as fault:
        first = fault.errors()[0]
        raise ConfigError(f"--{first['loc'][0]}: {first['msg']}. Next: name it as `--help` does.") from None


def _ensure_apart(into: Path, *given: Path) -> None:
    if into.resolve() in {path.resolve() for path in given}:
        raise ConfigError(f"{into} would be written over what is read. Next: name another file for the result.")
