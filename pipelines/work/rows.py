"""Open this when rows of several steps go into one outcome: they are collected here, table by table."""

from dataclasses import dataclass, field

import pyarrow as pa


@dataclass
class Rows:
    """Rows for the store by table name, collected from the steps."""

    tables: dict[str, list[pa.Table]] = field(default_factory=dict)

    def add(self, name: str, table: pa.Table) -> None:
        """Keep this table's rows, if it has any."""
        if table.num_rows:
            self.tables.setdefault(name, []).append(table)

    def joined(self) -> dict[str, pa.Table]:
        """One table a name."""
        return {name: pa.concat_tables(parts, promote_options="default") for name, parts in self.tables.items()}
