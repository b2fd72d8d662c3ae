"""A bundle of evidence: one file that anyone can verify, offline, with a program of a hundred lines.

A zip with the manifest (every entry of the chain), its signature (Ed25519, RFC 8032), the content of each
entry that was not erased, the pictures, and a summary for people. What is signed is the manifest, byte for
byte; everything else is bound to it by SHA-256. ``verify_bundle.py`` says what each part must give.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assist.evidence.chain import beginning, moment
from assist.evidence.tables import EvidenceEntry

FORMAT = "curbstop-evidence/1"
VERIFIER = "verify_bundle.py"
_STORED_AS_IT_IS = {".jpg", ".png", ".webp"}
_SUFFIX = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}


@dataclass(frozen=True)
class Sealed:
    """A request's chain, to be put into a bundle; ``head`` is the last hash."""

    request_id: UUID
    entries: Sequence[EvidenceEntry]

    @property
    def head(self) -> str:
        return self.entries[-1].hash if self.entries else beginning(self.request_id)


def file_name(entry: EvidenceEntry) -> str | None:
    """Where an entry's picture lies in the bundle; None: it has none, or was erased."""
    if entry.content is None:
        return None
    said = json.loads(entry.content)
    file = said.get("file")
    return f"files/{file}{_SUFFIX.get(said.get('media_type', ''), '')}" if file else None


def manifest_of(
    sealed: Sealed, here: frozenset[str], documents: Mapping[str, bytes], key: bytes, made_at: datetime
) -> dict[str, Any]:
    """What is signed. ``here``: the pictures (by SHA-256) that there still are."""
    return {
        "format": FORMAT,
        "request": str(sealed.request_id),
        "made_at": moment(made_at),
        "public_key": key.hex(),
        "head": sealed.head,
        "documents": {name: hashlib.sha256(data).hexdigest() for name, data in documents.items()},
        "entries": [_entry(entry, here) for entry in sealed.entries],
    }


def _entry(entry: EvidenceEntry, here: frozenset[str]) -> dict[str, Any]:
    name = file_name(entry)
    return {
        "number": entry.number,
        "sealed_at": moment(entry.sealed_at),
        "kind": entry.kind,
        "subject": entry.subject,
        "commitment": entry.commitment,
        "hash": entry.hash,
        "salt": entry.salt.hex() if entry.salt else None,
        "content": f"content/{entry.number:04}.json" if entry.content is not None else None,
        "file": name if name and Path(name).stem in here else None,
        "erased_at": moment(entry.erased_at) if entry.erased_at else None,
    }


@dataclass(frozen=True)
class Bundle:
    """All that goes into a bundle. ``pictures``: the files that there still are, by SHA-256."""

    sealed: Sealed
    pictures: Mapping[str, Path]
    documents: Mapping[str, bytes]
    manifest: bytes
    signature: bytes


def signed(
    sealed: Sealed,
    pictures: Mapping[str, Path],
    documents: Mapping[str, bytes],
    key: Ed25519PrivateKey,
    made_at: datetime,
) -> Bundle:
    """The bundle with its manifest and its signature."""
    public = key.public_key().public_bytes_raw()
    said = manifest_of(sealed, frozenset(pictures), documents, public, made_at)
    manifest = json.dumps(said, ensure_ascii=False, indent=1).encode()
    return Bundle(sealed, pictures, documents, manifest, key.sign(manifest))


def write_bundle(target: IO[bytes], bundle: Bundle, verifier: Path, stamp: bytes | None = None) -> None:
    """Write the bundle, with the time stamp of its signature where there is one. Blocks."""
    written: set[str] = set()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in bundle.documents.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", bundle.manifest)
        archive.writestr("signature.txt", bundle.signature.hex() + "\n")
        if stamp is not None:
            archive.writestr("timestamp.tsr", stamp)
        archive.write(verifier, VERIFIER)
        for entry in bundle.sealed.entries:
            if entry.content is not None:
                archive.writestr(f"content/{entry.number:04}.json", entry.content)
            picture = file_name(entry)
            if picture and picture not in written and (path := bundle.pictures.get(Path(picture).stem)):
                written.add(picture)
                as_it_is = Path(picture).suffix in _STORED_AS_IT_IS
                archive.write(path, picture, zipfile.ZIP_STORED if as_it_is else zipfile.ZIP_DEFLATED)
