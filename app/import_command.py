"""``curbstop import zones|reps|addresses|accounts|network FILE``: a utility's own files, as by upload."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from app.command_line import need_installation, say
from assist.accounts.commands import AccountsReport, import_accounts
from field.grid.commands import Asked, ImportReport, ImportUnconfirmed
from field.grid.places.commands import AddressReport, import_addresses
from field.map.file_fields import zone_file_fields
from field.map.imports import take_zones
from field.network.commands import NetworkReport, import_network
from field.network.files.reading import NetworkAsked
from field.reps.imports import take_reps
from kernel import i18n
from kernel.actors import SYSTEM
from kernel.database import Database
from kernel.errors import CurbstopError, Fault
from kernel.settings import Settings

SHOWN = 200


def asked_of(options: argparse.Namespace) -> Asked:
    """What the command line says about the file.

    Raises:
        CurbstopError: the columns are not said as they have to be.
    """
    told = {"layer": options.layer, "columns": options.columns}
    fields = zone_file_fields({name: text for name, text in told.items() if text})
    return Asked(
        dry_run=options.dry_run,
        confirmed=options.confirm,
        encoding=options.encoding,
        crs=options.crs,
        **fields.said(),
    )


def import_file(settings: Settings, what: str, file: Path, options: argparse.Namespace) -> int:
    """Take the file in whole, or refuse it with every fault and where it is; an exit code."""
    try:
        asked = asked_of(options)
    except CurbstopError as refused:
        say(refused.detail)
        for fault in refused.faults:
            say(f"  {fault.where}: {words_of(fault)}")
        return 2
    try:
        data = file.read_bytes()
    except OSError as fault:
        say(f"{file} could not be read: {fault.strerror}")
        return 2
    need_installation(settings)
    return asyncio.run(_import(settings, what, data, asked))


def import_pipes(settings: Settings, options: argparse.Namespace) -> int:
    """Take a network file in, or refuse it with every fault; an exit code."""
    try:
        data = options.file.read_bytes()
    except OSError as fault:
        say(f"{options.file} could not be read: {fault.strerror}")
        return 2
    need_installation(settings)
    asked = NetworkAsked(
        dry_run=options.dry_run,
        confirmed=options.confirm,
        layer=options.layer,
        crs=options.crs,
        encoding=options.encoding,
        snap_m=options.snap,
    )
    return asyncio.run(_import(settings, "network", data, asked))


async def _import(settings: Settings, what: str, data: bytes, asked: Asked | NetworkAsked) -> int:
    from app.migrations.schema import current, head

    database = Database(settings.sqlalchemy_url)
    try:
        if await current(database) != head():
            say("The database has not this release's schema yet: curbstop migrate")
            return 2
        if isinstance(asked, NetworkAsked):
            tell_network(await import_network(database, SYSTEM, data, asked))
            return 0
        if what == "addresses":
            encoding = asked.encoding or ""
            done = await import_addresses(database, SYSTEM, data, encoding=encoding, dry_run=asked.dry_run)
            tell_addresses(done)
            return 0
        if what == "accounts":
            tell_accounts(
                await import_accounts(
                    database,
                    SYSTEM,
                    data,
                    encoding=asked.encoding or "",
                    region=settings.default_region,
                    dry_run=asked.dry_run,
                )
            )
            return 0
        take = take_zones if what == "zones" else take_reps
        report = await take(database, SYSTEM, data, asked)
    except CurbstopError as refused:
        say(refused.detail)
        for fault in refused.faults[:SHOWN]:
            say(f"  {fault.where}: {words_of(fault)}")
        if len(refused.faults) > SHOWN:
            say(f"  … and {len(refused.faults) - SHOWN} more")
        if isinstance(refused, ImportUnconfirmed):
            say("If that is meant, run it again with --confirm.")
        return 1
    finally:
        await database.close()
    tell(report, settings)
    return 0


def words_of(fault: Fault) -> str:
    """A fault in words; its code where there are none yet."""
    for area in ("errors", "reasons"):
        written = i18n.text("en", area, fault.code, **fault.params)
        if written != fault.code:
            return written
    return fault.detail or fault.code


def tell(report: ImportReport, settings: Settings) -> None:
    """What happened, for a person; new representatives' sign-in links are shown here and nowhere else."""
    would = "would be " if report.dry_run else ""
    parts = [
        f"{len(report.added)} {would}added",
        f"{len(report.changed)} {would}changed",
        f"{len(report.removed)} {would}removed",
        f"{report.unchanged} unchanged",
    ]
    say(f"{report.kind}: {', '.join(parts)}.")
    tell_reading(report)
    for warning in report.warnings:
        say(f"  note: {warning.where}: {words_of(warning)}")
    for doubt in report.doubts:
        say(f"  {'to be confirmed' if report.dry_run else 'confirmed'}: {words_of(doubt)}")
    if report.sign_ins and not report.dry_run:
        say("One-use sign-in links; they are shown only now:")
        for sign_in in report.sign_ins:
            say(f"  {sign_in.name} ({sign_in.username})  {settings.base_url}/rep#k={sign_in.token}")


def tell_reading(report: ImportReport | AddressReport | AccountsReport) -> None:
    """What the file was read as, with some of it to see that by; nothing for a file that has no choice."""
    sample = f": {', '.join(report.sample)}" if report.sample else ""
    if report.encoding:
        say(f"  read as {report.encoding}{sample}")


def tell_network(report: NetworkReport) -> None:
    """What happened to the pipe network, for a person."""
    would = "would be " if report.dry_run else ""
    for change in report.changes:
        parts = (f"{change.added} {would}added", f"{change.changed} changed", f"{change.removed} removed")
        say(f"{change.layer}: {change.rows:,}; {', '.join(parts)}.")
    say(f"  read as {report.encoding}, in {report.crs}")
    counts = ", ".join(f"{count:,} {name}" for name, count in report.counts.items() if count)
    say(f"  the network then has {counts}")
    for told in (*report.doubts, *report.warnings)[:SHOWN]:
        say(f"  note: {told.where}: {words_of(told)}")
    if len(report.warnings) > SHOWN:
        say(f"  … and {len(report.warnings) - SHOWN} more")


def tell_accounts(report: AccountsReport) -> None:
    """What happened to the register of accounts, for a person."""
    would = "would be " if report.dry_run else ""
    parts = (f"{report.added:,} {would}added", f"{report.changed:,} {would}changed")
    say(f"accounts: {', '.join(parts)}, {report.unchanged:,} unchanged; {report.accounts:,} in all.")
    tell_reading(report)
    for warning in report.warnings[:SHOWN]:
        say(f"  note: {warning.where}: {words_of(warning)}")
    if len(report.warnings) > SHOWN:
        say(f"  … and {len(report.warnings) - SHOWN} more")


def tell_addresses(report: AddressReport) -> None:
    """What happened to the gazetteer, for a person."""
    if report.unchanged:
        say(f"addresses: the same file as before, {report.doors:,} doors; nothing to do.")
        return
    would = "would be " if report.dry_run else ""
    say(f"addresses: {report.doors:,} doors in {report.streets:,} streets {would}taken in.")
    tell_reading(report)
    say(f"  {report.replaced:,} doors from before {would}replaced.")
    if report.outside:
        say(f"  {report.outside:,} doors lie outside the zones; they are found, and said to be outside.")
    for warning in report.warnings[:SHOWN]:
        say(f"  note: {warning.where}: {words_of(warning)}")
    if len(report.warnings) > SHOWN:
        say(f"  … and {len(report.warnings) - SHOWN} more")
