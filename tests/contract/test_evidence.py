"""What can be proven of a request: sealed, signed, verified with Python alone, and erasable."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import json
import shutil
import subprocess
import threading
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from redis.asyncio import Redis
from sqlalchemy import select, update

from app.capabilities import ERASERS, EVIDENCE
from app.verify_command import verify
from assist.chat.tables import Message
from assist.erasure.commands import erase_request
from assist.evidence.bundle import VERIFIER, file_name, signed, write_bundle
from assist.evidence.commands import seal
from assist.evidence.keys import evidence_key
from assist.evidence.paper.summary import Reader, summary_html
from assist.evidence.queries import fingerprint_of, names_in, sealed_of
from assist.evidence.stamp import stamped
from assist.evidence.tables import EvidenceEntry
from assist.verdict.tables import VerdictRow
from kernel.actors import Actor
from kernel.database import Database, UnitOfWork
from kernel.i18n import LANGUAGES, STATIC
from tests.contract.erasing_rig import QUILL, Erasable, open_both
from tests.rig.town import Town

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def _verifier() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_bundle", STATIC / VERIFIER)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


verifier = _verifier()


@pytest.fixture
async def running(
    database: Database, redis_client: Redis, town: Town, tmp_path: Path
) -> AsyncIterator[Erasable]:
    both = await open_both(database, redis_client, town, tmp_path)
    async with both.bus():
        yield both


async def bundle_of(both: Erasable, actor: Actor, request_id: UUID, language: str = "en") -> bytes:
    """The bundle as the door makes it."""
    await both.database.run(seal, EVIDENCE, request_id)
    async with both.database.reading() as session:
        sealed = await sealed_of(session, actor, request_id)
        names = await names_in(session, sealed.entries, language)
    key = await evidence_key(both.database)
    fingerprint = fingerprint_of(key.public_key().public_bytes_raw())
    reader = Reader(language, ZoneInfo("Asia/Shanghai"), names, "Utility")
    blobs = both.house.services.blobs
    ids = {Path(name).stem for entry in sealed.entries if (name := file_name(entry))}
    pictures = {id: path for id in ids if (path := blobs.path(id)).is_file()}
    documents = {"summary.html": summary_html(request_id, sealed.entries, reader, fingerprint, AT)}
    file = io.BytesIO()
    write_bundle(file, signed(sealed, pictures, documents, key, AT), STATIC / VERIFIER)
    return file.getvalue()


def touched(bundle: bytes) -> list[str]:
    return list(verifier.faults(io.BytesIO(bundle))[0])


def again(bundle: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The bundle with something of it changed."""
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    return _zip_of(parts)


def by_another_python(bundle: Path, fingerprint: str) -> subprocess.CompletedProcess[str]:
    """The program as somebody runs it who has nothing of this house."""
    python = next(where for name in ("/usr/bin/python3", "python3") if (where := shutil.which(name)))
    words = [python, "-I", str(STATIC / VERIFIER), str(bundle), fingerprint]
    return subprocess.run(words, capture_output=True, text=True, timeout=60)


def entries_of(bundle: bytes) -> list[dict[str, Any]]:
    return list(verifier.faults(io.BytesIO(bundle))[1]["entries"])


async def test_all_that_happened_is_in_the_bundle_and_any_touch_is_named(running: Erasable) -> None:
    customer, _token = await running.visited(QUILL)
    bundle = await bundle_of(running, running.house.supervisor, customer.id)
    assert touched(bundle) == []
    entries = entries_of(bundle)
    kinds = {entry["kind"] for entry in entries}
    whole = {"customer", "still", "mark", "message", "verdict", "outcome", "rating", "line", "site", "proof"}
    assert kinds == whole | {"form"}
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        words = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".json"))
    assert all(words.count(secret) for secret in (QUILL.name, QUILL.address, QUILL.phone, QUILL.words))

    message = next(entry for entry in entries if entry["kind"] == "message")

    def reworded(parts: dict[str, bytes]) -> None:
        parts[message["content"]] = parts[message["content"]].replace(b"under", b"above")

    assert touched(again(bundle, reworded)) == [
        f"{message['content']}: is not what was sealed as entry {message['number']} "
        f"(message, {message['subject']})"
    ]
    still = next(entry for entry in entries if entry["kind"] == "still")

    def repainted(parts: dict[str, bytes]) -> None:
        parts[still["file"]] += b"\0"

    assert [line.partition(":")[0] for line in touched(again(bundle, repainted))] == [still["file"]]

    def left_out(parts: dict[str, bytes]) -> None:
        del parts[still["file"]]

    assert [line.partition(":")[0] for line in touched(again(bundle, left_out))] == [still["file"]]

    def put_in(parts: dict[str, bytes]) -> None:
        parts["files/other.jpg"] = b"other"

    assert touched(again(bundle, put_in)) == ["files/other.jpg: does not belong to the bundle"]

    def said_otherwise(parts: dict[str, bytes]) -> None:
        parts["summary.html"] = parts["summary.html"].replace(b"</h1>", b"!</h1>", 1)

    assert touched(again(bundle, said_otherwise)) == ["summary.html: is not what was signed"]


