"""Open this when you ask why announced goods may come or not: the rules before shipping, in their fixed order, as data.

Each rule gives its word on units that no rule before it spoke of; what is left at the end may come. A rule may cut a
portion: so many of its units are within what it allows, the others beyond.
"""

import hashlib
from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.steps.item_flags import flag_of
from pipelines.steps.movements import Amounts, move, part_of
from pipelines.steps.policy_days import place_of_policy
from pipelines.steps.window_start import NO_STARTS, TOLD, Starts, with_start
from schemas.handling_tables import AUTHORISATIONS, WAITING
from schemas.ledger import Bucket
from schemas.money import to_decimal, to_minor
from schemas.partners import Policy
from schemas.policies import Agreed
from schemas.tables import MOVEMENTS, empty

Row = Mapping[str, Any]

_TO = {
    "authorise": Bucket.AUTHORISED, "refuse": Bucket.REFUSED, "keep": Bucket.KEPT, "dispose": Bucket.DISPOSED,
}  # fmt: skip
_AMOUNTS = ("units", "net_minor", "tax_minor")
# The window of a piece, without grace, and the version are those of the policy that holds for its day.
_PIECES = pa.schema(
    [
        *WAITING,
        ("window_from", pa.date32()),
        ("window_event", pa.string()),
        ("window", pa.int64()),
        ("policy_version", pa.string()),
        ("beyond", pa.bool_()),
    ]
)
_ORDER = [(name, "ascending") for name in ("returned_on", "number", "line_no", "portion")]


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands with a retailer before these words: what it bought and sent back, and what is on its way.

    ``bought`` and ``returned`` are units of the sales that ``policy.authorisation.share`` counts, without the waiting
    ones; ``open_net`` is net money in minor units by currency, of authorised units that were not counted in.
    """

    today: date
    bought: int = 0
    returned: int = 0
    open_units: int = 0
    open_net: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule before shipping, by its key in policy.authorisation.

    ``judge`` gives a word for each piece, null where the rule has nothing to say. ``cut`` gives the units of each piece
    that are within what the rule allows; the rest of a piece is judged as ``beyond``.
    """

    key: str
    judge: Callable[[pa.Table, Policy, Standing], Any]
    because: Callable[[Row, Policy, Standing], str]
    cut: Callable[[pa.Table, Policy, Standing], list[int]] | None = None


def authorise(
    waiting: pa.Table, policies: Sequence[Agreed], standing: Standing, starts: Starts = NO_STARTS
) -> pa.Table:
    """``AUTHORISATIONS`` for the ``WAITING`` units of one retailer: the first rule that speaks decides.

    ``policies`` are the one without days and then those with days; each unit has the window of the one that holds for
    its day. What is `ask` already and would be asked again gets no second row. ``standing`` is of that retailer.
    """
    policy = policies[0].policy
    left = _judged(waiting.sort_by(_ORDER), policies, standing.today, starts)
    words = list[dict[str, Any]]()
    for rule in RULES:
        if rule.cut is not None:
            left = _cut(left, rule.cut(left, policy, standing))
        word = rule.judge(left, policy, standing)
        spoken = pc.is_valid(word)
        pieces = left.filter(spoken).to_pylist()
        said = word.filter(spoken).to_pylist()
        words += [_word(row, one, rule, policy, standing) for row, one in zip(pieces, said, strict=True)]
        left = left.filter(pc.invert(spoken))
    new = [row for row in words if row["outcome"] != "ask" or row["answers"] is None]
    return _numbered(new)


def _judged(waiting: pa.Table, policies: Sequence[Agreed], today: date, starts: Starts = NO_STARTS) -> pa.Table:
    """The units as pieces, each with what the policy that holds for its day says."""
    place = place_of_policy(waiting, policies, today)
    terms = policies[0].policy.authorisation
    own = terms.window_days
    windows = pa.array([one.policy.window_days if own is None else own for one in policies], pa.int64())
    versions = pa.array([one.version for one in policies], pa.string())
    pieces = with_start(waiting, terms.start, starts)
    pieces = pieces.append_column("window", windows.take(place)).append_column("policy_version", versions.take(place))
    return pieces.append_column("beyond", pa.repeat(pa.scalar(False), waiting.num_rows)).cast(_PIECES)


