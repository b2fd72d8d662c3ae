"""Versions of the zones: published for later, taken when their time comes, withdrawn, undone."""
