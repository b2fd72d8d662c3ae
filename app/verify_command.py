"""``curbstop verify BUNDLE.zip``: whether a bundle of evidence is whole, by the program inside each."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificates
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from app.command_line import say
from kernel.i18n import STATIC

VERIFIER = STATIC / "verify_bundle.py"
STAMP = "timestamp.tsr"
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


def verify(bundle: Path, fingerprint: str, roots: Path | None = None) -> int:
    """Say what was touched, or that nothing was; an exit code (2: it is no bundle).

    ``fingerprint``: of the key that it has to be signed with; empty: of any, which is then said. ``roots``:
    the certificates (PEM) of the authorities that are trusted to tell the time.
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
        stamp = _stamp(bundle, roots)
    except FileNotFoundError:
        say(f"There is no file {bundle}.")
        return 2
    except NO_BUNDLE:
        say(f"{bundle} is no bundle of evidence, or too damaged to be read as one.")
        return 2
    touched += stamp.faults
    for line in touched:
        say(line)
    if touched:
        return 1
    say(f"Whole: {len(entries)} entries, {erased} of them erased since; made {manifest['made_at']}.")
    say(f"Signed with the key {key}.")
    if not fingerprint:
        say("Compare it with the one that is published.")
    say(stamp.words)
    return 0


@dataclass(frozen=True)
class Stamp:
    """What the time stamp of a bundle says, and what is wrong with it."""

    words: str
    faults: tuple[str, ...] = ()


def _stamp(bundle: Path, roots: Path | None) -> Stamp:
    """RFC 3161: whether the stamp is one of this bundle's signature, and who gave it."""
    with zipfile.ZipFile(bundle) as archive:
        if STAMP not in archive.namelist():
            return Stamp("Without a time stamp.")
        signature = bytes.fromhex(archive.read("signature.txt").decode())
        given = decode_timestamp_response(archive.read(STAMP))
    told = given.tst_info
    if told.message_imprint.message != hashlib.sha256(signature).digest():
        return Stamp("", (f"{STAMP}: is not of this bundle's signature",))
    words = f"Stamped at {told.gen_time.isoformat()}"
    if roots is None:
        return Stamp(f"{words}, nobody checked by whom: name the authority's certificates with --roots.")
    builder = VerifierBuilder()
    for certificate in load_pem_x509_certificates(roots.read_bytes()):
        builder = builder.add_root_certificate(certificate)
    try:
        builder.build().verify_message(given, signature)
    except VerificationError:
        return Stamp("", (f"{STAMP}: was not given by an authority of {roots}",))
    return Stamp(f"{words}, by an authority that is trusted.")
