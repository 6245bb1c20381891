"""Run by alembic: migrations on the connection that the store hands over (connectors/store/schema.py)."""

from alembic import context
from sqlmodel import SQLModel

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata)
context.run_migrations()
