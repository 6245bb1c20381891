"""Open this when PostgreSQL refuses a row that points nowhere: how rows are held to the rows they name.

A foreign key of PostgreSQL looks up one row at a time, by a query of its own: for returns in bulk that is half of all
the work. So each table has a trigger that looks up all new rows of a statement at once. Rows that others point to are
never removed, and neither keys nor what points to them ever change: triggers refuse both, so that nothing more need
be looked at. The foreign keys in schemas/records.py say what points where; on SQLite they are foreign keys.
Whatever foreign keys a migration makes on PostgreSQL go when it is done: a later one never finds them there.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import ForeignKeyConstraint, Table

# Always by the parents' index: the plan of a trigger is kept, and must be good for one new row and for many.
SETTINGS = {"enable_hashjoin": "off", "enable_mergejoin": "off", "enable_seqscan": "off"}
# Columns that must be as in the row of another link, so that they are looked up with it and not once more.
TOLD_BY = {
    "movement": ("portion", ("return_line", "invoice_line")),
    "decision": ("portion", ("return_line",)),
    "inspection": ("movement", ("portion",)),
}
# Many new rows point to the same row of these: each is looked up once.
_SHARED = frozenset({"source_file", "document", "return", "credit_intent", "goods_document"})
_LOOKS = """
declare
  stray text;
begin{checks}
  return null;
end
"""
_CHECK = """
  select concat_ws('|', {named}) into stray from {rows} as n
  where {said} and not exists (select from "{parent}" as p where {same}) limit 1;
  if found then
    raise exception 'foreign key: {table} % points to no {parent}', stray using errcode = 'foreign_key_violation';
  end if;"""


def functions(tables: Iterable[Table]) -> Mapping[str, str]:
    """The body of the function that looks up the new rows of each table that points anywhere, by its name."""
    return {f"backhaul_links_{table.name}": _looks(table) for table in tables if table.foreign_key_constraints}


def triggers(tables: Iterable[Table], kept: frozenset[str], keeps: str) -> Mapping[str, str]:
    """DDL by name: new rows are looked up, and keys never change (by the function ``keeps``; rows in kept never do)."""
    tables = list(tables)
    pointed_to = {link.referred_table.name for table in tables for link in table.foreign_key_constraints}
    made = {}
    for table in tables:
        links = _links(table)
        if links:
            made[f"{table.name}_links"] = (
                f'CREATE TRIGGER {table.name}_links AFTER INSERT ON "{table.name}" REFERENCING NEW TABLE AS new_rows '
                f"FOR EACH STATEMENT EXECUTE FUNCTION backhaul_links_{table.name}()"
            )
        if table.name not in kept and (links or table.name in pointed_to):
            held = {column for link in links for column in link.column_keys} | set(table.primary_key.columns.keys())
            listed = ", ".join(f'"{column.name}"' for column in table.columns if column.name in held)
            made[f"{table.name}_keeps_keys"] = (
                f'CREATE TRIGGER {table.name}_keeps_keys BEFORE UPDATE OF {listed} ON "{table.name}" '
                f"FOR EACH STATEMENT EXECUTE FUNCTION {keeps}()"
            )
    return made


def _links(table: Table) -> list[ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda link: list(link.column_keys))


def _looks(table: Table) -> str:
    by, told = TOLD_BY.get(table.name, ("", ()))
    links = [link for link in _links(table) if not set(link.column_keys) & set(told)]
    checks = [_check(table, link, told if list(link.column_keys) == [by] else ()) for link in links]
    return _LOOKS.format(checks="".join(checks))


def _check(table: Table, link: ForeignKeyConstraint, told: Iterable[str]) -> str:
    as_told = "".join(f' and p."{name}" is not distinct from n."{name}"' for name in told)
    columns = [(element.parent.name, element.column.name) for element in link.elements]
    own = ", ".join(f'"{name}"' for name, _ in columns)
    return _CHECK.format(
        rows=f"(select distinct {own} from new_rows)" if link.referred_table.name in _SHARED else "new_rows",
        table=table.name,
        parent=link.referred_table.name,
        named=", ".join(f'n."{name}"' for name in [*(name for name, _ in columns), *told]),
        said=" and ".join(f'n."{name}" is not null' for name, _ in columns),
        same=" and ".join(f'p."{there}" = n."{here}"' for here, there in columns) + as_told,
    )
