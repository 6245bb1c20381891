"""Open this when ``backhaul reverse`` misreads which lines, units or amounts of a credit are meant."""

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

import typer

from pipelines.steps.reversals import Wanted


def wanted_of(lines: Sequence[str], nets: Sequence[str]) -> list[Wanted]:
    """What is to be taken back, as it is typed: ``2``, ``2:3`` (units), ``2:41.50`` (what it should have credited).

    BadParameter: it is not written like that.
    """
    return [*_lines(lines), *_nets(nets)]


def _lines(typed: Sequence[str]) -> Iterator[Wanted]:
    for text in typed:
        number, _, units = text.partition(":")
        if not number.isdecimal() or (units and not units.isdecimal()):
            raise typer.BadParameter(
                f"{text} is no line; write one like 2, or 2:3 for three units", param_hint="--line"
            )
        yield Wanted(int(number), units=int(units) if units else None)


def _nets(typed: Sequence[str]) -> Iterator[Wanted]:
    for text in typed:
        number, _, amount = text.partition(":")
        try:
            should_be = Decimal(amount)
        except InvalidOperation:
            should_be = Decimal("NaN")
        if not number.isdecimal() or not should_be.is_finite():
            raise typer.BadParameter(f"{text} is no amount of a line; write one like 2:41.50", param_hint="--net")
        yield Wanted(int(number), net_should_be=should_be)
