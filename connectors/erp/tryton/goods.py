"""Open this when Tryton does something with goods: replacement orders as sales, returned goods as customer returns.

A replacement is a sale at no price that makes no invoice. Returned goods come from the customer into the warehouse's
input, and go from there to their places. Both carry our reference under the unique key of our module.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from connectors.erp.goods import GoodsCapabilities, GoodsDocument, GoodsKind, GoodsLine, GoodsRequest
from connectors.erp.http import Refused
from connectors.erp.tryton.adapter import company_id, connect, customer_code, known_companies
from connectors.erp.tryton.places import Places
from connectors.erp.tryton.settings import TrytonGoods, TrytonSettings
from connectors.erp.tryton.wire import Domain, Record
from schemas.errors import PermanentError

_ITEM = ("quantity", "product.id", "product.code", "product.identifiers.code", "unit.factor")
_HEAD = ("backhaul_key", "backhaul_request", "number", "state", "company")


@dataclass(frozen=True, slots=True)
class Form:
    """How documents of a kind stand in Tryton: their model, the states that count, and the buttons up to there."""

    model: str
    fields: tuple[str, ...]
    buttons: Mapping[str, str]  # state → the button that carries it on
    done: tuple[str, ...]


FORMS: dict[GoodsKind, Form] = {
    "replacement": Form(
        "sale.sale",
        (*_HEAD, "party.code", "shipment_address", "untaxed_amount", "lines.type",
         *(f"lines.{name}" for name in _ITEM)),
        {"draft": "quote", "quotation": "confirm"},
        ("confirmed", "processing", "done"),
    ),
    "receipt": Form(
        "stock.shipment.out.return",
        (*_HEAD, "customer.code", "warehouse_input", "warehouse_storage",
         *(f"moves.{name}" for name in ("id", "from_location", "to_location.id", "to_location.code", *_ITEM))),
        {"draft": "receive", "received": "do"},
        ("done",),
    ),
}  # fmt: skip


class TrytonGoodsErp:
    """A Tryton database with our module and the modules `sale` and `stock`, as far as goods go."""

    def __init__(self, settings: TrytonSettings, *, transport: httpx.BaseTransport | None = None) -> None:
        assert settings.goods is not None, "the settings say what of goods is written"
        self._settings, self._goods = settings, settings.goods
        self._client, self._wire = connect(settings, transport)
        self._retailers = {code: retailer for retailer, code in settings.customers.items()}
        self._companies: dict[str, int] = {}

    @property
    def goods(self) -> GoodsCapabilities:
        """What the settings let it take."""
        return GoodsCapabilities(self._goods.replacements, self._goods.receipts_since, self._goods.locations)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def find_goods(self, request: GoodsRequest) -> GoodsDocument | None:
        """The document of the request's reference. PermanentError: somebody cancelled it."""
        record = self._record(request)
        if record is None:
            return None
        if record["state"] == "cancelled":
            raise PermanentError(
                f"{record['number'] or record['id']} of {request.reference} is cancelled in Tryton. "
                "Next: set it back to draft there, and the next run carries it on."
            )
        return self._document(request, record)

    def draft_goods(self, request: GoodsRequest) -> str:
        """A draft; where the reference has a document already, that one's id. PermanentError: it cannot be made."""
        self._know_companies()
        values = _VALUES[request.kind](request, self._places(request), self._goods)
        keyed = {"backhaul_key": request.reference, "backhaul_request": request.digest}
        try:
            return str(self._wire.create(FORMS[request.kind].model, values | keyed))
        except Refused:
            known = self._record(request)
            if known is None:
                raise
            return str(known["id"])

    def confirm_goods(self, request: GoodsRequest, document_id: str) -> None:
        """Press the buttons that are left, after the goods were given their places."""
        form = FORMS[request.kind]
        record = self._record(request)
        if record is None or str(record["id"]) != document_id:
            raise PermanentError(
                f"There is no document {document_id} of {request.reference} in Tryton. Next: nothing, the next run "
                "looks it up."
            )
        state = record["state"]
        while state in form.buttons:
            if state == "received":
                self._put_away(request)
            self._wire.act(form.model, record["id"], form.buttons[state])
            before, state = state, (self._record(request) or record)["state"]
            if state == before:
                raise PermanentError(
                    f"Tryton leaves {request.reference} in state {state}. Next: carry it on there; see what it says."
                )

    def _put_away(self, request: GoodsRequest) -> None:
        """The moves from the input get the places of the request's lines; what is there already stays."""
        record = self._record(request)
        moves = _moves(record) if record else []
        open_lines = [(line.item, line.units, line.location) for line in request.lines if line.location]
        open_moves = []
        for move in moves:
            said = (_item(move["product"], request), _units(move), move["to_location"]["code"])
            if said in open_lines:
                open_lines.remove(said)
            else:
                open_moves.append((said[:2], move["id"]))
        places = self._places(request)
        for item, units, location in open_lines:
            fits = [one for one in open_moves if one[0] == (item, units)]
            if not fits:
                raise PermanentError(
                    f"{request.reference} in Tryton has no move of {units} of {item} to put away. "
                    "Next: see who changed it there."
                )
            open_moves.remove(fits[0])
            self._wire.write("stock.move", fits[0][1], {"to_location": places.location(str(location))})

    def _record(self, request: GoodsRequest) -> Record | None:
        self._know_companies()
        form = FORMS[request.kind]
        domain: Domain = [["backhaul_key", "=", request.reference]]
        found = self._wire.search(form.model, domain, form.fields)
        return found[0] if found else None

    def _document(self, request: GoodsRequest, record: Record) -> GoodsDocument:
        form = FORMS[request.kind]
        sale = request.kind == "replacement"
        code = record["party" if sale else "customer"]["code"]
        return GoodsDocument(
            reference=record["backhaul_key"],
            document_id=str(record["id"]),
            state="done" if record["state"] in form.done else "draft",
            number=record["number"],
            company=self._company_of(request, record),
            retailer=self._retailers.get(code, f"party {code}"),
            store=self._store_of(request, record) if sale else request.store,
            lines=_sold(request, record) if sale else self._counted(request, record),
            charged=record["untaxed_amount"].normalize() if sale else Decimal(0),
            request_hash=record["backhaul_request"],
            digest=hashlib.sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest(),
        )

    def _company_of(self, request: GoodsRequest, record: Record) -> str:
        same = company_id(self._companies, self._settings, request.company) == _id(record["company"])
        return request.company if same else f"company {_id(record['company'])}"

    def _store_of(self, request: GoodsRequest, record: Record) -> str | None:
        """The store, if the goods go to its address."""
        address = self._places(request).address(request.store)
        return request.store if _id(record["shipment_address"]) == address else f"address {record['shipment_address']}"

    def _counted(self, request: GoodsRequest, record: Record) -> tuple[GoodsLine, ...]:
        """What came in; once it was put away, by where it went. Only places of the settings are told apart."""
        known = {line.location for line in request.lines if line.location}
        away = _moves(record) if record["state"] == "done" else _arrivals(record)
        return tuple(
            GoodsLine(
                item=_item(move["product"], request),
                units=_units(move),
                location=move["to_location"]["code"] if move["to_location"]["code"] in known else None,
            )
            for move in away
        )

    def _places(self, request: GoodsRequest) -> Places:
        company = company_id(self._companies, self._settings, request.company)
        return Places(self._wire, company, customer_code(self._settings, request.retailer), self._goods.warehouse)

    def _know_companies(self) -> None:
        if not self._companies:
            self._companies = known_companies(self._wire)


