"""What retailers took and is not settled is marked: deciding no longer adds up all settlements."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TAKEN = """select l.document, l.line_no, g.partner, -l.amount_minor as amount_minor
from deduction_line as l join document as g on g.document = l.document where l.amount_minor < 0
union all
select l.document, l.line_no, g.partner, abs(l.net_minor) + abs(coalesce(l.tax_minor, 0))
from billing_line as l join document as g on g.document = l.document where l.bill = 'credit' and l.net_minor <> 0"""
_MARK = f"""insert into mark (kind, retailer, subject, edition)
select 'taken', t.partner, t.document || '|' || t.line_no, 1 from ({_TAKEN}) as t
where t.amount_minor > coalesce((
  select sum(s.amount_minor) from settlement as s where s.document = t.document and s.line_no = t.line_no
), 0)"""


def upgrade() -> None:
    op.execute(_MARK)
