"""What a retailer was sold and credited, summed by day: caps no longer add up the whole history."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_AMOUNTS = ("sold_minor", "of_sold_minor", "of_returned_minor")
_SOLD = """select retailer, currency, gtin, sold_on as day,
  net_minor as sold_minor, 0 as of_sold_minor, 0 as of_returned_minor
from invoice_line"""
_OF_DECISION = """join allocation as a on a.portion = d.portion
join invoice_line as i on i.invoice_line = a.invoice_line
join return_line as l on l.return_line = a.return_line
join "return" as r on r.return_id = l.return_id"""
_CREDITED = f"""select l.retailer, d.currency, i.gtin, i.sold_on, r.returned_on,
  coalesce(d.credit_net, d.net_minor) as net_minor
from decision as d {_OF_DECISION} where d.outcome = 'credit'
union all
select l.retailer, d.currency, i.gtin, i.sold_on, r.returned_on, -coalesce(d.credit_net, d.net_minor)
from movement as b join decision as d on d.decision = b.cause and d.portion = b.portion {_OF_DECISION}
where d.outcome = 'credit' and b.from_bucket = 'accepted' and b.to_bucket = 'refused'
union all
select l.retailer, d.currency, i.gtin, i.sold_on, r.returned_on, -v.net_minor
from reversal_line as v
join credit_intent as c on c.reference = v.reference and c.state = 'posted'
join credit_intent_line as o on o.reference = v.of_reference and o.line_no = v.of_line_no
join decision as d on d.decision = o.decision {_OF_DECISION} where d.outcome = 'credit'"""
_STYLES = """select s.gtin, substr(s.name, 1, length(s.name) - length(ltrim(s.name, replace(s.name, '/', '')))) as style
from (select gtin, min(name) as name from item_name where kind = 'style' and retailer = '' group by gtin) as s"""
_FILL = """insert into day_total (retailer, style, currency, day, sold_minor, of_sold_minor, of_returned_minor)
select t.retailer, {style}, t.currency, t.day,
  cast(sum(t.sold_minor) as bigint), cast(sum(t.of_sold_minor) as bigint), cast(sum(t.of_returned_minor) as bigint)
from (
  {sold}
  union all select retailer, currency, gtin, sold_on, 0, net_minor, 0 from ({credited}) as c
  union all select retailer, currency, gtin, returned_on, 0, 0, net_minor from ({credited}) as c
    where returned_on is not null
) as t {join} group by {by}"""


def upgrade() -> None:
    op.create_table(
        "day_total",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("retailer", "style", "currency")),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _AMOUNTS),
        sa.CheckConstraint(" and ".join(f"{name} >= 0" for name in _AMOUNTS), name="day_total_amounts"),
        sa.PrimaryKeyConstraint("retailer", "style", "currency", "day"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("alter table day_total set (fillfactor = 50)")
        for name in _AMOUNTS:
            op.execute(f"alter table day_total alter column {name} type bigint")
    parts = {"sold": _SOLD, "credited": _CREDITED}
    op.execute(_FILL.format(**parts, style="''", join="", by="t.retailer, t.currency, t.day"))
    by_style = "t.retailer, y.style, t.currency, t.day"
    op.execute(
        _FILL.format(
            **parts, style="y.style", join=f"join ({_STYLES}) as y on y.gtin = t.gtin and y.style <> ''", by=by_style
        )
    )
    # A style that an item gets later moves what was sold of it, whoever bought it.
    op.drop_index("invoice_line_by_retailer_gtin", "invoice_line")
    op.create_index("invoice_line_by_gtin_retailer", "invoice_line", ["gtin", "retailer"], unique=False)
