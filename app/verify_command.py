"""``curbstop verify BUNDLE.zip``: whether a bundle of evidence is whole, by the program inside each."""

from __future__ import annotations

import importlib.util
import json
import zipfile
import zlib
from pathlib import Path

from app.command_line import say
from kernel.i18n import STATIC

VERIFIER = STATIC / "verify_bundle.py"
NO_BUNDLE = (
    zipfile.BadZipFile,
    zlib.error,
    json.JSONDecodeError,
    KeyError,
    TypeError,
    ValueError,
    NotImplementedError,
)
"""What a file can be instead of a bundle."""


def verify(bundle: Path, fingerprint: str) -> int:
    """Say what was touched, or that nothing was; an exit code (2: it is no bundle).

    ``fingerprint``: of the key that it has to be signed with; empty: of any, which is then said.
    """
    spec = importlib.util.spec_from_file_location(VERIFIER.stem, VERIFIER)
    if spec is None or spec.loader is None:
        raise ImportError(VERIFIER)
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    try:
        touched, manifest = program.faults(bundle, fingerprint)
        key = program.fingerprint(bytes.fromhex(manifest["public_key"]))
        entries = manifest["entries"]
        erased = sum(1 for entry in entries if entry["erased_at"])
    except FileNotFoundError:
        say(f"There is no file {bundle}.")
        return 2
    except NO_BUNDLE:
        say(f"{bundle} is no bundle of evidence, or too damaged to be read as one.")
        return 2
    for line in touched:
        say(line)
    if touched:
        return 1
    say(f"Whole: {len(entries)} entries, {erased} of them erased since; made {manifest['made_at']}.")
    say(
        f"Signed with the key {key}." + ("" if fingerprint else " Compare it with the one that is published.")
    )
    return 0
