"""What is in a zip that map programs make: one Shapefile, or one other file of zones.

Only the files that belong to it are unpacked, under names of ours, and by counting what comes out: what a zip
says of its own sizes proves nothing.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from kernel.files.findings import Findings, shown

MEMBERS: Final = 200
UNPACKED: Final = 128 << 20
PIECE: Final = 1 << 16

SHAPEFILE: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
NEEDED: Final = (".shp", ".shx", ".dbf")
ALONE: Final = (".gpkg", ".geojson", ".json", ".kml", ".csv", ".txt")


def looks_packed(data: bytes) -> bool:
    """Whether the bytes begin as a zip does."""
    return data[:4] == b"PK\x03\x04"


def unpack(data: bytes, folder: Path, findings: Findings) -> Path | None:
    """The one Shapefile (its ``.shp``) or other file of zones in a zip, written to `folder`; None with the
    fault noted."""
    try:
        packed = zipfile.ZipFile(io.BytesIO(data))
        members = [each for each in packed.infolist() if not each.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OverflowError):
        findings.fault("bad_zip", "file")
        return None
    with packed:
        if len(members) > MEMBERS:
            findings.fault("zip_too_many", "file", files=len(members), most=MEMBERS)
            return None
        wanted = _wanted(members, findings)
        if not wanted or not _written(packed, wanted, folder, findings):
            return None
    return folder / next(name for name in wanted if not name.endswith(SHAPEFILE[1:]))


def _wanted(members: list[zipfile.ZipInfo], findings: Findings) -> dict[str, zipfile.ZipInfo]:
    """By the name that it is to have in the folder."""
    seen = [each for each in members if not _of_a_desktop(each.filename)]
    found = [each for each in seen if _suffix(each) == ".shp" or _suffix(each) in ALONE]
    if any(_suffix(each) == ".shp" for each in found):
        found = [each for each in found if _suffix(each) == ".shp"]
    if len(found) != 1:
        names = ", ".join(sorted(shown(PurePosixPath(each.filename).name) for each in found)[:8])
        findings.fault("zip_not_one", "file", found=len(found), names=names or "–")
        return {}
    (one,) = found
    if _suffix(one) in ALONE:
        return {f"zones{_suffix(one)}": one}
    stem = one.filename[: -len(".shp")].casefold()
    parts = {
        _suffix(each): each
        for each in seen
        if _suffix(each) in SHAPEFILE and each.filename[: -len(_suffix(each))].casefold() == stem
    }
    absent = [suffix for suffix in NEEDED if suffix not in parts]
    if absent:
        findings.fault("shapefile_incomplete", "file", missing=", ".join(absent))
        return {}
    return {f"zones{suffix}": member for suffix, member in parts.items()}


def _suffix(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).suffix.casefold()


def _of_a_desktop(name: str) -> bool:
    """What macOS packs beside each file."""
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith("._")


def _written(
    packed: zipfile.ZipFile, wanted: dict[str, zipfile.ZipInfo], folder: Path, findings: Findings
) -> bool:
    left = UNPACKED
    for name, member in wanted.items():
        if member.flag_bits & 1:
            findings.fault("zip_locked", "file")
            return False
        try:
            with packed.open(member) as source, (folder / name).open("wb") as target:
                while piece := source.read(PIECE):
                    left -= len(piece)
                    if left < 0:
                        findings.fault("zip_too_large", "file", most=UNPACKED)
                        return False
                    target.write(piece)
        except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, EOFError, RuntimeError):
            findings.fault("bad_zip", "file")
            return False
    return True
