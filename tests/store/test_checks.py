"""Each law of sql/checks finds a planted breach of it and names the row; a sound store breaks none."""

import pytest

from connectors.store.insert import TABLES
from connectors.store.schema import SQL
from schemas.ledger import LEGAL_MOVES, Bucket

# Law, what is done behind the store's back, and the rows that it must name.
BREACHES = [
    ("buckets_never_negative", "update movement set units = 9 where to_bucket = 'credited'", "nordstad/R1/1#1"),
    ("buckets_never_negative", "update movement set net_minor = 399 where to_bucket = 'credited'", "nordstad/R1/1#1"),
    ("portions_conserved", "update allocation set units = 5", "nordstad/R1/1#1"),
    ("portions_conserved", "update allocation set tax_minor = 5", "nordstad/R1/1#1"),
    ("portions_conserved", "delete from movement where to_bucket = 'announced'", "nordstad/R1/1#1"),
    ("movements_legal", "update movement set to_bucket = 'short' where to_bucket = 'credited'", "%credited@BH-R1"),
    ("movements_legal", "update movement set invoice_line = null where to_bucket = 'announced'", "%announced@%"),
    ("return_lines_placed", "update return_line set units = 5", "nordstad/R1/1"),
    ("return_lines_placed", "update invoice_line set gtin = 'other'", "nordstad/R1/1#1"),
    ("balances_tie", "update creditable set units_taken = 5", "WR01/INV1/1"),
    ("balances_tie", "update creditable set tax_credited = 5", "WR01/INV1/1"),
    ("balances_tie", "delete from creditable", "WR01/INV1/1"),
    ("credited_within_sold", "update invoice_line set units = 3", "WR01/INV1/1"),
    ("credited_within_sold", "update creditable set net_taken = 9999", "WR01/INV1/1"),
    ("intents_tie", "update credit_intent set net_minor = 401", "BH-R1"),
    ("intents_tie", "delete from credit_intent_line", "BH-R1"),
    ("intent_lines_decided", "update decision set outcome = 'refuse'", "BH-R1|1"),
    ("intent_lines_decided", "update credit_intent_line set units = 3", "BH-R1|1"),
    ("approved_by_persons", "update credit_intent set approvals_needed = 1, approvals = 1", "BH-R1"),
    ("approved_by_persons", "update credit_intent set approvals_needed = 1, approvals = 0", "BH-R2"),
    ("posted_is_credited", "update credit_note set net_minor = 401", "BH-R1"),
    ("posted_is_credited", "update credit_note set draft_id = draft_id || 'x'", "BH-R1"),
    ("posted_is_credited", "delete from credit_note", "BH-R1"),
    ("posted_is_credited", "update credit_intent set state = 'ready'", "BH-R1"),
    ("posted_is_credited", "update movement set cause = 'none' where to_bucket = 'credited'", "%credited@BH-R1"),
    (
        "expected_together",
        "insert into movement select movement || way, portion, return_line, invoice_line, "
        "case way when 'announced' then units else 1 end, net_minor, tax_minor, currency, frm, way, cause, "
        "rule_version, at from ("
        "select *, 'received' as frm, 'announced' as way from movement where to_bucket = 'received' union all "
        "select *, 'announced', 'in_transit' from movement where to_bucket = 'received') as more",
        "nordstad/R1/1#1",
    ),
    ("posted_is_credited", "update movement set net_minor = 99 where to_bucket = 'withheld'", "BH-R2"),
    ("posted_is_credited", "update movement set cause = 'none' where to_bucket = 'withheld'", "%withheld@BH-R2"),
    ("intent_lines_decided", "update credit_intent_line set withheld_net = 99 where withheld_net = 100", "BH-R2|1"),
    ("decisions_priced", "update decision set credit_net = 401", "nordstad/R2/1#1>received@%"),
    ("decisions_priced", "update decision set credit_tax = null", "nordstad/R2/1#1>received@%"),
    ("decisions_priced", "delete from pricing", "nordstad/R2/1#1>received@%"),
    ("decisions_priced", "update pricing set after_minor = 299", "nordstad/R2/1#1>received@%|1"),
    ("decisions_priced", "update pricing set before_minor = 399", "nordstad/R2/1#1>received@%|1"),
    ("caps_kept", "update cap_use set used_minor = 601", "nordstad/R2/1#1>received@%|tenth"),
    ("caps_kept", "update cap_use set net_minor = 299", "nordstad/R2/1#1>received@%|tenth"),
    (
        "spending_ties",
        "insert into spending (day, retailer, currency, net_minor, limit_minor) "
        "values ('2026-03-02', 'nordstad', 'GBP', 1, 2)",
        "2026-03-02|nordstad|GBP",
    ),
    ("day_totals_tie", "update day_total set of_sold_minor = of_sold_minor + 1", "nordstad||GBP|2026-01-05"),
    ("day_totals_tie", "delete from day_total", "nordstad||GBP|2026-03-01"),
    (
        "day_totals_tie",
        "insert into item_name (kind, retailer, name, gtin) "
        "select 'style', '', 'OSLO/NAVY', gtin from invoice_line limit 1",
        "nordstad|OSLO|GBP|2026-01-05",
    ),
    ("settled_once", "update settlement set amount_minor = 121", "%|1"),
    ("settled_once", "update deduction_line set amount_minor = -119 where amount_minor is not null", "%|1"),
    ("decided_once", "update decision set units = 5", "nordstad/R1/1#1"),
    ("decided_once", "update decision set net_minor = 399", "%received@%"),
    ("decisions_carried_out", "update decision set outcome = 'hold'", "%received@%"),
    ("decisions_carried_out", "delete from decision", "%accepted@%"),
    ("notice_lines_returned", "update notice_line set units = 5", "%-1|1"),
    ("receipts_counted", "update receipt_line set units = 3", "%-1"),
    ("receipts_counted", "delete from inspection", "%received@%"),
    ("receipts_counted", "update inspection set units = 3", "%received@%"),
    (
        "placed_anew",
        "insert into inspection select movement || '+2', portion, 3, condition, receipt_document, movement "
        "from inspection",
        "%received@%",
    ),
    ("marked", "delete from movement where to_bucket = 'credited'", "nordstad/%"),
    ("marked", "delete from settlement", "%|1"),
    ("reversed_within_credited", "update credit_intent set kind = 'reversal'", "BH-%"),
    ("words_carried_out", "update authorisation set outcome = 'refuse'", "nordstad/R2/1#1!1"),
    ("routed_as_counted", "update routing set units = 3", "%~1"),
    ("replacements_tie", "update replacement_order set units = 3", "RO-1"),
    ("goods_booked_once", "update goods_document_line set units = 3", "%replaced@%"),
    ("goods_booked_once", "update goods_document set kind = 'receipt'", "%replaced@%"),
    ("files_ended", "update source_file set state = 'lost' where partner = 'harwich'", "harwich|%"),
    ("files_ended", "update source_file set state = 'received' where partner = 'harwich'", "%-1"),
    ("files_ended", "delete from arrival where partner = 'harwich'", "harwich|%"),
    ("files_ended", "delete from source_file where partner = 'harwich'", "harwich/R1-receipt"),
    (
        "message_lines_fit",
        'insert into order_line (document, line_no, file, "offset", "length") '
        "select document, 7, file, 0, 1 from document where kind = 'receipt'",
        "%|7",
    ),
    (
        "orphans",
        'insert into deduction_line (document, line_no, file, "offset", "length") '
        "select 'gone', 7, file, 0, 1 from document limit 1",
        "gone|7",
    ),
    ("orphans", "delete from invoice_line", "WR01/INV1/1"),
    ("orphans", "delete from \"return\"", "nordstad/R1/1"),
]  # fmt: skip


