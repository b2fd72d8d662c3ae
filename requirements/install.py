"""Makes ``.venv`` and keeps it equal to the hash-locked lists beside this file.

Runs on the bare Python of the machine, so it uses the standard library only::

    python3 requirements/install.py runtime     what `make run` needs
    python3 requirements/install.py dev         the same, and what `make test` and `make check` need
    python3 requirements/install.py debian      Chromium, PostGIS, Redis … for the tests, where allowed
    python3 requirements/install.py peers       the same, and what benchmarks compare themselves with

A finished set leaves a stamp made of its lists' hashes, so a second call costs nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

SETS = {"runtime": ("build", "runtime"), "dev": ("build", "runtime", "dev")}

# What a test needs from the system: a file that shows it is there, and the Debian package that brings it.
DEBIAN = {
    "/usr/bin/chromium": "chromium",
    "/usr/bin/chromium-headless-shell": "chromium-headless-shell",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc": "fonts-noto-cjk",
    "/usr/lib/postgresql/15/bin/postgres": "postgresql-15",
    "/usr/share/postgresql/15/extension/postgis.control": "postgresql-15-postgis-3",
    "/usr/bin/redis-server": "redis-server",
    "/sbin/ip": "iproute2",
    "/usr/sbin/iptables": "iptables",
    "/usr/bin/turnserver": "coturn",
    "/usr/bin/firefox-esr": "firefox-esr",
    "/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstwebrtc.so": "gstreamer1.0-plugins-bad",
    "/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstvpx.so": "gstreamer1.0-plugins-good",
    "/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libgstnice.so": "gstreamer1.0-nice",
    "/usr/lib/python3/dist-packages/gi/overrides/Gst.py": "python3-gst-1.0",
    "/usr/lib/x86_64-linux-gnu/girepository-1.0/GstWebRTC-1.0.typelib": "gir1.2-gst-plugins-bad-1.0",
}


# What benchmarks compare themselves with.
PEERS = {"/usr/bin/janus": "janus"}


# Not worth compiling: the packages' own tests, and tables of numbers' places that nobody asks for.
NEVER_IMPORTED = r"/tests?/|/testing/|/phonenumbers/(geodata|carrierdata|tzdata)/"


def say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def stop(text: str) -> None:
    say(text)
    raise SystemExit(1)


def make_environment() -> None:
    """Creates ``.venv``, or says what this Python lacks for it."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever calls this may have an older one
        stop(f"Curbstop needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).")
    if PYTHON.exists():
        works = subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False)
        if works.returncode == 0:
            return
        say("The folder .venv does not work any more; making it anew.")
        shutil.rmtree(VENV)
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        version = ".".join(map(str, sys.version_info[:2]))
        stop(
            f"This Python ({sys.executable}) comes without venv or ensurepip.\n"
            f"On Debian and Ubuntu: apt-get install python{version}-venv\n"
            "Elsewhere: install Python from python.org, or name one: make install PYTHON=/path/to/python3"
        )
    say(f"Making .venv with Python {sys.version.split()[0]}")
    venv.create(VENV, with_pip=True)


def stamp_of(name: str) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for part in SETS[name]:
        digest.update((HERE / f"{part}.txt").read_bytes())
    # The tools' settings further down do not change what is installed.
    digest.update((ROOT / "pyproject.toml").read_bytes().partition(b"[tool.ruff]")[0])
    return digest.hexdigest()


def is_installed(name: str) -> bool:
    """A larger set stands for a smaller one only while the lists are the same."""
    for larger, parts in SETS.items():
        stamp = VENV / f".installed-{larger}"
        if set(SETS[name]) <= set(parts) and stamp.exists() and stamp.read_text() == stamp_of(larger):
            return PYTHON.exists()
    return False


def install(name: str) -> None:
    if is_installed(name):
        return
    make_environment()
    started = time.monotonic()
    for part in SETS[name]:
        pip_install(part)
    # Only now is there a build backend, itself from a locked list, to link the project's own code in.
    run_quietly([PYTHON, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", ROOT])
    # Python need not be allowed to write its caches at run time (PYTHONDONTWRITEBYTECODE): make them now.
    rooms = [ROOT / name for name in ("app", "assist", "demo", "field", "kernel")]
    compileall = [PYTHON, "-m", "compileall", "-q", "-j", "0", "-x", NEVER_IMPORTED]
    run_quietly([*compileall, VENV / "lib", *rooms])
    (VENV / f".installed-{name}").write_text(stamp_of(name))
    say(f"Installed in {time.monotonic() - started:.0f} s")


def pip_install(part: str) -> None:
    """Installs one locked list, with a line of progress for each package fetched."""
    locked = HERE / f"{part}.txt"
    total = sum(1 for line in locked.read_text().splitlines() if line[:1].isalnum() and "==" in line)
    command: list[str | Path] = [PYTHON, "-m", "pip", "install", "--require-hashes", "-r", locked]
    command += ["--only-binary", ":all:", "--no-compile"]  # compiled below, on all cores
    lines: list[str] = []
    seen, package = 0, ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            lines.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                seen += 1
                named = line.removeprefix("Requirement already satisfied: ").removeprefix("Collecting ")
                package = named.split("==")[0].strip()
                progress(f"{part}: {min(seen, total)} of {total}  {package}")
            elif line.lstrip().startswith("Downloading "):
                size = " ".join(line.split()[-2:])
                progress(f"{part}: {min(seen, total)} of {total}  fetching {package} {size}")
            elif line.startswith("Installing collected"):
                progress(f"{part}: unpacking …")
    progress(f"{part}: {'done' if pip.returncode == 0 else 'failed'}", last=True)
    if pip.returncode:
        stop("".join(lines[-30:]) + "\nInstalling did not work; the lines above are pip's own words.")


def progress(text: str, last: bool = False) -> None:
    """One line that is rewritten on a terminal; elsewhere only the outcome is written."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}" + ("\n" if last else ""))
    elif last or "fetching" in text:
        sys.stderr.write(text + "\n")
    sys.stderr.flush()


def run_quietly(command: list[object]) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode:
        stop(done.stdout + done.stderr)


def install_debian(packages: dict[str, str]) -> None:
    """Brings Debian's packages where this user may; otherwise names what is missing and goes on."""
    missing = [package for proof, package in packages.items() if not os.path.exists(proof)]
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        say(
            f"Missing for a part of the tests: {names}\n"
            f"That part will be skipped. (As root: apt-get install {names})"
        )
        return
    say(f"Installing from Debian: {names}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing],
    ):
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode:
            say(done.stdout[-3000:])
            say(f"'{' '.join(command)}' did not work; the tests that need {names} will be skipped.")
            return


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) == 2 else ""
    if wanted == "debian":
        install_debian(DEBIAN)
    elif wanted == "peers":
        install_debian(DEBIAN | PEERS)
        install("dev")
        pip_install("peers")
    elif wanted in SETS:
        install(wanted)
    else:
        stop(__doc__ or "")
