"""Alembic runs this for every command; the connection is handed in by :mod:`app.migrations.schema`."""

from alembic import context

from app.tables import complete_metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=complete_metadata(),
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
