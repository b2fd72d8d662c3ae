"""EPANET models small enough to do in one's head."""

from __future__ import annotations

SIDE = 0.002
"""Degrees between two junctions: some 220 m."""


def model(closed: str = "", *, tags: str = "", patterns: str = "", more: str = "") -> bytes:
    """Two grids of 4 × 4 junctions, a… and b…, joined by three pipes x1, x2, x3 and fed at a0. ``closed``: a
    pipe that is."""
    junctions, pipes, places = [], [], []
    for block, west in (("a", 114.0), ("b", 114.0 + 5 * SIDE)):
        for at in range(16):
            row, column = divmod(at, 4)
            junctions.append(f"{block}{at} 10 1 {patterns and patterns + block}")
            places.append(f"{block}{at} {west + column * SIDE:.6f} {22.5 + row * SIDE:.6f}")
            if column < 3:
                pipes.append(f"{block}h{at} {block}{at} {block}{at + 1} 200 100 100 0 Open")
            if row < 3:
                pipes.append(f"{block}v{at} {block}{at} {block}{at + 4} 200 100 100 0 Open")
    for number, at in enumerate((3, 7, 11), 1):
        status = "Closed" if f"x{number}" in closed.split() else "Open"
        pipes.append(f"x{number} a{at} b{at - 3} 400 100 100 0 {status}")
    text = "[JUNCTIONS]\n" + "\n".join(junctions)
    text += "\n[RESERVOIRS]\nr 50\n[PIPES]\n" + "\n".join([*pipes, "feed r a0 300 300 100 0 Open"])
    text += "\n[COORDINATES]\n" + "\n".join([*places, "r 113.997 22.5"])
    text += f"\n[OPTIONS]\nUnits LPS\n[TAGS]\n{tags}\n{more}\n[END]\n"
    return text.encode()
