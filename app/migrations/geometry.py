"""Geometry columns in migrations: what each database wants to know about them."""

from __future__ import annotations

from sqlalchemy import Connection, text

GEOMETRY_TYPES = {"POINT": 1, "LINESTRING": 2, "MULTIPOLYGON": 6}
"""Codes of the OGC Simple Features types, as SpatiaLite's catalogue has them."""


def prepare(connection: Connection) -> None:
    """PostGIS on PostgreSQL; on SQLite the catalogue of geometry columns that tools look for."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))
        return
    connection.execute(
        text(
            "CREATE TABLE IF NOT EXISTS geometry_columns ("
            " f_table_name TEXT NOT NULL, f_geometry_column TEXT NOT NULL, geometry_type INTEGER NOT NULL,"
            " coord_dimension INTEGER NOT NULL, srid INTEGER NOT NULL,"
            " spatial_index_enabled INTEGER NOT NULL DEFAULT 0,"
            " PRIMARY KEY (f_table_name, f_geometry_column))"
        )
    )


def describe(connection: Connection, table: str, column: str, kind: str, srid: int = 4326) -> None:
    """Enter a new geometry column into SQLite's catalogue; PostGIS keeps its own."""
    if connection.dialect.name == "sqlite":
        connection.execute(
            text(
                "INSERT INTO geometry_columns (f_table_name, f_geometry_column, geometry_type,"
                " coord_dimension, srid) VALUES (:table, :column, :kind, 2, :srid)"
            ),
            {"table": table, "column": column, "kind": GEOMETRY_TYPES[kind], "srid": srid},
        )