def carry_out(words: pa.Table, waiting: pa.Table) -> pa.Table:
    """``MOVEMENTS`` of ``AUTHORISATIONS``: out of `announced`, by what was said; `ask` moves nothing.

    Pieces of one portion together have its money, to the minor unit. ValueError: a word on units that do not wait.
    """
    row_of = {row["portion"]: row for row in waiting.to_pylist()}
    before, moving = dict[str, Amounts](), dict[tuple[str, str], list[dict[str, Any]]]()
    for word in words.sort_by("authorisation").to_pylist():
        if word["portion"] not in row_of:
            raise ValueError(f"{word['authorisation']} is about units that do not wait for a word")
        row = row_of[word["portion"]]
        gone = before.get(word["portion"], Amounts())
        part = part_of(Amounts(*(row[name] for name in _AMOUNTS)), word["units"], gone)
        before[word["portion"]] = gone + part
        if word["outcome"] in _TO:
            amounts = dict(zip(_AMOUNTS, (part.units, part.net_minor, part.tax_minor), strict=True))
            moved = moving.setdefault((word["outcome"], word["policy_version"]), [])
            moved.append({**row, **amounts, "cause": word["authorisation"]})
    moves = [empty(MOVEMENTS)]
    for (outcome, version), rows in moving.items():
        chosen = pa.Table.from_pylist(rows, WAITING.append(pa.field("cause", pa.string())))
        moves.append(move(chosen, Bucket.ANNOUNCED, _TO[outcome], chosen["cause"], version))
    return pa.concat_tables(moves).sort_by("movement")


def by_a_person(
    asked: pa.Table, outcome: str, by: str, reason: str, policies: Sequence[Agreed], standing: Standing
) -> pa.Table:
    """``AUTHORISATIONS`` that answer what was asked of a person (``WAITING`` with ``asked``): authorise or refuse."""
    rule = Rule("person", _nothing, lambda row, policy, standing: reason)
    pieces = _judged(asked.sort_by(_ORDER), policies, standing.today).to_pylist()
    return _numbered([_word(row, outcome, rule, policies[0].policy, standing) | {"by": by} for row in pieces])


def number_of(return_id: str) -> str:
    """The number under which a return is authorised: short, printable, the same whenever it is asked for.

    >>> number_of("shop/R1")
    'RA-5JLEI7FR3J'
    """
    return f"RA-{b32encode(hashlib.sha256(return_id.encode()).digest()).decode()[:10]}"


def _word(row: Row, outcome: str, rule: Rule, policy: Policy, standing: Standing) -> dict[str, Any]:
    terms = policy.authorisation
    percent = {"keep": terms.keep_percent, "dispose": terms.dispose_percent}.get(outcome)
    comes = outcome == "authorise"
    return {
        "portion": row["portion"],
        "return_line": row["return_line"],
        "outcome": outcome,
        "units": row["units"],
        "percent": percent,
        "rule": rule.key,
        "because": rule.because(row, policy, standing),
        "number": number_of(row["return_id"]) if comes else None,
        "expires_on": standing.today + timedelta(days=terms.valid_days) if comes else None,
        "policy_version": row["policy_version"],
        "answers": row["asked"],
        "said": row["said"],
        "by": None,
    }


def _numbered(words: list[dict[str, Any]]) -> pa.Table:
    """With their ids: the portion and a counter. Of several that end a question the first says so."""
    times: dict[str, int] = {}
    for row in words:
        portion, said = row["portion"], row.pop("said")
        times[portion] = times.get(portion, said) + 1
        row["authorisation"] = f"{portion}!{times[portion]}"
        row["answers"] = row["answers"] if times[portion] == said + 1 else None
    return pa.Table.from_pylist(words, AUTHORISATIONS).sort_by("authorisation")


def _cut(pieces: pa.Table, within: list[int]) -> pa.Table:
    """Each piece as what is within and what is beyond, without empty ones."""
    rows = []
    for row, units in zip(pieces.to_pylist(), within, strict=True):
        whole = Amounts(*(row[name] for name in _AMOUNTS))
        part = part_of(whole, units)
        for beyond, amounts in ((False, part), (True, whole - part)):
            if amounts.units:
                money = dict(zip(_AMOUNTS, (amounts.units, amounts.net_minor, amounts.tax_minor), strict=True))
                rows.append({**row, **money, "beyond": beyond})
    return pa.Table.from_pylist(rows, _PIECES)


# --- what the rules say


