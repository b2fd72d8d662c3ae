"""Where every process of an installation begins: ``python -m app.child web …``, with the part's own options.

Loading a part makes hundreds of thousands of objects, and not one of them is garbage. The collector would
walk through them over and over while they are made, for a fifth of the whole start; so it rests until then.
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module


def main() -> None:
    """Load the part that the first argument names, a module of this folder, and run it."""
    gc.disable()
    part = import_module(f"app.{sys.argv.pop(1)}")
    gc.freeze()
    gc.enable()
    part.main()


if __name__ == "__main__":
    main()