async def test_whoever_forges_the_manifest_is_found_by_the_signature_or_by_the_key(
    running: Erasable, tmp_path: Path
) -> None:
    customer = await running.advised(QUILL)
    bundle = await bundle_of(running, customer, customer.id)

    def left_out(parts: dict[str, bytes]) -> None:
        manifest = json.loads(parts["manifest.json"])
        del manifest["entries"][2]
        parts["manifest.json"] = json.dumps(manifest).encode()

    found = touched(again(bundle, left_out))
    assert "manifest.json: is not what was signed" in found
    assert sum("does not fit the chain" in line for line in found) == len(entries_of(bundle)) - 3

    own = Ed25519PrivateKey.generate()

    def signed_anew(parts: dict[str, bytes]) -> None:
        manifest = json.loads(parts["manifest.json"])
        manifest["public_key"] = own.public_key().public_bytes_raw().hex()
        parts["manifest.json"] = json.dumps(manifest).encode()
        parts["signature.txt"] = own.sign(parts["manifest.json"]).hex().encode()

    forged = tmp_path / "forged.zip"
    forged.write_bytes(again(bundle, signed_anew))
    key = await evidence_key(running.database)
    genuine = fingerprint_of(key.public_key().public_bytes_raw())
    run = await asyncio.to_thread(by_another_python, forged, genuine)
    assert run.returncode == 1
    assert "signature.txt: was made with another key" in run.stderr
    honest = tmp_path / "honest.zip"
    honest.write_bytes(bundle)
    run = await asyncio.to_thread(by_another_python, honest, genuine)
    assert (run.returncode, run.stdout.split(":")[0]) == (0, "whole")


async def test_an_erased_person_leaves_a_whole_chain_that_says_so(running: Erasable) -> None:
    customer, _token = await running.visited(QUILL)
    before = entries_of(await bundle_of(running, running.house.supervisor, customer.id))
    await running.database.run(erase_request, ERASERS, running.house.supervisor, customer.id)
    await running.settled()
    bundle = await bundle_of(running, running.house.supervisor, customer.id)
    assert touched(bundle) == []
    entries = entries_of(bundle)
    assert [entry["commitment"] for entry in entries[: len(before)]] == [
        entry["commitment"] for entry in before
    ]
    told = {entry["kind"] for entry in entries if entry["erased_at"]}
    assert told == {entry["kind"] for entry in before} - {"line"}
    assert all(entry["kind"] in ("line", "still") for entry in entries[len(before) :])
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        everything = "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    assert QUILL.found_in(everything) == []
    assert "Erased" in everything


async def test_what_changes_afterwards_is_sealed_again_and_what_was_stays(running: Erasable) -> None:
    customer = await running.advised(QUILL)
    run = running.database.run
    first = await run(seal, EVIDENCE, customer.id)
    assert first > 8
    assert await run(seal, EVIDENCE, customer.id) == 0, "nothing is new"

    async def reworded(uow: UnitOfWork) -> None:
        await uow.session.execute(
            update(VerdictRow).where(VerdictRow.request_id == customer.id).values(note="never said")
        )

    await run(reworded)
    assert await run(seal, EVIDENCE, customer.id) == 1
    async with running.database.reading() as session:
        query = select(EvidenceEntry.content).where(
            EvidenceEntry.request_id == customer.id, EvidenceEntry.kind == "verdict"
        )
        notes = [json.loads(content or "{}")["note"] for content in await session.scalars(query)]
    assert notes == [f"{QUILL.words} is loose", "never said"]
    assert touched(await bundle_of(running, customer, customer.id)) == []


