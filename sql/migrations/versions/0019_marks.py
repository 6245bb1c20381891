"""What is not finished is marked, so that a day reads what is new, not what was ever stored."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_BUCKETS = "'announced', 'authorised', 'in_transit', 'kept', 'disposed', 'received', 'accepted'"
# What older stores hold: whatever could still be looked at is marked, and forgotten when it was.
_MARKED = {
    "open": f"""select m.portion, l.retailer from movement as m join return_line as l on l.return_line = m.return_line
        group by m.portion, l.retailer having sum(case when m.to_bucket in ({_BUCKETS}) then m.units else 0 end
        - case when m.from_bucket in ({_BUCKETS}) then m.units else 0 end) > 0""",
    "short": """select distinct a.portion, l.retailer from resolution as q
        join allocation as a on a.return_line = q.return_line join return_line as l on l.return_line = q.return_line
        left join decision as d on d.decision = a.portion || '>short'
        where q.action = 'accept' and q.kind in ('short', 'never_arrived', 'carton_missing') and d.decision is null""",
    "differing": 'select r.return_id, r.retailer from "return" as r',
    "came": """select n.movement, l.retailer from inspection as n join movement as m on m.movement = n.movement
        join return_line as l on l.return_line = m.return_line where n.replaces is null""",
    "refused": """select d.decision, l.retailer from decision as d
        join return_line as l on l.return_line = d.return_line where d.outcome = 'refuse' and l.origin = 'notice'""",
    "unrouted": """select d.decision, l.retailer from decision as d join inspection as n on n.movement = d.decision
        join return_line as l on l.return_line = d.return_line where d.outcome <> 'hold'
        and not exists (select 1 from routing as g where g.inspection = d.decision)""",
    "unclaimed": """select d.decision, l.retailer from decision as d join inspection as n on n.movement = d.decision
        join return_line as l on l.return_line = d.return_line where d.outcome in ('credit', 'replace', 'repair')
        and not exists (select 1 from recourse as c where c.decision = d.decision)""",
    "unordered": """select m.movement, l.retailer from movement as m
        join return_line as l on l.return_line = m.return_line where m.to_bucket = 'replaced'
        and not exists (select 1 from replacement_order as o where o.movement = m.movement)""",
    "going_back": """select g.routing, l.retailer from routing as g
        join return_line as l on l.return_line = g.return_line where g.route in ('send_back', 'repair')
        and not exists (select 1 from movement as m where m.portion = g.portion and m.cause = g.routing)""",
    "untold": """select n.reference, i.retailer from credit_note as n
        join credit_intent as i on i.reference = n.reference and i.kind is null where not exists (
        select 1 from outbound_message as o where o.kind = 'credit note' and o.in_answer_to = n.reference)""",
}


_INDEXES = (
    ("answer_line", "request_number"),
    ("credit_intent", "retailer", "state"),
    ("credit_intent", "intended_on"),
    ("credit_intent", "return_id"),
    ("credit_note", "posted_on", "number"),
    ("credit_intent_line", "return_line"),
    ("difference", "kind"),
    ("difference", "receipt_document"),
    ("due_event", "event", "met", "partner"),
    ("outbound_message", "in_answer_to"),
    ("outbound_message", "kind", "state"),
    ("outbound_message", "partner", "control"),
    ("outbound_message", "partner", "state"),
    ("replacement_order", "state", "retailer"),
    ("return", "number"),
    ("return", "retailer", "origin", "store"),
    ("shipment_line", "delivery_note"),
    ("source_file", "partner", "arrived_at"),
    ("source_file", "state", "partner"),
)  # fmt: skip
_REPLACED = (
    ("due_event_by_partner", "due_event"), ("outbound_message_by_partner", "outbound_message"),
    ("credit_intent_by_retailer", "credit_intent"), ("source_file_by_state", "source_file"),
    ("return_by_retailer", "return"), ("outbound_message_by_state", "outbound_message"),
    ("replacement_order_by_state", "replacement_order"),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "mark",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "subject", "retailer")),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject"),
    )
    op.create_index(op.f("mark_by_kind_retailer"), "mark", ["kind", "retailer"], unique=False)
    for table, *columns in _INDEXES:
        op.create_index(op.f(f"{table}_by_{'_'.join(columns)}"), table, columns, unique=False)
    for name, table in _REPLACED:
        op.drop_index(name, table)
    for kind, marked in _MARKED.items():
        chosen = f"select '{kind}', x.*, 1 from ({marked}) as x"
        op.execute(sa.text(f"insert into mark (kind, subject, retailer, edition) {chosen}"))
