"""Which column of a file holds what: a mapping that a person chooses, and a proposal to begin with.

A mapping says for a field either the column that holds it, or a value that all zones of the file have.
Without one a column is what it is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from field.grid.files.codes import tidy
from field.grid.files.records import AMOUNTS, LEVELS
from field.grid.files.zone_record import RECORD_FIELDS

REQUIRED_FIELDS: Final = ("code", "name", "name_en", *LEVELS)
FIELDS: Final = ("code", "name", "name_en", "name_zh_hant", *LEVELS, "rep", *AMOUNTS, *RECORD_FIELDS)
"""What a zone can have, the needed first."""

SAMPLES: Final = 3
SAMPLE_LENGTH: Final = 40

Mapping_ = Mapping[str, Mapping[str, str]]
"""By field: ``{"column": …}`` or ``{"value": …}``."""

_CALLED: Final[dict[str, tuple[str, ...]]] = {
    "code": ("code", "dma_code", "dma_id", "zone_code", "zone_id", "dma", "编码", "编号", "代码", "分区编号"),
    "name": ("name", "dma_name", "zone_name", "名称", "分区名称", "name_zh", "分区", "dma名称"),
    "name_en": ("name_en", "english", "name_eng", "en_name", "英文名", "英文名称"),
    "name_zh_hant": ("name_zh_hant", "name_zh_ha", "name_hant", "繁体名称", "繁體名稱"),
    "company": ("company", "company_code", "utility", "公司", "公司编码", "水司"),
    "office": ("office", "office_code", "branch", "营业所", "分公司", "供水所"),
    "station": ("station", "station_code", "depot", "站", "管理站", "供水站", "站点", "服务站"),
    "sub_area": ("sub_area", "subarea", "sub_area_code", "area", "片区", "片区编码", "网格"),
    "rep": ("rep", "rep_code", "owner", "representative", "责任人", "负责人", "网格员", "供水服务代表"),
    "status": ("status", "state", "状态", "运行状态"),
    "tier": ("tier", "level", "dma_level", "级别", "分区级别", "等级"),
    "inlet_meters": ("inlet_meters", "inlet_mete", "inlets", "进水表", "进口表", "入口流量计"),
    "outlet_meters": ("outlet_meters", "outlet_met", "outlets", "出水表", "出口表", "出口流量计"),
    "boundary_valves": ("boundary_valves", "boundary_v", "valves", "边界阀门", "边界阀"),
    "critical_point": ("critical_point", "critical_p", "crit_point", "pressure_point", "最不利点", "控制点"),
    "households": ("households", "household", "residential", "居民户数", "居民用户", "户数"),
    "businesses": ("businesses", "commercial", "商业用户", "商业户数", "非居民户数"),
    "industries": ("industries", "industrial", "工业用户", "工业户数"),
    "public_places": ("public_places", "public_pla", "public", "institutional", "公共用户", "行政事业户数"),
    "connections": ("connections", "connection", "户表数", "接户数", "用户数"),
    "main_length_m": (
        "main_length_m",
        "main_lengt",
        "main_len_m",
        "main_length",
        "pipe_length",
        "管长",
        "管网长度",
    ),
    "key_accounts": ("key_accounts", "key_accoun", "key_accts", "重点用户", "大用户"),
    "min_night_flow": ("min_night_flow", "min_night_", "night_flow", "mnf", "夜间最小流量", "最小夜间流量"),
    "leakage_target_percent": ("leakage_target_percent", "leakage_ta", "leakage", "漏损率目标", "漏损目标"),
    "deputy": ("deputy", "deputy_code", "副责任人", "代理人", "协管员"),
}
_BETWEEN_WORDS: Final = re.compile(r"[\s_\-.]+")


def _plain(text: str) -> str:
    return _BETWEEN_WORDS.sub("", text).casefold()


_BY_NAME: Final = {
    _plain(name): (field, rank) for field, names in _CALLED.items() for rank, name in enumerate(names)
}


def proposed(columns: Sequence[str], kept: Mapping_) -> dict[str, dict[str, str]]:
    """A mapping to begin with: as it was chosen last time where its columns are there, else by the names that
    such columns commonly have. A field for which no column speaks is left out."""
    there = set(columns)
    mapping: dict[str, dict[str, str]] = {}
    for field, how in kept.items():
        if field in FIELDS and (how.get("column") in there or "value" in how):
            mapping[field] = dict(how)
    taken = {how["column"] for how in mapping.values() if "column" in how}
    best: dict[str, tuple[int, str]] = {}
    for column in columns:
        field, rank = _BY_NAME.get(_plain(column), ("", 0))
        if (
            field
            and field not in mapping
            and column not in taken
            and (rank, column) < best.get(field, (99, ""))
        ):
            best[field] = (rank, column)
    mapping |= {field: {"column": column} for field, (_, column) in best.items()}
    return {field: mapping[field] for field in FIELDS if field in mapping}


def missing(columns: Iterable[str], mapping: Mapping_) -> list[str]:
    """Needed fields that nothing speaks for."""
    there = set(columns)
    return [
        field
        for field in REQUIRED_FIELDS
        if not (mapping.get(field, {}).get("column") in there or mapping.get(field, {}).get("value"))
    ]


def as_called(columns: Iterable[str]) -> dict[str, dict[str, str]]:
    """The mapping of a file whose columns are called as the fields are."""
    return {column: {"column": column} for column in columns if column in FIELDS}


def properties_of(values: Mapping[str, Any], mapping: Mapping_) -> dict[str, Any]:
    """A feature's values by field."""
    found: dict[str, Any] = {}
    for field, how in mapping.items():
        if field not in FIELDS:
            continue
        value = how["value"] if "value" in how else values.get(how.get("column", ""))
        found[field] = _text_of(field, value)
    return found


def _text_of(field: str, value: Any) -> Any:
    """Names that a map program keeps as numbers (``7``) are texts all the same."""
    named = field.startswith("name")
    if named and isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if float(value).is_integer() else str(value)
    return value


def samples_of(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> dict[str, list[str]]:
    """The first few different values of each column, as texts."""
    samples: dict[str, dict[str, None]] = {column: {} for column in columns}
    for row in rows:
        for column, seen in samples.items():
            value = row.get(column)
            if value is not None and len(seen) < SAMPLES and (text := tidy(str(value))[:SAMPLE_LENGTH]):
                seen.setdefault(text)
    return {column: list(seen) for column, seen in samples.items()}
