"""A small world for the store's tests: builders of outcomes as the chain records them, valid by default."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine

from connectors.store import Store, schema
from connectors.store import store as store_module
from connectors.store.insert import TABLES
from connectors.store.shapes import shape_of
from schemas.message_lines import STORED
from schemas.outcome import Change, Outcome
from tests.databases import Databases, QuickSchemas, Raw, copied, dropped

RETAILER = "nordstad"
GTIN = "09520000000059"


def rows(table: str, *records: dict[str, Any]) -> pa.Table:
    """Rows of a stored table with the columns that the first record names."""
    shape = shape_of(TABLES[table])
    return pa.Table.from_pylist(list(records), pa.schema([shape.field(name) for name in records[0]]))


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, **delta: float) -> None:
        """Move it on."""
        self.moment += timedelta(**delta)


class World:
    """Records what happens to returns of one retailer, each step as one outcome."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def record(self, action: str, *changes: Change, **tables: pa.Table) -> None:
        """One outcome."""
        self.store.record(Outcome(action, RETAILER, tables, changes))

    def document(self, name: str, kind: str, partner: str = RETAILER, **spoiled: Any) -> dict[str, pa.Table]:
        """A file with one document: the rows that come with both."""
        file = hashlib.sha256(name.encode()).hexdigest()
        size = {"partner": partner, "name": f"{name}.edi", "size": 900}
        arrival = size | {"arrival": f"{partner}/{name}", "channel": "main", "modified": 1.5, "file": file}
        document = {
            "document": f"{file[:12]}-1", "partner": partner, "file": file, "offset": 106, "length": 700,
            "kind": kind, "standard": "x12", "message_type": "180", "number": name, "purpose": "original",
            "issued_on": date(2026, 3, 1), "rule_version": "v1", "content": "c1",
        }  # fmt: skip
        return {
            "arrival": rows("arrival", arrival),
            "source_file": rows("source_file", size | {"file": file, "state": "processed"}),
            "document": rows("document", document | spoiled),
        }

    @staticmethod
    def place(part: dict[str, pa.Table], line_no: int = 1) -> dict[str, Any]:
        """The place of a line of this document."""
        document = part["document"].to_pylist()[0]
        return {k: document[k] for k in ("document", "file", "offset", "length")} | {"line_no": line_no}

    def sell(self, invoice: str = "INV1", units: int = 10, net: int = 1000, tax: int = 200, **spoiled: Any) -> str:
        """One sold line; answers its id."""
        part = self.document(f"sales-{invoice}", "sales", "erp-export")
        invoice_line = f"WR01/{invoice}/1"
        line = self.place(part) | {
            "invoice_line": invoice_line, "company": "WR01", "retailer": RETAILER, "store": "0412",
            "invoice_number": invoice, "invoice_line_no": "1", "po_number": "PO7", "po_line": "3",
            "sold_on": date(2026, 1, 5), "gtin": GTIN, "units": units, "unit_price": "1.00", "net_minor": net,
            "tax_minor": tax, "tax_category": "S", "tax_rate": "20", "currency": "GBP",
        }  # fmt: skip
        item = {"gtin": GTIN, "vendor_item": "VI-5", "description": "Hand lens"}
        self.record("process sales", **part, invoice_line=rows("invoice_line", line | spoiled), item=rows("item", item))
        return invoice_line

    def announce(
        self, number: str, invoice_line: str | None, units: int = 4, net: int = 400, tax: int = 80, **line: Any
    ) -> str:
        """A notice of one line, placed on an invoice line; answers the portion."""
        part = self.document(number, "notice")
        return_id = f"{RETAILER}/{number}"
        said = {"gtin": GTIN, "units": units, "carton": f"BOX-{number}", "reason": "defect", "po_number": "PO7"} | line
        held = {"return_line": f"{return_id}/1", "return_id": return_id, "retailer": RETAILER, "origin": "notice"}
        document = part["document"].to_pylist()[0]["document"]
        outcome = part | {
            "notice_line": rows("notice_line", self.place(part) | said),
            "return": rows("return", {
                "return_id": return_id, "retailer": RETAILER, "number": number, "origin": "notice",
                "document": document, "store": "0412", "returned_on": date(2026, 3, 1),
            }),
            "return_line": rows("return_line", held | said | {"document": document, "line_no": 1}),
            "claim": rows("claim", self.place(part) | {
                "return_line": f"{return_id}/1", "return_id": return_id, "retailer": RETAILER, "gtin": said["gtin"],
                "units": units, "returned_on": date(2026, 3, 1), "po_number": said["po_number"],
            }),
            "carton": rows("carton", {"carton": said["carton"], "return_id": return_id}),
            "due_event": rows("due_event", {
                "subject": return_id, "event": "receipt", "partner": RETAILER, "due_on": date(2026, 3, 22),
            }),
        }  # fmt: skip
        portion = f"{return_id}/1#1"
        outcome |= self.portion(portion, invoice_line, units, net, tax, document)
        self.record("process notice", **outcome)
        return portion

    @staticmethod
    def portion(
        portion: str, invoice_line: str | None, units: int, net: int, tax: int, cause: str
    ) -> dict[str, pa.Table]:
        """A portion and its first movement."""
        common = {"portion": portion, "return_line": portion.split("#")[0], "invoice_line": invoice_line}
        amounts = {"units": units, "net_minor": net, "tax_minor": tax, "currency": "GBP", "rule_version": "split-1"}
        evidence = {"evidence": "po", "rank": 3, "spread_low": net, "spread_high": net}
        unplaced = {"unplaced": None if invoice_line else "LINE-NEVER-SOLD"}
        moved = {"movement": f"{portion}>announced@{cause}", "to_bucket": "announced", "cause": cause}
        origin = {"from_bucket": "sold" if invoice_line else "unsold"}
        return {
            "allocation": rows("allocation", common | amounts | evidence | unplaced),
            "movement": rows("movement", common | amounts | moved | origin),
        }

    def move(self, portion: str, frm: str, to: str, cause: str, units: int = 4, net: int = 400, tax: int = 80) -> Any:
        """A movement of a portion."""
        allocation = self.store.table("allocation", portion=portion).to_pylist()[0]
        common = {name: allocation[name] for name in ("portion", "return_line", "invoice_line", "currency")}
        amounts = {"units": units, "net_minor": net, "tax_minor": tax, "rule_version": "r1"}
        names = {"movement": f"{portion}>{to}@{cause}", "from_bucket": frm, "to_bucket": to, "cause": cause}
        return rows("movement", common | amounts | names)

    def receive(self, portion: str, receipt: str, condition: str = "sellable", short: int = 0, **amounts: int) -> str:
        """A receipt that counts a portion in; answers the movement, which is what a decision is about."""
        part = self.document(receipt, "receipt", "harwich")
        document = part["document"].to_pylist()[0]["document"]
        moved = self.move(portion, "announced", "received", f"{document}/1", **amounts)
        movement, units = moved["movement"][0].as_py(), moved["units"][0].as_py()
        counted = {"retailer": RETAILER, "gtin": GTIN, "units": units, "condition": condition}
        inspection = {"movement": movement, "portion": portion, "units": units, "condition": condition}
        outcome = part | {
            "receipt_line": rows("receipt_line", self.place(part) | counted | {"received_on": date(2026, 3, 9)}),
            "movement": moved,
            "inspection": rows("inspection", inspection | {"receipt_document": document}),
        }
        if short:
            difference = {"return_line": portion.split("#")[0], "kind": "short", "units": short}
            told = {"receipt_document": document, "receipt_line_no": 1}
            outcome["difference"] = rows("difference", difference | told)
        self.record("process receipt", **outcome)
        return str(movement)

    def ask(self, line: str) -> None:
        """A resolution of a difference that asks the retailer, the question, and a guess about the box."""
        return_id, document = line.rpartition("/")[0], self.store.table("return_line", return_line=line)["document"][0]
        asked = {"question": f"{return_id}?1", "retailer": RETAILER, "return_id": return_id, "asks": "Is it yours?"}
        told = {"return_line": line, "kind": "over", "receipt_document": document.as_py(), "receipt_line_no": 1}
        said = {"turn": 1, "retailer": RETAILER, "units": 1, "action": "ask", "rule": "reconciliation.rules.over"}
        guess = {"document": document.as_py(), "box": "", "rank": 1, "retailer": RETAILER, "return_id": return_id}
        self.record(
            "resolve",
            question=rows("question", asked | {"answer_by": date(2026, 3, 20), "unanswered": "the count holds"}),
            resolution=rows("resolution", told | said | {"because": "as agreed", "question": f"{return_id}?1",
                                                         "policy_version": "p1"}),
            guess=rows("guess", guess | {"score": 80, "likelihood": "almost certain", "evidence": "its label"}),
        )  # fmt: skip

    def decide(self, movement: str, outcome: str = "credit", credit_net: int | None = None) -> str:
        """A decision about counted units; answers its id. ``credit_net``: what is credited, where it is not all."""
        counted = self.store.table("movement", movement=movement).to_pylist()[0]
        names = ("portion", "return_line", "units", "net_minor", "tax_minor", "currency")
        decision = {name: counted[name] for name in names} | {
            "decision": movement, "outcome": outcome, "rule": "conditions.sellable", "because": f"to {outcome}",
            "policy_version": "p1",
        }  # fmt: skip
        tables = {"decision": rows("decision", decision)}
        if credit_net is not None:
            amounts = {
                "credit_net": credit_net,
                "credit_tax": counted["tax_minor"] * credit_net // counted["net_minor"],
            }
            tables["decision"] = rows("decision", decision | amounts)
            why = {"before_minor": counted["net_minor"], "after_minor": credit_net, "rule": "r", "because": "less"}
            tables["pricing"] = rows("pricing", {"decision": movement, "step": 1} | why)
        to = {"credit": "accepted", "refuse": "refused", "replace": "replaced"}.get(outcome)
        if to:
            amounts = (counted["units"], counted["net_minor"], counted["tax_minor"])
            tables["movement"] = self.move(counted["portion"], "received", to, movement, *amounts)
        self.record("decide", **tables)
        return movement

    def intend(self, decision: str, reference: str = "BH-1", sequence: int = 1, **spoiled: Any) -> str:
        """An intent that carries one decision; answers its reference."""
        line = self.store.table("decision", decision=decision).to_pylist()[0]
        names = ("decision", "portion", "return_line", "units", "net_minor", "tax_minor")
        if line["credit_net"] is not None:
            rest = {f"withheld_{one}": line[f"{one}_minor"] - line[f"credit_{one}"] for one in ("net", "tax")}
            line |= rest | {"net_minor": line["credit_net"], "tax_minor": line["credit_tax"]}
        invoice_line = self.store.table("allocation", portion=line["portion"])["invoice_line"][0].as_py()
        intent = {
            "reference": reference, "company": "WR01", "retailer": RETAILER, "sequence": sequence,
            "return_id": line["return_line"].rpartition("/")[0], "currency": "GBP", "net_minor": line["net_minor"],
            "tax_minor": line["tax_minor"], "request": "{}", "request_hash": "h", "state": "ready",
        }  # fmt: skip
        intent_line = {name: line[name] for name in names} | {
            "reference": reference, "line_no": 1, "invoice_line": invoice_line,
            "withheld_net": line.get("withheld_net"), "withheld_tax": line.get("withheld_tax"),
        }  # fmt: skip
        tables = {"credit_intent": rows("credit_intent", intent | spoiled)}
        self.record("intend", **tables, credit_intent_line=rows("credit_intent_line", intent_line))
        return reference

    def post(self, reference: str, number: str = "CN-1") -> None:
        """The intent's credit note, and the movement of its units into credited."""
        intent = self.store.table("credit_intent", reference=reference).to_pylist()[0]
        line = self.store.intent_lines(reference).to_pylist()[0]
        note = {
            "reference": reference, "number": number, "draft_id": f"D-{reference}", "posted_on": date(2026, 3, 10),
            "currency": "GBP", "net_minor": intent["net_minor"], "tax_minor": intent["tax_minor"],
            "document_digest": "ab" * 32,
        }  # fmt: skip
        amounts = (line["units"], line["net_minor"], line["tax_minor"])
        moved = self.move(line["portion"], "accepted", "credited", reference, *amounts)
        if line["withheld_net"]:
            rest = (0, line["withheld_net"], line["withheld_tax"])
            moved = pa.concat_tables([moved, self.move(line["portion"], "accepted", "withheld", reference, *rest)])
        values = {"state": "posted", "draft_id": f"D-{reference}", "lease_until": None}
        change = Change("credit_intent", {"reference": reference}, values, {"lease_fence": intent["lease_fence"]})
        self.record("post", change, credit_note=rows("credit_note", note), movement=moved)

    def take_back(self, reference: str, units: int = 1, net: int = 75, tax: int = 15) -> None:
        """A counter-document that waits for approval: units of the one line of a posted credit."""
        (credit,) = self.store.table("credit_intent", reference=reference).to_pylist()
        (line,) = self.store.intent_lines(reference).to_pylist()
        names = ("company", "retailer", "return_id", "currency", "request", "request_hash")
        intent = {name: credit[name] for name in names} | {
            "reference": f"{reference}-back", "sequence": credit["sequence"] + 1, "net_minor": net, "tax_minor": tax,
            "state": "needs_approval", "kind": "correction", "reverses": reference, "approvals_needed": 1,
            "approvals": 0,
        }  # fmt: skip
        back = {name: line[name] for name in ("portion", "return_line", "invoice_line")} | {
            "reference": f"{reference}-back", "line_no": 1, "of_reference": reference, "of_line_no": 1, "units": units,
            "net_minor": net, "tax_minor": tax,
        }  # fmt: skip
        part = {"reference": f"{reference}-back", "person": "ada", "name": "Ada", "part": "preparer"}
        self.record(
            "reverse", credit_intent=rows("credit_intent", intent), reversal_line=rows("reversal_line", back),
            credit_part=rows("credit_part", part),
        )  # fmt: skip

    def answer(self, name: str = "997-1", control: int = 1) -> None:
        """A pending answer."""
        message = {
            "key": f"{RETAILER}/{name}", "partner": RETAILER, "channel": "main", "kind": "997", "name": f"{name}.edi",
            "file": "ef" * 32, "control": control, "in_answer_to": "cd" * 32,
        }  # fmt: skip
        self.record("answer", outbound_message=rows("outbound_message", message))

    def see_map(self, name: str = "returns", version: str = "v1", state: str = "test") -> None:
        """A version of a mapping, just seen."""
        seen = {"partner": RETAILER, "map": name, "version": version, "state": state, "content": "{}"}
        moment = datetime(2026, 3, 1, tzinfo=UTC)
        self.record("see mappings", map_version=rows("map_version", seen | {"first_seen_at": moment}))

    def see_policy(self, version: str = "p1", **said: Any) -> None:
        """A version of a policy, just seen."""
        seen = {"partner": RETAILER, "policy": "partner.yaml", "version": version, "state": "founding", "content": "{}"}
        moment = datetime(2026, 3, 1, tzinfo=UTC)
        self.record("see policies", policy_version=rows("policy_version", seen | {"first_seen_at": moment} | said))

    def spend(self, net: int, limit: int = 10_000, retailer: str = RETAILER) -> None:
        """What went out by itself on the first day: a total that another run wrote."""
        day = {"day": date(2026, 3, 2), "retailer": retailer, "currency": "GBP"}
        self.record("intend", spending=rows("spending", day | {"net_minor": net, "limit_minor": limit}))

    def take_part(self, reference: str, name: str, part: str = "approver") -> None:
        """A person's part in a credit."""
        said = {"reference": reference, "person": name.casefold(), "name": name, "part": part}
        self.record("approve", credit_part=rows("credit_part", said))

    def stop_posting(self, stop: str = "net@2026-03-01#1") -> None:
        """All posting stops."""
        self.record("stop posting", posting_stop=rows("posting_stop", {"stop": stop, "kind": "net", "why": "w"}))

    def tell(self, kind: str) -> None:
        """A document of one of the kinds of which nothing is worked out yet, with one line."""
        part = self.document(f"{kind}-1", kind)
        self.record(f"process {kind}", **part, **{STORED[kind]: rows(STORED[kind], self.place(part))})

    def cancel_sale(self, invoice_line: str) -> None:
        """The ERP's word that an invoice was cancelled."""
        part = self.document(f"cancelled-{invoice_line}", "sales", "erp-supply", purpose="withdrawn")
        said = self.place(part) | {"invoice_line": invoice_line, "retailer": RETAILER}
        self.record("process sales", **part, sale_cancelled=rows("sale_cancelled", said))

    def assign(self, return_line: str, invoice_line: str, units: int = 4) -> str:
        """A person's word on which sale units stand; answers its id."""
        name = f"{return_line}@1"
        said = {"return_line": return_line, "invoice_line": invoice_line, "units": units, "reason": "r", "by": "Ada"}
        self.record("assign", assignment=rows("assignment", said | {"assignment": name}))
        return name

    def handle(self, portion: str, inspection: str) -> None:
        """Our word on what a portion announced, and where what came of it goes."""
        return_line = portion.split("#")[0]
        same = {"portion": portion, "return_line": return_line, "units": 4, "because": "b", "policy_version": "p1"}
        word = same | {"authorisation": f"{portion}!1", "outcome": "ask", "rule": "late"}
        way = {"routing": f"{inspection}~1", "inspection": inspection, "route": "restock", "warehouse": "harwich"}
        self.record(
            "handle", authorisation=rows("authorisation", word), routing=rows("routing", same | way | {"rule": "r"})
        )

    def claim(self) -> None:
        """A claim that was replaced: its evidence, the order, and what a supplier owes for it."""
        portion = self.announce("R3", self.sell("INV3"))
        decision = self.decide(self.receive(portion, "R3-receipt"), "replace")
        same = {"return_line": "nordstad/R3/1", "units": 4}
        order = {
            "reference": "RO-1",
            "movement": f"{portion}>replaced@{decision}",
            "retailer": RETAILER,
            "number": "R3",
        }
        owed = {"recourse": "RC-1", "decision": decision, "supplier": "lampwerk", "net_minor": 300, "currency": "GBP"}
        asked = {"reference": "RO-1", "kind": "replacement", "retailer": RETAILER, "request": "{}", "request_hash": "h"}
        booked = {"movement": order["movement"], "reference": "RO-1", "units": 4}
        said = {"evidence": "nordstad/R3/1&1", "return_line": "nordstad/R3/1", "note": "dark", "by": "Ada"}
        self.record(
            "claim",
            claim_evidence=rows("claim_evidence", said),
            replacement_order=rows("replacement_order", same | order),
            goods_document=rows("goods_document", asked),
            goods_document_line=rows("goods_document_line", booked),
            recourse=rows("recourse", same | owed | {"outcome": "replace"}),
        )

    def use_cap(self, decision: str) -> None:
        """What a decision used of a cap."""
        used = {"decision": decision, "cap": "tenth", "retailer": RETAILER, "currency": "GBP", "limit_minor": 900}
        self.record("decide", cap_use=rows("cap_use", used | {"used_minor": 400, "net_minor": 300}))

    def take(self, decision: str, amount: int = 120) -> None:
        """A deduction of the retailer's that settles a part of a decision."""
        part = self.document("deduction-2", "deduction")
        line = self.place(part) | {"reference": "DM-2", "amount_minor": -amount, "currency": "GBP"}
        said = {"decision": decision, "document": line["document"], "line_no": 1, "amount_minor": amount}
        self.record("process deduction", **part, deduction_line=rows("deduction_line", line))
        self.record("decide", settlement=rows("settlement", said | {"currency": "GBP"}))

    def credit_one(self, number: str = "R1", invoice: str = "INV1", credit_net: int | None = None) -> str:
        """Everything that happens to a return until its credit note; answers the portion."""
        portion = self.announce(number, self.sell(invoice))
        movement = self.receive(portion, f"{number}-receipt", short=1)
        decision = self.decide(movement, credit_net=credit_net)
        self.post(self.intend(decision, f"BH-{number}"), f"CN-{number}")
        if credit_net is not None:
            self.use_cap(decision)
            self.take(decision)
        self.answer(f"997-{number}", len(self.store.table("outbound_message")) + 1)
        return portion


