"""Everybody's day as the search needs it, kept in each process and renewed, with the pace of its roads."""
