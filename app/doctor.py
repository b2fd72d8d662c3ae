"""``curbstop doctor``: what this installation has and lacks, in plain words.

Each check says one thing: that it is there, that something optional is missing and what that costs, or that
something is wrong and what to do. Only the last makes the exit code 1.
"""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import socket
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.command_line import say
from kernel.settings import Settings

ENOUGH_BYTES = 1 << 30
LOOPBACK = "127."
HERE = ("127.0.0.1", "localhost", "::1")
SIGNS = {"good": "✓", "lacks": "–", "bad": "✗"}


@dataclass(frozen=True)
class Finding:
    """``good``, ``lacks`` (optional; what that costs), or ``bad`` (what to do)."""

    verdict: Literal["good", "lacks", "bad"]
    words: str


Check = Callable[[Settings], Awaitable[list[Finding]]]


def good(words: str) -> list[Finding]:
    return [Finding("good", words)]


def lacks(words: str) -> list[Finding]:
    return [Finding("lacks", words)]


def bad(words: str) -> list[Finding]:
    return [Finding("bad", words)]


def doctor(settings: Settings) -> int:
    """Look at everything and say what was found; 1 when something has to be mended."""
    findings = asyncio.run(examine(settings))
    for finding in findings:
        say(f" {SIGNS[finding.verdict]} {finding.words}")
    wrong = sum(finding.verdict == "bad" for finding in findings)
    say(f"\n{wrong} to mend." if wrong else "\nNothing to mend.")
    return 1 if wrong else 0


