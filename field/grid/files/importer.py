"""The two files through which a utility's zones and representatives come in.

Both are read whole, from bytes, without touching anything stored. Every fault of a file is found in one
reading and named by where it is (feature or line number, both counted from 1, and field), a stable code and
parameters. A file with faults is refused as a whole; a file with only warnings is taken.

`zones.geojson` — a GeoJSON FeatureCollection (RFC 7946), UTF-8, WGS-84 longitude and latitude. One Feature
per DMA zone, Polygon or MultiPolygon, with these properties:

    code          required  letters, digits, `-`, `_`, `.`, at most 32; unique in the file, whatever the
    case name          required  in simplified Chinese, at most 80 characters name_zh_hant  optional  in
    traditional Chinese name_en       required  in Latin script company       required  the codes of the
    units above it, office        required    company → office → station → sub-area → zone station
    required sub_area      required rep           optional  code of the zone's named representative (a
    `code` of reps.csv)

The collection may carry a member `units` that names the units those codes stand for. When it is there,
every code used must be in it, at the right level and under the right parent; when it is missing, the
units are taken from the properties and are named by their code:

    "units": [
      {"level": "company", "code": "C1",
       "name": "示范水务", "name_zh_hant": "示範水務", "name_en": "Demo Water"},
      {"level": "office", "code": "O1", "parent": "C1", "name": "…", "name_en": "…"}
    ]

`level` is company, office, station or sub_area; `parent` is the code one level up (a company has none);
`name_zh_hant` is optional. Codes are unique within their level.

`reps.csv` — comma separated with a header line (RFC 4180), UTF-8 with or without a byte order mark, or
GB18030 as Chinese spreadsheets save it. Columns in any order; optional ones may be left out or left
empty:

    code          required  as for a zone; unique in the file
    name          required  at most 80 characters
    name_en       optional
    phone         required  with country code (`+86 138 0013 8000`), or a mainland mobile of 11 digits
    username      required  a–z, 0–9, `.`, `_`, `-`; 3 to 32 characters; unique in the file
    station       required  code of a station of the zone file
    skills        required  separated by `;`, each `skill` or `skill:level`: `leak_repair:3;valve`
                            (leak_repair meter_work pressure water_quality valve consulting)
    level         required  1, 2 or 3: of the skills that name none
    parts         optional  the van's stock, separated by `;`, each `part:count`:
    `coupling_dn15:4;gasket:10` shift_start   required  local time of day, HH:MM shift_end     required
    local time of day, HH:MM, later on the same day (24:00 allowed) home_lon      required  where the
    day starts and ends, WGS-84 degrees home_lat      required zones         optional  codes of the
    zones this person answers for, separated by `;`; a zone has one person
"""

from field.grid.files.difference import Change, Difference, difference
from field.grid.files.records import LEVELS, SKILLS, Limits, RepFile, RepRow, UnitRow, ZoneFile, ZoneRow
from field.grid.files.rep_file import read_reps
from field.grid.files.zone_file import read_zones

__all__ = [
    "LEVELS",
    "SKILLS",
    "Change",
    "Difference",
    "Limits",
    "RepFile",
    "RepRow",
    "UnitRow",
    "ZoneFile",
    "ZoneRow",
    "difference",
    "read_reps",
    "read_zones",
]
