"""The two files through which a utility's zones and representatives come in.

Both are read whole, from bytes, without touching anything stored. Every fault of a file is found in one
reading and named by where it is (feature or line number, both counted from 1, and field), a stable code
and parameters. A file with faults is refused as a whole. What is only doubtful (zones at sea, open tasks
that would be left behind) is told, and the file is taken once that is confirmed. Warnings stop nothing.

Both are UTF-8, with or without a byte order mark, or UTF-16 with one. GB18030 is recognised when it is
beyond doubt, and the report says so with some of the names; any other encoding is told by ``encoding=``.

A *code* is letters and digits of any script, ``-``, ``_``, ``.``, at most 32, the first a letter or digit, in
Unicode's form NFC. Space around it is dropped, full-width letters are plain ones, and a number saved as
``101.0`` is ``101``; what nobody sees (a space of no width) is refused. In a
*name* (at most 80 characters) any run of spaces, of whatever kind, is one space. Both rules are the same
in both files.

Zones may also come as a GeoPackage, a zipped Shapefile, KML, or CSV with well-known text; then it is said
which column holds what, and in which datum they are (:mod:`field.grid.formats.reading`). What a zone can have
is the same in all of them.

``zones.geojson`` is a GeoJSON FeatureCollection (RFC 7946): WGS 84, longitude first. One Feature a DMA
zone, Polygon or MultiPolygon, with these properties::

    code          required   unique in the file, whatever the case
    name          required   a name, in simplified Chinese
    name_zh_hant  optional   in traditional Chinese
    name_en       required   in Latin script
    company       required   the codes of the units above the zone:
    office        required   company → office → station → sub-area → zone
    station       required
    sub_area      required
    rep           optional   code of the zone's representative (a ``code`` of reps.csv)

and how much work the zone is, numbers from 0 up, by which territories are proposed. What is left out stays as
it was::

    connections     optional   service connections
    main_length_m   optional   metres of main
    key_accounts    optional   hospitals, schools, large customers
    min_night_flow  optional   minimum night flow, cubic metres an hour

and what :mod:`field.grid.files.zone_record` lists (status, meters, valves, connections …), all optional. A
member ``crs`` (GeoJSON 2008) may name WGS 84, CGCS2000 or another system within two metres of them. The
collection may carry a member ``units`` that names the units. When it is there, every code used must be in
it, at the right level and under the right parent; when it is missing, the units are taken from the
properties and are named by their code::

    "units": [
      {"level": "company", "code": "C1",
       "name": "示范水务", "name_zh_hant": "示範水務", "name_en": "Demo Water"},
      {"level": "office", "code": "O1", "parent": "C1", "name": "…", "name_en": "…"}
    ]

``level`` is company, office, station or sub_area; ``parent`` is the code one level up (a company has
none); ``name_zh_hant`` is optional. Codes are unique within their level.

``reps.csv`` is comma separated, with a header line (RFC 4180). Columns come in any order; optional ones
may be left out or left empty::

    code          required   unique in the file, whatever the case
    name          required   a name
    name_en       optional   in Latin script
    phone         required   with country code (+86 138 0013 8000), or a mainland mobile of 11 digits
    username      required   a–z, 0–9, ``.``, ``_``, ``-``; 3 to 32 characters; unique in the file
    station       required   code of a station of the zone file
    skills        required   separated by ``;``, each ``skill`` or ``skill:level``: leak_repair:3;valve
                             (leak_repair meter_work pressure water_quality valve consulting)
    level         required   1, 2 or 3: of the skills that name none
    contractor    optional   the code of the contractor whose people they are; empty: the utility's own.
                             Without this column everybody stays with the contractor they have
    parts         optional   the van's stock, separated by ``;``, each ``part:count``: coupling_dn15:4
    shift_start   required   local time of day, HH:MM
    shift_end     required   later on the same day; 24:00 allowed
    home_lon      required   where the day starts and ends, WGS-84 degrees;
    home_lat      required   at most 150 km outside the zones
    zones         optional   codes of the zones this person answers for, separated by ``;``; a zone has one

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
