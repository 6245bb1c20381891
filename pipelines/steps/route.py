"""Open this when goods went the wrong way after their inspection: by the first rule of the policy that fits."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.item_flags import names_one_of
from pipelines.steps.movements import move
from schemas.goods import Goods, RouteRule
from schemas.handling_tables import GOING_BACK, ROUTINGS, UNROUTED
from schemas.ledger import Bucket
from schemas.money import to_decimal, to_minor
from schemas.tables import MOVEMENTS, empty

Row = Mapping[str, Any]

PERSON = "person"
_JUDGES = ("outcome", "condition", "reason", "gtin", "vendor_item", "currency", "worth")


def route(unrouted: pa.Table, goods: Goods, policy_version: str) -> pa.Table:
    """``ROUTINGS`` for the ``UNROUTED`` goods of one retailer, in the order of their inspections, without a message.

    A condition that is not judged, and what no rule fits, goes to a person. Goods that are alike are judged once.
    """
    rows = [{**row, "worth": row["net_minor"] // row["units"]} for row in unrouted.sort_by("inspection").to_pylist()]
    ways: dict[tuple[Any, ...], tuple[str, str]] = {}
    routed = []
    for row in rows:
        alike = tuple(row[name] for name in _JUDGES)
        if alike not in ways:
            ways[alike] = _way(row, goods)
        way, rule = ways[alike]
        routed.append(_routing(row, 1, way, rule, _because(row, way, rule), policy_version, None))
    return pa.Table.from_pylist(routed, ROUTINGS)


def by_a_person(waiting: pa.Table, way: str, by: str, reason: str, policy_version: str) -> pa.Table:
    """``ROUTINGS`` in a person's name of goods that were left to a person (``UNROUTED`` with a counter ``said``)."""
    rows = waiting.sort_by("inspection").to_pylist()
    routed = [_routing(row, row["said"] + 1, way, PERSON, reason, policy_version, by) for row in rows]
    return pa.Table.from_pylist(routed, ROUTINGS)


def sent_back(going: pa.Table, goods: Goods) -> pa.Table:
    """``MOVEMENTS`` of ``GOING_BACK`` goods: refused ones as the policy counts, repaired ones once confirmed."""
    counts = pc.or_(going["confirmed"], pc.and_(goods.sent_back == "sent", pc.equal(going["bucket"], "refused")))
    moves = [empty(MOVEMENTS)]
    for bucket in (Bucket.REFUSED, Bucket.REPAIRED):
        own = going.filter(pc.and_(counts, pc.equal(going["bucket"], bucket.value))).cast(GOING_BACK)
        moves.append(move(own, bucket, Bucket.SENT_BACK, own["routing"], "route-1"))
    return pa.concat_tables(moves).sort_by("movement")


def _way(row: Row, goods: Goods) -> tuple[str, str]:
    """The route and the rule that says so, by its place in the policy."""
    if row["condition"] in (None, "unknown"):
        return PERSON, "conditions.unknown"
    for number, rule in enumerate(goods.routes, 1):
        if _fits(rule, row, goods):
            return rule.route, f"routes.{number}"
    return PERSON, "routes"


def _fits(rule: RouteRule, row: Row, goods: Goods) -> bool:
    named = ((rule.conditions, "condition"), (rule.outcomes, "outcome"), (rule.reasons, "reason"))
    if any(codes and row[name] not in codes for codes, name in named):
        return False
    if rule.items and not names_one_of(row, rule.items):
        return False
    worth, currency = row["worth"], row["currency"]
    if rule.worth_from is not None and worth < to_minor(rule.worth_from, currency):
        return False
    if rule.worth_below is not None and worth >= to_minor(rule.worth_below, currency):
        return False
    return not rule.pays or worth > to_minor(goods.costs.get(rule.route, Decimal(0)), currency)


def _because(row: Row, way: str, rule: str) -> str:
    units = f"{row['units']} unit" if row["units"] == 1 else f"{row['units']} units"
    worth = f"{to_decimal(row['worth'], row['currency'])} {row['currency']} each"
    said = f"{units} counted in as {row['condition'] or 'unknown'}, worth {worth}"
    if rule == "conditions.unknown":
        return f"{said}: nobody judged their condition."
    if way == PERSON:
        return f"{said}: no rule of the policy fits."
    return f"{said}; {row['outcome']} was decided."


def _routing(row: Row, number: int, way: str, rule: str, because: str, version: str, by: str | None) -> dict[str, Any]:
    same = {name: row[name] for name in ("inspection", "portion", "return_line", "units", "warehouse")}
    return same | {
        "routing": f"{row['inspection']}~{number}",
        "route": way,
        "rule": rule,
        "because": because,
        "policy_version": version,
        "message": None,
        "by": by,
    }


def instructed(unrouted: pa.Table, routings: pa.Table) -> Sequence[dict[str, Any]]:
    """Goods (``UNROUTED``) with their route, for an instruction: what waits for a person is left out."""
    facts = {row["inspection"]: row for row in unrouted.select(UNROUTED.names).to_pylist()}
    return [
        {**facts[row["inspection"]], **row} for row in routings.to_pylist() if row["route"] != PERSON
    ]  # fmt: skip
