"""A real TURN server takes the credentials that we give out, and no others."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aioice import stun
from aioice.turn import create_turn_endpoint

from assist.webrtc.turn.credentials import credentials
from kernel.actors import Role
from tests.rig.foundations import Foundation
from tests.rig.need import require
from tests.rig.stack import running_app

SECRET = "a secret shared with the relay"


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[int]:
    """A coturn on loopback; its port."""
    require("coturn")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = await asyncio.create_subprocess_exec(
        "turnserver",
        "-n",
        "--listening-ip=127.0.0.1",
        f"--listening-port={port}",
        "--relay-ip=127.0.0.1",
        "--use-auth-secret",
        f"--static-auth-secret={SECRET}",
        "--realm=curbstop",
        "--no-tls",
        "--no-dtls",
        "--no-tcp",
        "--no-cli",
        "--allow-loopback-peers",
        f"--pidfile={tmp_path / 'turn.pid'}",
        "--log-file=stdout",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        process.terminate()
        await process.wait()


async def allocate(port: int, username: str, password: str) -> tuple[str, int]:
    """The address that the relay gives, as a client behind a closed network would get it."""
    transport, _protocol = await create_turn_endpoint(
        asyncio.DatagramProtocol, server_addr=("127.0.0.1", port), username=username, password=password
    )
    address = transport.get_extra_info("sockname")
    transport.close()
    return str(address[0]), int(address[1])


async def wait_for(port: int) -> None:
    """Until the relay answers at all: it refuses a stranger."""
    async with asyncio.timeout(10):
        while True:
            try:
                await allocate(port, "nobody", "nothing")
            except stun.TransactionFailed:
                return
            except stun.TransactionTimeout:
                await asyncio.sleep(0.1)


async def test_the_relay_takes_our_credentials_and_no_others(relay: int) -> None:
    await wait_for(relay)
    now = datetime.now(UTC)
    fresh = credentials(SECRET, "device", now)
    host, port = await allocate(relay, fresh.username, fresh.password)
    assert host == "127.0.0.1" and port > 0
    stale = credentials(SECRET, "device", now - timedelta(minutes=11))
    forged = credentials("another secret", "device", now)
    for wrong in (stale, forged):
        with pytest.raises(stun.TransactionFailed):
            await allocate(relay, wrong.username, wrong.password)


async def test_a_signed_in_caller_is_given_the_relay(embedded: Foundation, relay: int) -> None:
    await wait_for(relay)
    urls = f'["turn:127.0.0.1:{relay}?transport=udp"]'
    with running_app(embedded, turn_urls=urls, turn_secret=SECRET) as app:
        technician = await app.staff(Role.TECHNICIAN)
        (server,) = (await technician.get("/api/ice-servers"))["ice_servers"]
        assert server["urls"] == [f"turn:127.0.0.1:{relay}?transport=udp"]
        assert (await allocate(relay, server["username"], server["credential"]))[1] > 0
        assert str(technician.id) not in server["username"]
        assert await app.caller().refused("GET", "/api/ice-servers") == "unauthenticated"
        await app.close()
