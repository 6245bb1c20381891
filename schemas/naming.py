"""Every constraint of a stored table has a name that a migration can call it by, the same on every database."""

from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "%(table_name)s_by_%(column_0_N_name)s",
    "uq": "%(table_name)s_one_%(column_0_N_name)s",
    "fk": "%(table_name)s_has_%(column_0_N_name)s",
}
