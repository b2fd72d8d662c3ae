"""Real browsers."""
