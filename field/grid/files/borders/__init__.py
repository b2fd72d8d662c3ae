"""How zones lie on the ground and beside each other: what is wrong with it, where, and what would mend it."""