def _sale(request: GoodsRequest, places: Places, goods: TrytonGoods) -> dict[str, Any]:
    """A sale at no price, to the store's address, that asks for no invoice."""
    party = places.customer()
    lines = [
        {"type": "line", "product": product, "unit": unit, "quantity": float(line.units), "unit_price": Decimal(0)}
        for line in request.lines
        for product, unit in [places.product(line)]
    ]
    return {
        "company": places.company,
        "party": party,
        "invoice_address": places.address(None),
        "shipment_address": places.address(request.store),
        "currency": places.currency(),
        "warehouse": places.warehouse()["id"],
        "invoice_method": "manual",
        "shipment_method": "order",
        "reference": request.reference,
        "description": f"Replacement, free of charge, for return {request.number}",
        "lines": [["create", lines]],
    }


def _customer_return(request: GoodsRequest, places: Places, goods: TrytonGoods) -> dict[str, Any]:
    """Moves from the customer into the warehouse's input. They carry no price: the money is the credit note's."""
    warehouse, customer = places.warehouse(), places.customer()
    source = places.customer_location()
    arrival, storage = (_id(warehouse[f"{name}_location"]) for name in ("input", "storage"))
    if arrival == storage and any(line.location for line in request.lines):
        raise PermanentError(
            f"The warehouse {goods.warehouse} has no input of its own in Tryton, so goods cannot be put away by grade. "
            "Next: give it an input location, or take erp: goods: locations out of the settings."
        )
    for code in {line.location for line in request.lines if line.location}:
        places.location(code)  # before anything is made
    moves = [
        {"product": product, "unit": unit, "quantity": float(line.units), "from_location": source,
         "to_location": arrival, "company": places.company, "unit_price": Decimal(0), "currency": places.currency()}
        for line in request.lines
        for product, unit in [places.product(line)]
    ]  # fmt: skip
    return {
        "company": places.company,
        "customer": customer,
        "contact_address": places.address(None),
        "warehouse": warehouse["id"],
        "warehouse_input": arrival,
        "warehouse_storage": storage,
        "reference": f"{request.number} {request.reference}",
        "incoming_moves": [["create", moves]],
    }