def _where(mask: Any, word: str) -> Any:
    return pc.if_else(pc.fill_null(mask, False), word, pa.scalar(None, pa.string()))


def _nothing(pieces: pa.Table, policy: Policy, standing: Standing) -> Any:
    return pa.nulls(pieces.num_rows, pa.string())


def _given(pieces: pa.Table, policy: Policy, standing: Standing) -> Any:
    """Our word holds, whatever sale the units were placed on since."""
    return _where(pieces["given"], "authorise")


def _unanswered(pieces: pa.Table, policy: Policy, standing: Standing) -> Any:
    word = policy.authorisation.unanswered
    if word is None:
        return _nothing(pieces, policy, standing)
    return _where(pc.less(pieces["asked_by"], pa.scalar(standing.today)), word)


def _unplaced(pieces: pa.Table, policy: Policy, standing: Standing) -> Any:
    return _where(pc.is_null(pieces["invoice_line"]), policy.authorisation.unplaced)


def _items(pieces: pa.Table, policy: Policy, standing: Standing) -> Any:
    """Judged once an item, not once a line."""
    flags = policy.authorisation.items
    if not flags:
        return _nothing(pieces, policy, standing)
    named = pieces.select(["gtin", "vendor_item"]).group_by(["gtin", "vendor_item"], use_threads=False).aggregate([])
    of_item = {(row["gtin"], row["vendor_item"]): flag_of(row, flags) for row in named.to_pylist()}
    keys = zip(pieces["gtin"].to_pylist(), pieces["vendor_item"].to_pylist(), strict=True)
    return pa.array([flag.word if (flag := of_item[key]) else None for key in keys], pa.string())


def _reasons(pieces: pa.Table, policy: Policy, standing: Standing) -> Any:
    words = policy.authorisation.reasons
    keys = pa.array(list(words), pa.string())
    return pc.take(pa.array(list(words.values()), pa.string()), pc.index_in(pieces["reason"], keys))


def _late(pieces: pa.Table, policy: Policy, standing: Standing) -> Any:
    """A day that is not known is a person's to find out."""
    terms = policy.authorisation
    days = pc.days_between(pieces["window_from"], pieces["returned_on"])
    last = pc.add(pieces["window"], terms.grace_days)
    return pc.if_else(pc.is_valid(days), _where(pc.greater(days, last), terms.late), "ask")


def _share_left(policy: Policy, standing: Standing) -> int:
    share = policy.authorisation.share
    assert share is not None
    return max(0, int(standing.bought * share.percent / 100) - standing.returned)


def _within_share(pieces: pa.Table, policy: Policy, standing: Standing) -> list[int]:
    """Units in the order of the returns; where a person is asked about the rest, portions stay whole."""
    share = policy.authorisation.share
    units: list[int] = pieces["units"].to_pylist()
    if share is None:
        return units
    left, within = _share_left(policy, standing), []
    for wanted in units:
        allowed = min(wanted, left) if share.beyond != "ask" or wanted <= left else 0
        within.append(allowed)
        left -= allowed
    return within


def _beyond_share(pieces: pa.Table, policy: Policy, standing: Standing) -> Any:
    share = policy.authorisation.share
    return _where(pieces["beyond"], share.beyond) if share else _nothing(pieces, policy, standing)


def _beyond_open(pieces: pa.Table, policy: Policy, standing: Standing) -> Any:
    """Whole portions, in the order of the returns: what has no room leaves it to a smaller one behind it."""
    limits = policy.authorisation.open
    if limits is None:
        return _nothing(pieces, policy, standing)
    units, net = standing.open_units, dict(standing.open_net)
    words = []
    for row in pieces.select(["units", "net_minor", "currency"]).to_pylist():
        currency = row["currency"]
        more, money = units + row["units"], net.get(currency, 0) + row["net_minor"]
        fits = limits.units is None or more <= limits.units
        fits = fits and (limits.money is None or money <= to_minor(limits.money, currency))
        if fits:
            units, net[currency] = more, money
        words.append(None if fits else limits.beyond)
    return pa.array(words, pa.string())


def _requested(pieces: pa.Table, policy: Policy, standing: Standing) -> Any:
    """What the retailer asks to keep or to dispose of, where the policy credits that without goods."""
    asked = pieces["disposition"]
    stays = pc.is_in(asked, pa.array(policy.goods_stay, pa.string()))
    dispose = pc.equal(asked, "dispose")
    return pc.if_else(pc.fill_null(stays, False), pc.if_else(pc.fill_null(dispose, False), "dispose", "keep"), None)


