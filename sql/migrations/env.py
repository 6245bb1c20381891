"""Run by alembic: migrations on the connection that the store hands over, views and triggers made anew after them."""

from alembic import context
from sqlmodel import SQLModel

from connectors.store.schema import create_derived, drop_derived

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata)
drop_derived(connection)
context.run_migrations()
create_derived(connection)
