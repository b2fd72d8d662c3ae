"""The real stack, as processes."""