def _not_worth_freight(pieces: pa.Table, policy: Policy, standing: Standing) -> Any:
    """The net value of all that is left of a return, in each of its currencies, against the least that is shipped."""
    least = policy.authorisation.keep_below
    if least is None or not pieces.num_rows:
        return _nothing(pieces, policy, standing)
    keys = pc.binary_join_element_wise(pieces["return_id"], pieces["currency"], "|")
    sums = pa.table({"key": keys, "net": pieces["net_minor"]}).group_by("key", use_threads=False)
    sums = sums.aggregate([("net", "sum")])
    net = sums["net_sum"].take(pc.index_in(keys, sums["key"].combine_chunks()))
    currencies = pc.unique(pieces["currency"])
    limits = pa.array([to_minor(least, one or "") for one in currencies.to_pylist()], pa.int64())
    return _where(pc.less(net, limits.take(pc.index_in(pieces["currency"], currencies))), "keep")


def _may_come(pieces: pa.Table, policy: Policy, standing: Standing) -> Any:
    return pa.array(["authorise"] * pieces.num_rows, pa.string())


# --- and how they say it


def _units(row: Row) -> str:
    return f"{row['units']} unit" if row["units"] == 1 else f"{row['units']} units"


def _because_given(row: Row, policy: Policy, standing: Standing) -> str:
    return f"{_units(row)} of a line that was authorised before; their sale was found anew."


def _because_unanswered(row: Row, policy: Policy, standing: Standing) -> str:
    return f"Nobody answered until {row['asked_by']}, and the policy says what then holds."


def _because_unplaced(row: Row, policy: Policy, standing: Standing) -> str:
    return f"No sale is known for {_units(row)} ({row['unplaced'] or 'no sale was found'})."


def _because_item(row: Row, policy: Policy, standing: Standing) -> str:
    flag = flag_of(row, policy.authorisation.items)
    return f"The item is flagged as {flag.flag.replace('_', ' ')}." if flag else "The item is flagged."


def _because_reason(row: Row, policy: Policy, standing: Standing) -> str:
    return f"The reason is {row['reason']}, for which the policy says what holds."


def _because_late(row: Row, policy: Policy, standing: Standing) -> str:
    terms = policy.authorisation
    start = row["window_from"]
    if start is None or row["returned_on"] is None:
        return "The day of the sale or of the return is not known, so the window cannot be judged."
    days = (row["returned_on"] - start).days
    return (
        f"Announced on {row['returned_on']}, {days} days after {TOLD[row['window_event']]} on {start}; "
        f"the window is {row['window'] + terms.grace_days} days with {terms.grace_days} of grace."
    )


def _because_share(row: Row, policy: Policy, standing: Standing) -> str:
    share = policy.authorisation.share
    assert share is not None
    return (
        f"{_units(row)} beyond {share.percent} per cent of the {standing.bought} units bought in {share.days} days, "
        f"of which {standing.returned} are returned."
    )


def _because_open(row: Row, policy: Policy, standing: Standing) -> str:
    return f"{_units(row)} beyond what may be on its way at once; {standing.open_units} units are."


def _because_requested(row: Row, policy: Policy, standing: Standing) -> str:
    return f"{_units(row)} announced as {row['disposition']}, which the policy takes without the goods."


def _because_freight(row: Row, policy: Policy, standing: Standing) -> str:
    value = f"{to_decimal(row['net_minor'], row['currency'])} {row['currency']}"
    return f"{_units(row)} of {value} net in a return that is worth less than {policy.authorisation.keep_below}."


def _because_may_come(row: Row, policy: Policy, standing: Standing) -> str:
    return f"No rule speaks against {_units(row)}."


RULES = (
    Rule("given", _given, _because_given),
    Rule("unanswered", _unanswered, _because_unanswered),
    Rule("unplaced", _unplaced, _because_unplaced),
    Rule("items", _items, _because_item),
    Rule("reasons", _reasons, _because_reason),
    Rule("late", _late, _because_late),
    Rule("share", _beyond_share, _because_share, cut=_within_share),
    Rule("open", _beyond_open, _because_open),
    Rule("goods_stay", _requested, _because_requested),
    Rule("keep_below", _not_worth_freight, _because_freight),
    Rule("since", _may_come, _because_may_come),
)
