"""Pictures over HTTP: the phone's own pixels come back, and nothing else gets in."""

from __future__ import annotations

import asyncio
import io
import socket
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image

from assist.stills.commands import MOST_STILLS, NewStill, record_still
from kernel.actors import Actor
from kernel.database import UnitOfWork
from kernel.sql.columns import BlobId
from tests.rig.foundations import Foundation
from tests.rig.people import Person
from tests.rig.small_disk import small_disk
from tests.rig.stack import RunningApp, running_app


@pytest.fixture
async def customer(shared_app: RunningApp) -> Person:
    await shared_app.staff("supervisor", "zhao", name="Zhao")
    return await shared_app.customer()


def noise(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 100).convert("RGB")


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


async def sent(customer: Person, data: bytes, **fields: str) -> tuple[dict[str, object], bytes]:
    """Upload, and what the server shows of it afterwards."""
    given = {"client_id": str(uuid4()), "source": "capture"} | fields
    still = await customer.upload(f"/api/requests/{customer.request_id}/stills", data, **given)
    return still, await customer.get(f"/api/stills/{still['id']}/image")


async def test_a_pngs_pixels_are_the_cameras(customer: Person) -> None:
    camera = noise(1600, 1200)
    still, kept = await sent(customer, encoded(camera, "PNG"))
    assert (still["width"], still["height"], still["media_type"]) == (1600, 1200, "image/png")
    assert Image.open(io.BytesIO(kept)).tobytes() == camera.tobytes()


async def test_an_upright_jpeg_keeps_its_pixels_and_loses_its_exif(customer: Person) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretPhoneMaker"
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 44.0)
    data = encoded(noise(800, 600), "JPEG", quality=90, exif=exif)
    assert b"SecretPhoneMaker" in data
    still, kept = await sent(customer, data)
    assert (still["width"], still["height"]) == (800, 600)
    shown = Image.open(io.BytesIO(kept))
    assert shown.tobytes() == Image.open(io.BytesIO(data)).tobytes()
    assert not dict(shown.getexif()) and b"SecretPhoneMaker" not in kept and b"Exif" not in kept


async def test_a_turned_phone_is_turned_back(customer: Person) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.new("RGB", (400, 200), "navy")
    picture.paste("white", (0, 0, 40, 40))
    still, kept = await sent(customer, encoded(picture, "JPEG", quality=95, exif=exif))
    assert (still["width"], still["height"]) == (200, 400)
    corner = Image.open(io.BytesIO(kept)).getpixel((190, 10))
    assert isinstance(corner, tuple) and min(corner) > 200, "the corner stands where the phone's owner saw it"


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred kilobytes whose header promises very many pixels, and whose data keeps it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * (min(width, 65_000) + 1) * min(height, 1000), 9)  # it lies about the rest
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


NOT_PICTURES = {
    "text": b"hello, I am a picture",
    "empty": b"",
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "gif": b"GIF89a" + b"\x00" * 64,
    "png_magic_only": b"\x89PNG\r\n\x1a\n",
    "png_cut_short": encoded(noise(64, 64), "PNG")[:200],
    "jpeg_cut_short": encoded(noise(64, 64), "JPEG")[:300],
    "jpeg_magic_only": b"\xff\xd8\xff\xe0",
    "zip": b"PK\x03\x04" + b"\x00" * 100,
}


@pytest.mark.parametrize("kind", NOT_PICTURES)
async def test_what_is_no_picture_is_refused_and_not_kept(customer: Person, kind: str) -> None:
    path = f"/api/requests/{customer.request_id}/stills"
    files = {"file": ("leak.jpg", NOT_PICTURES[kind], "image/jpeg")}
    code = await customer.refused("POST", path, files=files, data={"client_id": str(uuid4())})
    assert code in ("not_a_picture", "invalid")
    assert await customer.get(path) == []


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (65_000, 1_000), (2**31 - 1, 2**31 - 1)])
async def test_a_bomb_does_not_go_off(customer: Person, width: int, height: int) -> None:
    path = f"/api/requests/{customer.request_id}/stills"
    files = {"file": ("bomb.png", bomb(width, height if height < 2**31 - 1 else 1), "image/png")}
    code = await customer.refused("POST", path, files=files, data={"client_id": str(uuid4())})
    assert code in ("picture_too_many_pixels", "not_a_picture")


async def test_a_file_too_large_is_refused_before_it_is_read(customer: Person) -> None:
    path = f"/api/requests/{customer.request_id}/stills"
    files = {"file": ("big.jpg", b"\xff\xd8\xff" + b"\x00" * (13 << 20), "image/jpeg")}
    assert await customer.refused("POST", path, files=files, data={"client_id": str(uuid4())}) == "too_large"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"client_id": "not-a-uuid"},
        {"client_id": str(uuid4()), "source": "satellite"},
        {"client_id": str(uuid4()), "freeze_id": str(uuid4())},
        {"client_id": str(uuid4()), "owner": "me"},
    ],
)
async def test_fields_that_are_wrong_are_named(customer: Person, fields: dict[str, str]) -> None:
    path = f"/api/requests/{customer.request_id}/stills"
    files = {"file": ("a.png", encoded(noise(16, 16), "PNG"), "image/png")}
    answer = await customer.http.post(path, files=files, data=fields)
    assert answer.status_code == 422
    assert [fault["where"].startswith("form.") for fault in answer.json()["error"]["faults"]] == [True]