async def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order of :data:`CHECKS`."""
    found: list[Finding] = []
    for check in CHECKS:
        try:
            found += await check(settings)
        except Exception as fault:  # a check that fails is a finding, never the end of the examination
            found += bad(f"{check.__name__.replace('_', ' ')}: {type(fault).__name__}: {fault}")
    return found


async def python(_settings: Settings) -> list[Finding]:
    return good(f"Python {platform.python_version()} ({sys.executable})")


async def data_folder(settings: Settings) -> list[Finding]:
    from app.data_folder import FolderUnusable, look_at

    folder = settings.data.resolve()
    try:
        look_at(folder)
    except FolderUnusable as fault:
        return bad(f"{fault}; name another folder with --data")
    if not folder.exists():
        return lacks(f"The data folder {folder} does not exist yet; the first start makes it")
    if not os.access(folder, os.W_OK):
        return bad(f"The data folder {folder} cannot be written to; give this user the right to")
    found = good(f"Data folder {folder}")
    if folder.stat().st_mode & 0o077:
        found += lacks("Other users of this machine can look into the data folder; chmod 700 keeps them out")
    return found


async def disk(settings: Settings) -> list[Finding]:
    folder = settings.data if settings.data.exists() else Path.cwd()
    free = shutil.disk_usage(folder).free
    words = f"{free / (1 << 30):.1f} GiB free for data"
    return good(words) if free >= ENOUGH_BYTES else bad(f"Only {words}; pictures need room")


async def database(settings: Settings) -> list[Finding]:
    from app.migrations.schema import current, head
    from kernel.database import Database

    if not settings.database_url and not (settings.data / "curbstop.db").exists():
        return lacks("No database yet: the first start makes one (SQLite)")
    opened = Database(settings.sqlalchemy_url)
    try:
        async with opened.engine.connect() as connection:
            if opened.is_sqlite:
                version = (await connection.execute(text("SELECT sqlite_version()"))).scalar()
                found = good(f"Database: SQLite {version}, for one machine")
            else:
                version = (await connection.execute(text("SHOW server_version"))).scalar()
                found = good(f"Database: PostgreSQL {version}")
                has = await connection.execute(
                    text("SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'")
                )
                postgis = has.scalar()
                found += (
                    good(f"PostGIS {postgis}")
                    if postgis
                    else bad("PostGIS is missing on the database server")
                )
        revision = await current(opened)
        if revision == head():
            found += good(f"Schema {revision}, the present one")
        else:
            found += bad(f"Schema {revision or 'empty'}; this release needs {head()}: curbstop migrate")
        return found
    except OSError as fault:
        return bad(f"The database does not answer: {fault}")
    finally:
        await opened.close()


async def audit_chain(settings: Settings) -> list[Finding]:
    """Whether the audit log is what was written. What the database lacks its own check says."""
    from kernel.audit import broken_at
    from kernel.database import Database

    if not settings.database_url and not (settings.data / "curbstop.db").exists():
        return []
    opened = Database(settings.sqlalchemy_url)
    try:
        async with opened.reading() as session:
            broken, entries = await broken_at(session)
    except (OSError, DBAPIError):
        return lacks("Audit log: not looked at, the database cannot be read")
    finally:
        await opened.close()
    if broken is None:
        return good(f"Audit log: all {entries} entries are as they were written")
    return bad(
        f"Audit log: broken at entry {broken.number}: {broken.words}. Somebody changed the database by hand,"
        " or it is damaged; compare it with a backup, and keep this one"
    )


async def text_messages(settings: Settings) -> list[Finding]:
    from kernel.clock import SystemClock
    from kernel.database import Database
    from kernel.delivery.delivery import State
    from kernel.delivery.queries import counted_since

    if not settings.sms_url:
        return lacks("No SMS gateway: text messages are kept, and none is sent")
    found = good(f"SMS gateway: {settings.sms_url}")
    if urlsplit(settings.sms_url).scheme == "http" and urlsplit(settings.sms_url).hostname not in HERE:
        found += bad("SMS gateway: messages and their links cross the network in the open; give it https")
    opened = Database(settings.sqlalchemy_url)
    try:
        async with opened.reading() as session:
            day = await counted_since(session, SystemClock().now() - timedelta(days=1))
    except (OSError, DBAPIError):
        return found
    finally:
        await opened.close()
    lost = day.get(State.FAILED, 0)
    if lost:
        found += bad(f"SMS gateway: it refused {lost} of the last day's {sum(day.values())} messages")
    return found


async def redis(settings: Settings) -> list[Finding]:
    if settings.redis_url:
        from redis.asyncio import Redis
        from redis.exceptions import RedisError

        client = Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=2)
        try:
            info = await client.info("server")
            return good(f"Redis {info['redis_version']} answers")
        except (RedisError, OSError) as fault:
            return bad(f"Redis does not answer ({type(fault).__name__}); calls cannot start without it")
        finally:
            await client.aclose()
    from app.embedded_redis import NoServer, server_program

    try:
        return good(f"Embedded Valkey: {server_program()}")
    except NoServer as fault:
        return bad(str(fault))


async def pages_port(settings: Settings) -> list[Finding]:
    address = f"{settings.host}:{settings.port}"
    try:
        from app.processes import listening_socket

        listening_socket(settings.host, settings.port).close()
    except OSError as fault:
        return lacks(f"Pages: {address} is in use ({fault.strerror}); fine if Curbstop is running")
    return good(f"Pages: {address} is free")


async def media_port(settings: Settings) -> list[Finding]:
    if settings.media_host.startswith(LOOPBACK) and urlsplit(settings.base_url).hostname not in HERE:
        return bad(
            f"Media: bound to {settings.media_host}, where only browsers on this machine reach it;"
            " set CURBSTOP_MEDIA_HOST to what phones reach, or to 0.0.0.0 with CURBSTOP_MEDIA_ADDRESSES"
        )
    if settings.media_host == "0.0.0.0" and not settings.media_addresses:
        return bad("Media: phones would be sent to 0.0.0.0; set CURBSTOP_MEDIA_ADDRESSES to what they reach")
    if settings.media_port == 0:
        return lacks("Media: any free UDP port; set CURBSTOP_MEDIA_PORT for a firewall to open")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((settings.media_host, settings.media_port))
        except OSError as fault:
            in_use = f"UDP port {settings.media_port} is in use ({fault.strerror})"
            return lacks(f"Media: {in_use}; fine if Curbstop is running")
    return good(f"Media: UDP port {settings.media_port} is free; whether phones reach it only a call shows")


async def https(settings: Settings) -> list[Finding]:
    if settings.base_url.startswith("https:"):
        return good(f"HTTPS at {settings.base_url}")
    if settings.host in ("127.0.0.1", "::1", "localhost"):
        return lacks("No HTTPS: cameras work on this machine only")
    return bad("No HTTPS: browsers give pages no camera; set the certificate, or a public https address")


async def turn(settings: Settings) -> list[Finding]:
    if settings.turn_urls:
        return good("TURN servers: " + ", ".join(settings.turn_urls))
    return lacks("No TURN server: phones in networks that block UDP get no video (photos and chat work)")


async def streets(settings: Settings) -> list[Finding]:
    if settings.streets_file is None:
        return lacks("No road graph (curbstop import roads): travel times are straight lines times a factor")
    if not settings.streets_file.exists():
        return bad(f"The road graph {settings.streets_file} is not there")
    return good(f"Road graph {settings.streets_file}, ridden by {settings.vehicle}")


async def fast_search(_settings: Settings) -> list[Finding]:
    if find_spec("numba") is None:
        return lacks("numba is not installed: routes are searched in plain Python, which takes longer")
    return good("numba: routes are searched by compiled code")


async def maps(_settings: Settings) -> list[Finding]:
    from app.assets import leaflet

    _files, missing = leaflet()
    if missing:
        return lacks(f"Maps: {missing}")
    return good("Leaflet: the reviewed files")


async def chromium(_settings: Settings) -> list[Finding]:
    if shutil.which("chromium"):
        return good("Chromium, for the browser tests")
    return lacks("No Chromium: nothing misses it but the browser tests")


CHECKS: tuple[Check, ...] = (
    python,
    data_folder,
    disk,
    database,
    audit_chain,
    redis,
    pages_port,
    media_port,
    https,
    turn,
    text_messages,
    streets,
    fast_search,
    maps,
    chromium,
)