@pytest.fixture(autouse=True)
def nothing_is_prepared(monkeypatch: pytest.MonkeyPatch, quick_schemas: QuickSchemas) -> None:
    """Here stores migrate, and wait for the disk, as they do for users; see ``quick_schemas``."""

    def ensure_current(engine: Engine) -> None:
        quick_schemas.share_statements(engine)
        schema.ensure_current(engine)

    monkeypatch.setattr(store_module, "ensure_current", ensure_current)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Databases, bool], str]:
    """Databases to be copied, made once for each kind: migrating one for each test takes longer.

    With the schema and nothing in it; or credited: R1 and R2 went all the way, and other kinds came, so that every
    sealed table has rows.
    """

    @cache
    def made(database: Databases, credited: bool) -> str:
        if not credited:
            url = database.new(tmp_path_factory.mktemp("empty"))
            Store.open(url, Clock()).close()
            return url
        url = copied(made(database, False), tmp_path_factory.mktemp("credited"))
        with Store.open(url, Clock(), "tester") as store:
            credit_all(World(store))
        return url

    return made


def credit_all(world: World) -> None:
    """R1 and R2 go all the way, and other kinds come, so that every sealed table has rows."""
    world.see_map()
    world.credit_one("R1", "INV1")
    world.credit_one("R2", "INV2", credit_net=300)
    world.assign("nordstad/R2/1", "WR01/INV2/1")
    world.ask("nordstad/R1/1")
    (inspection,) = world.store.table("inspection", portion="nordstad/R2/1#1")["movement"].to_pylist()
    world.handle("nordstad/R2/1#1", inspection)
    world.claim()
    world.see_policy()
    world.take_part("BH-R2", "Ada")
    world.take_back("BH-R2")
    world.stop_posting()
    world.cancel_sale("WR01/INV9/1")
    for kind in STORED:
        world.tell(kind)


