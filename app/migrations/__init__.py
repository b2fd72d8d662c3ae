"""Migrations: the database's schema through the releases, the same on both foundations."""
