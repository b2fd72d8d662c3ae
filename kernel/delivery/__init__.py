"""What leaves the house after a commit: written down with what it tells of, handed over once that stands."""