@pytest.fixture
def credited_url(database: Databases, templates: Callable[[Databases, bool], str], tmp_path: Path) -> Iterator[str]:
    """A database of its own in which R1 and R2 went all the way."""
    (tmp_path / "credited").mkdir()
    url = copied(templates(database, True), tmp_path / "credited")
    yield url
    dropped(url)


@pytest.fixture
def credited(credited_url: str) -> Iterator[Store]:
    """A store of its own in which R1 and R2 went all the way."""
    with Store.open(credited_url, Clock(), "tester") as store:
        yield store


@pytest.fixture
def tamper(database: Databases, credited_url: str) -> Callable[..., None]:
    """Runs SQL behind the back of the credited store, its guards taken away."""

    def run(*statements: str, values: tuple[Any, ...] = ()) -> None:
        with database.raw(credited_url) as raw:
            raw.unguarded()
            for statement in statements:
                raw.rows(statement, *values)

    return run


@pytest.fixture
def url(database: Databases, templates: Callable[[Databases, bool], str], tmp_path: Path) -> Iterator[str]:
    """The address of a database of its own with the schema and nothing in it."""
    url = copied(templates(database, False), tmp_path)
    yield url
    dropped(url)


@pytest.fixture
def only_sqlite(database: Databases) -> None:
    """For what can only happen in a SQLite file."""
    if database.name != "sqlite":
        pytest.skip("only of a SQLite file")


@pytest.fixture
def only_postgresql(database: Databases) -> None:
    """For what can only happen on a server, or where writers do not wait for each other from the start."""
    if database.name != "postgresql":
        pytest.skip("only of PostgreSQL")


@pytest.fixture
def raw(database: Databases, url: str) -> Iterator[Raw]:
    """A plain connection to it."""
    with database.raw(url) as connection:
        yield connection


@pytest.fixture
def opened(url: str, clock: Clock) -> Iterator[Callable[[], Store]]:
    """Opens stores on one database; they are closed at the end of the test."""
    stores: list[Store] = []

    def open_one() -> Store:
        stores.append(Store.open(url, clock, actor="tester"))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[[], Store]) -> Store:
    return opened()


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


@pytest.fixture
def build() -> Callable[..., pa.Table]:
    """``rows``: rows of a stored table from dictionaries."""
    return rows
