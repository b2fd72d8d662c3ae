"""Imports go down only. import-linter keeps the large lines; these keep the fine ones."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter

import grimp
import pytest

from tests.architecture.sources import ROOT, sources, tracked

PURE = (
    "kernel.actors",
    "kernel.process.bucket",
    "kernel.clock",
    "kernel.ids",
    "kernel.errors",
    "kernel.contracts",
    "kernel.table",
    "kernel.sql.addresses",
    "app.simulate.city",
    "app.simulate.day",
    "app.simulate.ledger",
    "app.simulate.oracle",
    "app.simulate.report",
    "kernel.delivery.delivery",
    "kernel.push.encryption",
    "assist.answers.answer",
    "assist.answers.clusters",
    "assist.answers.danger",
    "assist.answers.lint",
    "assist.answers.scrub",
    "assist.answers.search.index",
    "assist.answers.search.pinyin",
    "assist.answers.search.sureness",
    "assist.answers.search.terms",
    "assist.evidence.chain",
    "assist.evidence.paper.drawing",
    "assist.verdict.faults",
    "assist.guide.guide",
    "assist.guide.proof",
    "assist.request.kinds",
    "assist.request.request",
    "assist.guide.triage",
    "assist.verdict.verdict",
    "assist.queue.waiting",
    "assist.webrtc.control.control",
    "assist.webrtc.control.messages",
    "assist.webrtc.parsing",
    "assist.webrtc.protocol",
    "assist.webrtc.room.machine",
    "assist.webrtc.node.rtp.rtp",
    "assist.webrtc.node.rtp.rtcp",
    "assist.webrtc.node.ice.stun",
    "field.announcements.announcement",
    "field.announcements.area",
    "field.figures.counting",
    "field.hindsight.decision",
    "field.hindsight.regret",
    "field.appointments.room.capacity",
    "field.appointments.watch.outlook",
    "field.appointments.windows",
    "field.positions.thinning",
    "field.reoptimise.check.rules",
    "field.reoptimise.engine",
    "field.reoptimise.policy",
    "field.reoptimise.proposal",
    "field.safety.timer",
    "field.chains.chain",
    "field.task.window",
    "field.shifts.files.records",
    "field.shifts.files.shift_file",
    "field.shifts.overtime",
    "field.sites.door",
    "field.sites.note",
    "field.shifts.roster.duty",
    "field.shifts.roster.written",
    "field.replay.story",
    "field.road.pace",
    "field.road.profile",
    "field.traffic.learning",
    "field.road.turns",
    "field.reoptimise.check.roads",
    "field.dispatch.engine.compiling",
    "field.rounds.spreading",
    "field.task.clocks",
    "field.task.phone_clock",
    "field.dispatch.engine.search_compiled",
    "field.dispatch.engine.layout_compiled",
    "field.dispatch.engine.proposals",
    "field.escalation.ladder",
    "field.task.escalation",
    "field.dispatch.engine.columns",
    "field.dispatch.engine.fits",
    "field.dispatch.engine.gaps",
    "field.dispatch.engine.pairs",
    "field.dispatch.engine.pairs_compiled",
    "field.dispatch.engine.route",
    "field.dispatch.engine.search",
    "field.forms.closing",
    "field.forms.engine",
    "field.forms.stock",
    "field.network.engine",
    "field.network.files.build",
    "field.network.files.ground",
    "field.network.files.inp_file",
    "field.network.files.layer_file",
    "field.network.files.records",
    "field.network.files.stored",
    "field.network.files.telling",
    "field.network.model",
    "field.network.zones.grouping",
    "field.network.zones.outlines",
    "field.ogc.answers",
    "field.ogc.asked",
    "field.ogc.pages",
    "field.ogc.territories",
    "field.ogc.tiles.cutting",
    "field.ogc.tiles.encoding",
    "field.ogc.tiles.tile",
    "field.sources.source",
    "field.task.conflict",
    "field.task.task",
    "field.grid.files.axes",
    "field.grid.files.codes",
    "field.grid.coverage",
    "field.grid.files.difference",
    "field.grid.files.encodings",
    "field.grid.files.findings",
    "field.grid.files.formats",
    "field.grid.files.importer",
    "field.grid.files.borders.ground",
    "field.grid.files.borders.mends",
    "field.grid.files.borders.mosaic",
    "field.grid.files.borders.moved",
    "field.grid.formats.columns",
    "field.grid.formats.datum",
    "field.grid.formats.kml_file",
    "field.grid.formats.source",
    "field.grid.formats.wkb",
    "field.grid.formats.wkt_table",
    "field.grid.files.borders.meetings",
    "field.grid.plans.snapshot",
    "field.grid.places.address_file",
    "field.grid.places.matching",
    "field.grid.places.osm_file",
    "field.grid.places.records",
    "field.grid.places.words",
    "field.grid.places.writing",
    "field.grid.territory.basis",
    "field.grid.territory.engine",
    "field.grid.territory.proposal",
    "field.grid.whereabouts",
    "field.grid.reasons",
    "field.grid.files.records",
    "field.grid.files.rep_file",
    "field.grid.files.rings",
    "field.grid.files.sizes",
    "field.grid.files.units",
    "field.grid.files.zone_file",
    "field.grid.files.zone_record",
    "field.grid.zones",
)
LIBRARIES_OF_OTHER_FLOORS = {
    "aioice",
    "aiortc",
    "aiosqlite",
    "alembic",
    "asyncpg",
    "geoalchemy2",
    "pylibsrtp",
    "pyogrio",
    "pyproj",
    "redis",
    "sqlalchemy",
    "starlette",
    "uvicorn",
}
# Time and seed are arguments on floor 0; `secrets` in kernel.ids is where randomness comes from.
WORLD = re.compile(r"^(asyncio|random|secrets|time|socket|threading|subprocess)(\.|$)")
SOURCES_OF_THE_WORLD = {"kernel.clock": {"time"}, "kernel.ids": {"secrets", "threading"}}

DOORS = r"^(app|kernel\.(web|capability)|.*\.(\w+_)?api|.*\.capability|(assist|field)\.callers"
MAY_KNOW_THE_DOORS = re.compile(DOORS + r"|assist\.request\.answers|assist\.webrtc\.hub)(\.|$)")
MAY_KNOW_STARLETTE = re.compile(DOORS + r"|assist\.webrtc\.(hub|room\.links))(\.|$)")
MAY_KNOW_AIORTC = {"assist.webrtc.node.adapter"}


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(
        *("app", "assist", "demo", "field", "kernel"),
        include_external_packages=True,
        exclude_type_checking_imports=True,
    )


def pure_modules() -> list[str]:
    return [
        module.module
        for module in sources()
        if any(module.module == pure or module.module.startswith(pure + ".") for pure in PURE)
    ]


@pytest.mark.parametrize("named", PURE)
def test_what_is_called_pure_exists(named: str) -> None:
    assert named in graph().modules


def test_pure_files_import_only_pure_files_and_no_library_of_another_floor() -> None:
    pure = set(pure_modules())
    wrong = [
        f"{module} imports {imported}"
        for module in sorted(pure)
        for imported in sorted(graph().find_modules_directly_imported_by(module))
        if imported.partition(".")[0] in LIBRARIES_OF_OTHER_FLOORS
        or (
            imported.partition(".")[0] in ("app", "assist", "demo", "field", "kernel")
            and imported not in pure
        )
    ]
    assert not wrong, "\n".join(wrong)


def test_pure_files_have_no_clock_no_randomness_and_no_loop_of_their_own() -> None:
    import ast

    wrong = []
    pure = set(pure_modules())
    for source in sources():
        if source.module not in pure:
            continue
        allowed = SOURCES_OF_THE_WORLD.get(source.module, set())
        for node in ast.walk(source.tree):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            wrong += [
                f"{source.path} imports {name}" for name in names if WORLD.match(name) and name not in allowed
            ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("library", "allowed"),
    [("kernel.web", MAY_KNOW_THE_DOORS), ("starlette", MAY_KNOW_STARLETTE)],
)
def test_only_doors_know_the_doors(library: str, allowed: re.Pattern[str]) -> None:
    wrong = [
        f"{module} imports {imported}"
        for module in sorted(graph().modules)
        if not allowed.match(module)
        for imported in graph().find_modules_directly_imported_by(module)
        if imported == library or imported.startswith(library + ".")
    ]
    assert not wrong, "\n".join(wrong)


def test_one_adapter_touches_the_media_libraries() -> None:
    wrong = {
        module
        for module in graph().modules
        for imported in graph().find_modules_directly_imported_by(module)
        if imported in ("aiortc", "aioice", "pylibsrtp")
    }
    assert wrong == MAY_KNOW_AIORTC


def test_the_grid_does_not_know_the_rest_of_the_field() -> None:
    wrong = [
        f"{module} imports {imported}"
        for module in graph().modules
        if module.startswith("field.grid")
        for imported in graph().find_modules_directly_imported_by(module)
        if imported.startswith("field.") and not imported.startswith("field.grid")
    ]
    assert not wrong, "\n".join(wrong)


IMPORTED_BY_BROWSERS = re.compile(r'^(?:import|export)\b[^"\';]*"([^"]+\.js)"', re.MULTILINE)


def test_no_two_browser_modules_import_each_other() -> None:
    modules = {
        path.relative_to(ROOT / "static").as_posix(): set(
            IMPORTED_BY_BROWSERS.findall(path.read_text("utf-8"))
        )
        for path in tracked()
        if path.suffix == ".js" and path.is_relative_to(ROOT / "static")
    }
    assert "pages/customer/screens/start.js" in modules["pages/customer/screens.js"]
    TopologicalSorter(modules).prepare()  # CycleError names the circle


MOST_FILES = 15


def test_a_folder_has_no_more_files_than_a_newcomer_can_hold_in_the_head() -> None:
    folders: Counter[str] = Counter()
    for path in tracked():
        relative = path.relative_to(ROOT)
        if path.suffix == ".py" and relative.parts[0] in ("assist", "field", "kernel"):
            folders[str(relative.parent)] += 1
    assert len(folders) > 30
    crowded = {folder: files for folder, files in folders.items() if files > MOST_FILES}
    assert not crowded