_VALUES: dict[GoodsKind, Callable[[GoodsRequest, Places, TrytonGoods], dict[str, Any]]] = {
    "replacement": _sale, "receipt": _customer_return,
}  # fmt: skip


def _sold(request: GoodsRequest, record: Record) -> tuple[GoodsLine, ...]:
    lines = [line for line in record["lines"] if line["type"] == "line"]
    return tuple(GoodsLine(item=_item(line["product"], request), units=_units(line)) for line in lines)


def _moves(record: Record) -> list[Record]:
    """The moves that put goods away; all of them where the warehouse has no input of its own."""
    arrival = _id(record["warehouse_input"])
    if arrival == _id(record["warehouse_storage"]):
        return list(record["moves"])
    return sorted((one for one in record["moves"] if _id(one["from_location"]) == arrival), key=_by_id)


def _arrivals(record: Record) -> list[Record]:
    arrival = _id(record["warehouse_input"])
    return [one for one in record["moves"] if _id(one["from_location"]) != arrival]


def _by_id(move: Record) -> int:
    return int(move["id"])


def _item(product: Record | None, request: GoodsRequest) -> str:
    """The request's word for this product, else its own code."""
    if not product:
        return "no item"
    codes = {str(one["code"]).lstrip("0") for one in product["identifiers"]}
    for line in request.lines:
        if line.item.lstrip("0") in codes or (line.vendor_item or line.item) == product["code"]:
            return line.item
    return str(product["code"] or product["id"])


def _units(line: Record) -> int:
    """Pieces. PermanentError: it counts something else."""
    quantity = Decimal(str(line["quantity"])) * Decimal(str(line["unit"]["factor"]))
    if quantity != int(quantity):
        raise PermanentError(f"Tryton has {quantity} pieces in a line of ours. Next: correct the line in Tryton.")
    return int(quantity)


def _id(related: Any) -> Any:
    return related["id"] if isinstance(related, dict) else related