def matches(row: str, pattern: str) -> bool:
    start, _, end = pattern.partition("%")
    return row == pattern or ("%" in pattern and row.startswith(start) and all(p in row for p in end.split("%")))


def test_a_sound_store_breaks_no_law(credited):
    assert credited.violations() == []


@pytest.mark.parametrize(("law", "breach", "row"), BREACHES)
def test_a_breach_is_found_and_named(credited, tamper, law, breach, row):
    tamper(breach)
    named = [violation.row for violation in credited.violations() if violation.check == law]
    assert any(matches(one, row) for one in named), credited.violations()


def test_every_law_has_a_breach():
    assert {law for law, _, _ in BREACHES} == {path.stem for path in (SQL / "checks").glob("*.sql")}


def test_the_laws_know_the_legal_moves_and_what_they_do_to_balances(store):
    with store._engine.connect() as connection:
        said = connection.exec_driver_sql("select from_bucket, to_bucket, takes, credits from legal_move").all()
    assert sorted(said) == sorted((frm, to, move.takes, move.credits) for (frm, to), move in LEGAL_MOVES.items())


def test_every_move_that_is_not_legal_is_found(credited, tamper):
    moved = "where movement = (select min(movement) from movement)"
    for frm, to in sorted({(f, t) for f in Bucket for t in Bucket} - LEGAL_MOVES.keys()):
        tamper(f"update movement set from_bucket = '{frm}', to_bucket = '{to}' {moved}")
        assert len(credited.query("checks/movements_legal.sql")) == 1, (frm, to)


def test_every_foreign_key_is_looked_at():
    text = (SQL / "checks" / "orphans.sql").read_text()
    pairs = {(name, key.referred_table.name) for name, t in TABLES.items() for key in t.foreign_key_constraints}
    assert all(f"select '{child}'" in text and f"'no {parent.replace('_', ' ')} '" in text for child, parent in pairs)
    assert text.count("left join") == sum(len(table.foreign_key_constraints) for table in TABLES.values())
