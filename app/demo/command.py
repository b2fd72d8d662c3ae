"""``curbstop demo``: a whole city to try, with four links into it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from app.command_line import Hints, chosen_settings, hints_of, say, use_folder
from app.demo.state import LINKS_FILE, LOADING_FILE, PASSWORD_FILE, SAYS, STATE_FILE, DemoState
from app.fork_server import ForkServer
from app.log_lines import LogLines
from app.serve import READY_LINE, Stack
from app.serve_command import run_stack, write_line
from kernel.clock import SystemClock
from kernel.settings import Settings

HERE = Path(__file__).resolve().parents[2]
STREETS = HERE / "demo" / "streets.json"
KINDS = ("customer", "technician", "rep", "dispatcher", "agent")
WORDS = {
    "customer": "Customer",
    "technician": "Technician",
    "rep": "Representative",
    "dispatcher": "Dispatcher",
    "agent": "Hotline agent",
}


def demo(options: argparse.Namespace) -> int:
    """Run the demo until stopped."""
    clock = SystemClock()
    began = clock.monotonic()
    forks = ForkServer.begin("app.media", "app.web", "app.demo.process")
    settings, hints = demo_settings(options), hints_of(options)
    forget_half_loaded(settings.data)
    fresh = not (settings.data / STATE_FILE).exists()
    say(f"Starting Curbstop with the demo city; {'a new' if fresh else 'the'} data folder {settings.data} …")

    with LogLines(settings.data / "log", terminal=False) as lines:

        def sink(name: str, line: str) -> None:
            if line.startswith(SAYS):
                say(f"  {line.removeprefix(SAYS)}")
            elif line != READY_LINE:
                lines(name, line)

        def make() -> Stack:
            seed = ("demo", "demo.process", "--seed", str(options.seed))
            return Stack(settings, sink, helpers=[seed], forks=forks)

        def started(stack: Stack) -> None:
            links = json.loads((settings.data / LINKS_FILE).read_text("utf-8"))
            url = stack.settings.base_url
            if options.json:
                line = {kind: links.get(kind, "") for kind in KINDS}
                extra = {"api": f"{url}/api", "openapi": f"{url}/api/openapi.json"}
                write_line({**line, **extra, "ready": True, "pid": os.getpid()})
            else:
                tell(links, stack.settings, clock.monotonic() - began, hints, phone=options.phone)

        return run_stack(make, started, lines.path, settings.data, hints)


def demo_settings(options: argparse.Namespace) -> Settings:
    """The demo's settings: the city's streets, a time zone where it is morning, and HTTPS for a phone."""
    from app.demo.clock import same_day, zone_for

    settings = chosen_settings(options)
    use_folder(settings.data, hints_of(options))
    now = SystemClock().now()
    state = DemoState.read(settings.data)
    remembered = state.timezone if state and same_day(now, state.timezone, state.opening) else ""
    update: dict[str, Any] = {"demo": True}
    if "CURBSTOP_TIMEZONE" not in os.environ:
        update["timezone"] = zone_for(now, settings.timezone, remembered)
    if settings.road_graph is None:
        update["road_graph"] = STREETS
    if options.phone:
        update |= phone_settings(settings, options)
    return settings.model_copy(update=update)


def phone_settings(settings: Settings, options: argparse.Namespace) -> dict[str, Any]:
    """HTTPS and media on the LAN address. Ends the command when there is none."""
    from app.phone import NoNetwork, certificate, lan_address

    try:
        address = options.host or lan_address()
    except NoNetwork as fault:
        say(str(fault))
        raise SystemExit(1) from None
    made, key = certificate(settings.data / "tls", address, SystemClock().now())
    return {
        "host": address,
        "tls_certificate": made.resolve(),
        "tls_key": key.resolve(),
        "media_host": address,
        "media_port": settings.media_port or 40000,
    }


def forget_half_loaded(data: Path) -> None:
    """Throw away what a first start left behind that was interrupted while it took the city in."""
    if (data / LOADING_FILE).exists():
        for name in ("curbstop.db", "curbstop.db-wal", "curbstop.db-shm", LOADING_FILE):
            (data / name).unlink(missing_ok=True)


def tell(links: dict[str, str], settings: Settings, seconds: float, hints: Hints, *, phone: bool) -> None:
    """The links and what to do with them, for a person."""
    import segno

    say(f"Ready after {seconds:.1f} s.\n")
    for kind in KINDS:
        if kind in links:
            say(f"  {WORDS[kind]:<15} {links[kind]}")
    say("\nA staff link signs one browser in, once; the next start makes new ones. By hand, at /sign-in:")
    names = ", ".join(links[f"{kind}_username"] for kind in KINDS if f"{kind}_username" in links)
    if "supervisor_username" in links:
        names += f" and {links['supervisor_username']}, a supervisor (also at /figures and /forms)"
    password = settings.data / PASSWORD_FILE
    if password.exists():
        say(f"  {names}\n  password {password.read_text('utf-8').strip()}")
    say()
    segno.make(links["customer"], error="m").terminal(out=sys.stderr, compact=True)
    if phone:
        from app.phone import WARNING

        say("\n" + WARNING.format(port=settings.port, media=settings.media_port))
    else:
        say("\nThe code leads to the customer's page on this machine. For a real phone: " + hints.phone)
    say(f"\nEverything is kept in {settings.data}. Ctrl-C stops it.")