async def test_what_is_changed_in_the_chain_itself_is_found(running: Erasable) -> None:
    customer = await running.advised(QUILL)
    await running.database.run(seal, EVIDENCE, customer.id)

    async def tampered(uow: UnitOfWork) -> None:
        entry = (
            await uow.session.scalars(
                select(EvidenceEntry).where(
                    EvidenceEntry.request_id == customer.id, EvidenceEntry.kind == "message"
                )
            )
        ).first()
        assert entry is not None and entry.content is not None
        entry.content = entry.content.replace("under", "above")
        await uow.session.execute(
            update(Message).where(Message.request_id == customer.id).values(text=f"{QUILL.words} above")
        )

    await running.database.run(tampered)
    found = touched(await bundle_of(running, customer, customer.id))
    assert len(found) == 1 and "is not what was sealed" in found[0]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_summary_is_in_the_readers_language_and_takes_no_markup(
    running: Erasable, language: str
) -> None:
    customer = await running.advised(QUILL)

    async def marked_up(uow: UnitOfWork) -> None:
        script = "<script>alert(1)</script>"
        await uow.session.execute(
            update(Message).where(Message.request_id == customer.id).values(text=script)
        )

    await running.database.run(marked_up)
    bundle = await bundle_of(running, customer, customer.id, language)
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        page = archive.read("summary.html").decode()
    assert {"en": "Verdict", "zh-Hans": "判定", "zh-Hant": "判定"}[language] in page
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "kind." not in page and "evidence." not in page


# the time, by somebody else --------------------------------------------------------------------------

AUTHORITY = """
[ tsa ]
default_tsa = here
[ here ]
serial = {0}/serial
signer_cert = {0}/tsa.pem
signer_key = {0}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A time-stamping authority of OpenSSL's, over HTTP: its address, and its root certificate."""
    assert shutil.which("openssl"), "Debian's base has it"
    folder = tmp_path_factory.mktemp("authority")
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(AUTHORITY.format(folder))
    usage = "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
    (folder / "usage").write_text(usage)

    def openssl(*words: object) -> None:
        run = ["openssl", *map(str, words)]
        subprocess.run(run, cwd=folder, check=True, capture_output=True, timeout=60)

    new = ("-newkey", "rsa:2048", "-nodes")
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Root", "-days", 2)
    openssl("req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Clock")
    ca = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", 2)
    openssl("x509", "-req", "-in", "tsa.csr", *ca, "-extfile", "usage", "-out", "tsa.pem")

    class Clock(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            (folder / "asked.tsq").write_bytes(asked)
            openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "asked.tsq", "-out", "given.tsr")
            given = (folder / "given.tsr").read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(given)))
            self.end_headers()
            self.wfile.write(given)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Clock)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/", folder / "ca.pem"
    server.shutdown()
    server.server_close()
    serving.join()


async def test_an_authority_stamps_the_signature_and_is_checked(
    authority: tuple[str, Path], running: Erasable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url, roots = authority
    customer = await running.advised(QUILL)
    plain = await bundle_of(running, customer, customer.id)
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        signature = bytes.fromhex(archive.read("signature.txt").decode())
    stamp = await stamped(url, signature)
    assert stamp is not None
    bundle, other = tmp_path / "bundle.zip", tmp_path / "other.zip"
    bundle.write_bytes(again(plain, lambda parts: parts.update({"timestamp.tsr": stamp})))
    assert verify(bundle, "", roots) == 0
    assert "by an authority that is trusted" in capsys.readouterr().err
    assert verify(bundle, "") == 0
    assert "nobody checked by whom" in capsys.readouterr().err

    later = await stamped(url, b"another signature")
    assert later is not None
    other.write_bytes(again(plain, lambda parts: parts.update({"timestamp.tsr": later})))
    assert verify(other, "", roots) == 1
    assert "is not of this bundle's signature" in capsys.readouterr().err

    strange = tmp_path / "strange.pem"
    own = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(tmp_path / "own.key")]
    made = [*own, "-out", str(strange), "-subj", "/CN=Other", "-days", "2"]
    await asyncio.to_thread(subprocess.run, made, check=True, capture_output=True)
    assert verify(bundle, "", strange) == 1
    assert "was not given by an authority of" in capsys.readouterr().err


async def test_an_authority_that_is_away_or_talks_nonsense_leaves_no_stamp() -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\ngarbage")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(nonsense, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert await stamped(f"http://127.0.0.1:{port}/", b"x") is None
    server.close()
    await server.wait_closed()
    assert await stamped(f"http://127.0.0.1:{port}/", b"x") is None
    assert await stamped("", b"x") is None


def test_what_is_no_bundle_is_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, data in {"text": b"hello", "empty": b"", "zip": _zip_of({"other.txt": b"x"})}.items():
        (tmp_path / name).write_bytes(data)
        assert verify(tmp_path / name, "") == 2
        assert "is no bundle of evidence" in capsys.readouterr().err
    assert verify(tmp_path / "missing", "") == 2


def _zip_of(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()
