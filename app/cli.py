"""The command ``curbstop``.

Nothing heavy is imported before it is known which part is wanted, so that ``--help`` and a later start of the
demo are quick.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from uuid import UUID

from app.command_line import chosen_settings

MOST_SNAP_M = 20.0
LAYERS = ("pipes", "valves", "hydrants", "connections", "sources")


def parser() -> argparse.ArgumentParser:
    """Every command with its options; other settings come from the environment (docs/settings.md)."""
    top = argparse.ArgumentParser(
        prog="curbstop", description="Remote diagnosis and field dispatch for water utilities."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="a whole city to try: all processes, four links")
    demo.add_argument("--json", action="store_true", help="print one line of JSON once ready, for programs")
    demo.add_argument("--phone", action="store_true", help="HTTPS on the LAN address, for a real phone")
    demo.add_argument(
        "--seed", type=int, default=1, help="which morning of tasks (the same seed, the same one)"
    )
    demo.add_argument("--hints", choices=("make", "options"), default="options", help=argparse.SUPPRESS)
    _where(demo)

    serve = commands.add_parser("serve", help="web workers, media nodes and, unless one is set, Valkey")
    serve.add_argument("--workers", type=int, default=1, metavar="N", help="web workers (1)")
    serve.add_argument(
        "--media-nodes", type=int, default=1, metavar="N", help="media nodes on this machine (1)"
    )
    serve.add_argument("--json", action="store_true", help="print one line of JSON once ready, for programs")
    _where(serve)

    media = commands.add_parser("media", help="media nodes only, for a further machine")
    media.add_argument("--nodes", type=int, default=1, metavar="N", help="how many (1)")
    media.add_argument("--data", type=_folder, metavar="DIR", help="folder for their log")

    migrate = commands.add_parser("migrate", help="bring the database to this release's schema")
    migrate.add_argument("--data", type=_folder, metavar="DIR")

    take_in = commands.add_parser("import", help="take in zones, people, addresses, accounts, pipes or roads")
    take_in.add_argument("what", choices=("zones", "reps", "addresses", "accounts", "network", "roads"))
    take_in.add_argument("file", type=Path)
    take_in.add_argument("--dry-run", action="store_true", help="only say what would happen")
    take_in.add_argument("--confirm", action="store_true", help="what an earlier run doubted is meant")
    take_in.add_argument("--encoding", metavar="NAME", help="what the file is in, where it is not UTF-8")
    take_in.add_argument(
        "--crs",
        metavar="NAME",
        help="the file's datum: wgs84, cgcs2000, gcj02, bd09, EPSG:4547, OGC:CRS84 …",
    )
    take_in.add_argument(
        "--layer", metavar="NAME", help="of a GeoPackage, the layer with the zones; what a network file holds"
    )
    take_in.add_argument(
        "--snap", type=_metres, default=0.5, metavar="M", help="how near ends of pipes are joined (0.5)"
    )
    take_in.add_argument(
        "--columns",
        metavar="JSON",
        help='what the columns mean: {"code": {"column": "DMA"}, "office": {"value": "O1"}}',
    )
    take_in.add_argument(
        "--box",
        type=_box,
        metavar="W,S,E,N",
        help="of roads, only those in this box: --box=7.40,43.72,7.44,43.75",
    )
    take_in.add_argument(
        "--area", type=_folder, metavar="FILE", help="of roads, only those in this GeoJSON polygon"
    )
    take_in.add_argument(
        "--memory", type=_megabytes, default=4096, metavar="MB", help="what reading roads may take (4096)"
    )
    take_in.add_argument(
        "--out",
        type=_folder,
        metavar="FILE",
        help="where the road graph goes (roads.json in the data folder)",
    )
    take_in.add_argument("--data", type=_folder, metavar="DIR")

    erase = commands.add_parser("erase", help="erase what tells of a customer, once the request is over")
    erase.add_argument("request_id", type=UUID, metavar="REQUEST_ID")
    erase.add_argument("--data", type=_folder, metavar="DIR")

    verify = commands.add_parser("verify", help="whether a bundle of evidence is whole, without a network")
    verify.add_argument("bundle", type=Path, metavar="BUNDLE.zip")
    verify.add_argument("--key", default="", metavar="FINGERPRINT", help="of the key that has to be its")
    verify.add_argument("--roots", type=Path, metavar="PEM", help="certificates of who may tell the time")

    simulate = commands.add_parser(
        "simulate", help="play a made-up city's day: load test, and policies compared"
    )
    _simulate(simulate)

    doctor = commands.add_parser("doctor", help="what this installation has and lacks, in plain words")
    doctor.add_argument("--data", type=_folder, metavar="DIR")
    return top


def _simulate(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=("day",))
    command.add_argument(
        "--city",
        default="24x12",
        metavar="ZxR",
        help="zones x representatives (24x12; a large one: 2000x1500)",
    )
    command.add_argument(
        "--tasks", type=int, metavar="N", help="tasks of the day, about (ten a representative)"
    )
    command.add_argument("--scale", type=float, default=24.0, metavar="F", help="times real speed (24)")
    command.add_argument(
        "--hours", type=float, default=10.0, metavar="H", help="from half past seven on (10)"
    )
    command.add_argument("--seed", type=int, default=1, help="which city and which day (1)")
    command.add_argument("--ill", type=int, default=1, metavar="N", help="representatives who fall ill (1)")
    command.add_argument("--burst", type=int, default=8, metavar="N", help="urgent leaks of a burst main (8)")
    command.add_argument("--declines", type=float, default=0.02, metavar="P", help="share declined (0.02)")
    command.add_argument("--technicians", type=int, metavar="N", help="at desks (by the number of calls)")
    command.add_argument("--workers", type=int, default=1, metavar="N", help="web workers (1)")
    command.add_argument("--prepare", type=float, metavar="S", help="real seconds until the day begins")
    command.add_argument(
        "--policy",
        action="append",
        choices=("off", "propose", "apply"),
        help="of re-optimisation; several: the same day under each, compared",
    )
    command.add_argument("--base-url", metavar="URL", help="an installation that runs (else one is started)")
    command.add_argument(
        "--staff",
        type=_folder,
        metavar="FILE",
        help='who signs in there: {"office": [NAME, PASSWORD], "technicians": [[…]]}',
    )
    command.add_argument("--origin", metavar="SHOWN/SINCE", help="its CURBSTOP_CLOCK_ORIGIN")
    command.add_argument(
        "--out", type=_folder, default=Path("simulated"), metavar="DIR", help="for the reports"
    )


def _folder(name: str) -> Path:
    return Path(name).expanduser()


def _box(text: str) -> tuple[float, float, float, float]:
    west, south, east, north = (float(part) for part in text.split(","))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise argparse.ArgumentTypeError("west,south,east,north in degrees, as in 7.40,43.72,7.44,43.75")
    return west, south, east, north


def _megabytes(text: str) -> int:
    megabytes = int(text)
    if not 256 <= megabytes <= 1 << 20:
        raise argparse.ArgumentTypeError("at least 256")
    return megabytes


def _metres(text: str) -> float:
    metres = float(text)
    if not 0 < metres <= MOST_SNAP_M:
        raise argparse.ArgumentTypeError(f"more than 0 and at most {MOST_SNAP_M:g} metres")
    return metres


def _where(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", metavar="ADDRESS", help="address to listen on (127.0.0.1)")
    command.add_argument("--port", type=int, metavar="N", help="port to listen on (8000); 0 takes a free one")
    command.add_argument(
        "--data", type=_folder, metavar="DIR", help="folder of everything that is kept (data)"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    options = parser().parse_args(arguments)
    if options.command == "demo":
        from app.demo.command import demo

        return demo(options)
    if options.command in ("serve", "media"):
        from app.serve_command import serve

        return serve(options)
    if options.command == "migrate":
        from app.migrations.command import migrate

        return migrate(chosen_settings(options))
    if options.command == "import":
        if options.what == "roads":
            from app.roads_command import import_roads

            return import_roads(chosen_settings(options), options)
        from app.import_command import import_file, import_pipes

        if options.what == "network":
            return import_pipes(chosen_settings(options), options)
        return import_file(chosen_settings(options), options.what, options.file, options)
    if options.command == "erase":
        from app.erase_command import erase

        return erase(chosen_settings(options), options.request_id)
    if options.command == "verify":
        from app.verify_command import verify

        return verify(options.bundle, options.key, options.roots)
    if options.command == "simulate":
        from app.simulate.command import simulate

        return simulate(options)
    from app.doctor import doctor

    return doctor(chosen_settings(options))


if __name__ == "__main__":
    raise SystemExit(main())