async def test_sent_twice_it_is_one_picture(customer: Person) -> None:
    client_id = str(uuid4())
    first, _ = await sent(customer, encoded(noise(32, 32), "PNG"), client_id=client_id)
    second, _ = await sent(customer, encoded(noise(32, 32), "PNG"), client_id=client_id)
    assert first == second


async def test_a_picture_is_shown_to_its_own_people_only(shared_app: RunningApp, customer: Person) -> None:
    still, _ = await sent(customer, encoded(noise(32, 32), "PNG"))
    image, marks = f"/api/stills/{still['id']}/image", f"/api/stills/{still['id']}/marks"
    other = await shared_app.customer()
    rep = await shared_app.staff("rep", "wu", name="Wu")
    for path in (image, marks):
        assert await other.refused("GET", path) == "not_found"
        assert await rep.refused("GET", path) == "not_found"
        assert await shared_app.caller().refused("GET", path) == "unauthenticated"
    answer = await customer.http.get(image)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")


async def test_a_mark_is_drawn_seen_and_undone(shared_app: RunningApp, customer: Person) -> None:
    still, _ = await sent(customer, encoded(noise(32, 32), "PNG"))
    technician = await shared_app.staff("technician", "chen", name="Chen")
    path = f"/api/stills/{still['id']}/marks"
    body = {"client_id": str(uuid4()), "tool": "box", "points": [[0.125, 0.25], [0.5, 0.875]]}
    drawn = await technician.post(path, body)
    assert await technician.post(path, body) == drawn
    assert await customer.get(path) == [drawn]
    assert await customer.refused("DELETE", f"/api/marks/{drawn['id']}") == "forbidden"
    await technician.delete(f"/api/marks/{drawn['id']}")
    assert await customer.get(path) == []


def files_of(app: RunningApp) -> int:
    return sum(1 for path in (app.foundation.data / "blobs").glob("??/*") if path.is_file())


async def test_the_last_still_is_the_last_file(shared_app: RunningApp, customer: Person) -> None:
    """What is refused leaves nothing behind, and what is sent again stores nothing anew."""
    path, client_id = f"/api/requests/{customer.request_id}/stills", str(uuid4())
    await sent(customer, encoded(noise(8, 8), "PNG"), client_id=client_id)

    async def fill(uow: UnitOfWork) -> None:
        for _ in range(MOST_STILLS - 2):
            new = NewStill(uuid4(), "upload", BlobId("ab" * 32), "image/png", 8, 8, 99)
            await record_still(uow, person, UUID(str(customer.request_id)), new)

    person = Actor(
        "customer", UUID(str(customer.request_id)), "", frozenset(), UUID(str(customer.request_id)), ""
    )
    async with shared_app.database() as database:
        await database.run(fill)
    await sent(customer, encoded(noise(8, 8), "PNG"))
    kept = files_of(shared_app)
    for number in range(2):
        files = {"file": ("a.png", encoded(noise(64, 64), "PNG"), "image/png")}
        code = await customer.refused("POST", path, files=files, data={"client_id": str(uuid4())})
        assert code == "too_many_stills", number
        await customer.upload(path, encoded(noise(64, 64), "PNG"), client_id=client_id)
    assert files_of(shared_app) == kept


async def test_many_files_at_once_take_little_memory(shared_app: RunningApp, customer: Person) -> None:
    """Forty pictures of ten megabytes that all end at the same moment, and wait for a decoder."""
    address, held = httpx.URL(shared_app.url), list[socket.socket]()
    frame = b"\xff\xc0\x00\x0b\x08\x00\x40\x00\x40\x01\x01\x11\x00"
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n\xff\xd8' + frame
    body += bytes(10 << 20) + b'\r\n--x\r\nContent-Disposition: form-data; name="client_id"\r\n\r\n'
    body += str(uuid4()).encode() + b"\r\n--x--\r"
    head = (
        f"POST /api/requests/{customer.request_id}/stills HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {customer.token}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {len(body) + 1}\r\n\r\n"
    )
    workers = [process for name, process in shared_app.processes().items() if name.startswith("web")]

    def send() -> int:
        for _ in range(40):
            line = socket.create_connection((address.host, address.port or 80), timeout=20)
            held.append(line)
            line.sendall(head.encode() + body)
        for line in held:
            line.sendall(b"\n")
        peak = 0
        for line in held:
            line.settimeout(0.1)
            with suppress(TimeoutError):
                line.recv(1000)
            peak = max(peak, sum(worker.memory_info().rss for worker in workers))
        return peak

    before = sum(worker.memory_info().rss for worker in workers)
    try:
        grown = await asyncio.to_thread(send) - before
    finally:
        for line in held:
            line.close()
    assert grown < 120 << 20, f"{grown >> 20} MB"


async def test_a_full_disk_is_said_and_leaves_nothing_half(embedded: Foundation, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "300k") as disk, running_app(embedded, blobs=str(disk)) as app:
        await app.staff("supervisor", "zhao", name="Zhao")
        customer = await app.customer()
        path = f"/api/requests/{customer.request_id}/stills"
        large = {"file": ("a.png", encoded(noise(600, 600), "PNG"), "image/png")}
        answer = await customer.http.post(path, files=large, data={"client_id": str(uuid4())})
        assert (answer.status_code, answer.json()["error"]["code"]) == (507, "storage_full")
        assert int(answer.headers["Retry-After"]) > 0
        assert [file for file in disk.rglob("*") if file.is_file()] == []
        still, _ = await sent(customer, encoded(noise(32, 32), "PNG"))
        assert await customer.get(path) == [still]
        await app.close()
