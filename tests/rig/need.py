"""What a test needs from the machine: there, or the test is skipped loudly, or (in CI) fails.

``require("postgresql")`` is called by the rig's fixtures; a test that needs something else calls it itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"
POSTGRES_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def postgres_folder() -> Path | None:
    """The ``bin`` of the newest PostgreSQL that has PostGIS beside it."""
    for folder in POSTGRES_FOLDERS:
        if Path(f"/usr/share/postgresql/{folder.parent.name}/extension/postgis.control").exists():
            return folder
    return None


def _has_namespaces() -> bool:
    if shutil.which("ip") is None or shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0


def _mounts() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "curbstop-test", folder]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            return False
        subprocess.run(["umount", folder], check=True)
    return True


_GSTREAMER = """
import gi
for name in ("Gst", "GstSdp", "GstWebRTC"):
    gi.require_version(name, "1.0")
from gi.repository import Gst
Gst.init(None)
elements = "webrtcbin nicesrc vp8enc vp8dec rtpvp8pay opusenc videotestsrc dtlsdec srtpenc"
raise SystemExit(not all(map(Gst.ElementFactory.find, elements.split())))
"""


def _has_gstreamer() -> bool:
    if not Path(SYSTEM_PYTHON).exists():
        return False
    words = [SYSTEM_PYTHON, "-c", _GSTREAMER]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


_CHECKS: dict[str, tuple[Callable[[], bool], str]] = {
    "postgresql": (
        lambda: postgres_folder() is not None,
        "PostgreSQL with PostGIS (postgresql-15-postgis-3)",
    ),
    "redis": (lambda: shutil.which("redis-server") is not None, "Redis (redis-server)"),
    "chromium": (lambda: Path("/usr/bin/chromium").exists(), "Chromium (chromium)"),
    "cjk-fonts": (
        lambda: any(Path("/usr/share/fonts").glob("opentype/noto/NotoSansCJK*")),
        "Chinese fonts (fonts-noto-cjk)",
    ),
    "namespaces": (_has_namespaces, "network namespaces (iproute2, and the right to make them)"),
    "tmpfs": (_mounts, "the right to mount a small disk"),
    "firefox": (lambda: Path("/usr/bin/firefox-esr").exists(), "Firefox (firefox-esr)"),
    "gstreamer": (
        _has_gstreamer,
        "GStreamer with webrtcbin (gstreamer1.0-plugins-bad gstreamer1.0-plugins-good gstreamer1.0-nice"
        " python3-gst-1.0 gir1.2-gst-plugins-bad-1.0)",
    ),
    "iptables": (lambda: Path("/usr/sbin/iptables").exists(), "iptables"),
    "coturn": (lambda: shutil.which("turnserver") is not None, "a TURN server (coturn)"),
    "janus": (lambda: shutil.which("janus") is not None, "Janus (janus)"),
    "networks": (
        lambda: (Path(__file__).parents[3] / "shared" / "data" / "ky4.inp").exists(),
        "the published water networks (shared/data beside the repository)",
    ),
    "node": (lambda: shutil.which("node") is not None, "Node.js (nodejs)"),
}


@cache
def has(need: str) -> bool:
    """Whether this machine has ``need``."""
    check, _words = _CHECKS[need]
    return check()


def require(*needs: str) -> None:
    """Skip the calling test, or fail it under ``CI_REQUIRE_ALL=1``, unless all ``needs`` are there."""
    missing = [_CHECKS[need][1] for need in needs if not has(need)]
    if not missing:
        return
    words = "missing on this machine: " + "; ".join(missing)
    if os.environ.get("CI_REQUIRE_ALL"):
        pytest.fail(words, pytrace=False)
    pytest.skip(words)


def report_missing(terminal: pytest.TerminalReporter) -> None:
    """After the run: one loud line for each thing that kept tests from running."""
    counts: dict[str, int] = {}
    for report in terminal.stats.get("skipped", ()):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "missing on this machine" in reason:
            counts[reason] = counts.get(reason, 0) + 1
    if counts:
        terminal.section("NOT TESTED", red=True, bold=True)
        for reason, count in sorted(counts.items()):
            terminal.line(f"{count} tests: {reason.removeprefix('Skipped: ')}", red=True)
