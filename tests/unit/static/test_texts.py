"""Texts in three languages: the same keys, the same places to fill, none empty, none asked for in vain."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

STATIC = Path("static")
LANGUAGES = ("zh-Hans", "zh-Hant", "en")
AREAS = sorted(path.stem for path in (STATIC / "locales" / "en").glob("*.json"))
SHOWN = (
    "common",
    "customer",
    "visit",
    "desk",
    "rep",
    "console",
    "territory",
    "form",
    "forms",
    "shifts",
    "ahead",
    "figures",
    "announcements",
    "answers",
    "ask",
    "counter",
)
SHOWN_AREAS = [area for area in AREAS if area in SHOWN]
PLURAL = re.compile(r"\.(zero|one|two|few|many|other)$")
SIMPLIFIED_ONLY = set("这来为说对时没开关传发问题现联络请网页图码试视频电话册应该认证务员厅师傅类权选择点击")
TRADITIONAL_ONLY = set("這來為說對時沒開關傳發問題現聯絡請網頁圖碼試視頻電話冊應該認證務員廳師傅類權選擇點擊")


def texts(language: str, area: str) -> dict[str, str]:
    read: dict[str, str] = json.loads((STATIC / "locales" / language / f"{area}.json").read_text("utf-8"))
    return read


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def sources() -> dict[Path, str]:
    folders = ("lib", "parts", "call", "pages")
    files = [path for folder in folders for path in STATIC.glob(f"{folder}/**/*.js")]
    return {path: path.read_text("utf-8") for path in files}


@pytest.mark.parametrize("area", AREAS)
class TestArea:
    def test_has_the_same_keys_in_every_language(self, area: str) -> None:
        keys = {language: set(texts(language, area)) for language in LANGUAGES}
        assert keys["zh-Hans"] == keys["en"] == keys["zh-Hant"]

    def test_fills_the_same_places(self, area: str) -> None:
        english = texts("en", area)
        for language in ("zh-Hans", "zh-Hant"):
            for key, text in texts(language, area).items():
                assert places(text) == places(english[key]), (language, key)

    def test_leaves_nothing_empty(self, area: str) -> None:
        for language in LANGUAGES:
            assert [key for key, text in texts(language, area).items() if not text.strip()] == []

    def test_has_every_plural_form_that_english_asks_for(self, area: str) -> None:
        keys = set(texts("en", area))
        stems = {PLURAL.sub("", key) for key in keys if key.endswith((".one", ".other"))}
        broken = [stem for stem in stems if {f"{stem}.one", f"{stem}.other"} - keys and f"{stem}.one" in keys]
        assert broken == []

    def test_is_written_in_the_script_it_says(self, area: str) -> None:
        simplified = SIMPLIFIED_ONLY - TRADITIONAL_ONLY
        traditional = TRADITIONAL_ONLY - SIMPLIFIED_ONLY
        wrong = {
            (language, key)
            for language, strange in (("zh-Hans", traditional), ("zh-Hant", simplified))
            for key, text in texts(language, area).items()
            if set(text) & strange
        }
        assert wrong == set()


def test_every_key_that_a_page_asks_for_is_there() -> None:
    known = {f"{area}.{key}" for area in AREAS for key in texts("en", area)}
    known |= {PLURAL.sub("", key) for key in known}
    missing = {
        (str(path), key)
        for path, source in sources().items()
        for key in re.findall(rf'"((?:{"|".join(SHOWN_AREAS)})\.[a-z0-9_.]+)"', source)
        if key not in known
    }
    assert missing == set()


def test_every_key_that_is_put_together_has_something_to_find() -> None:
    known = {f"{area}.{key}" for area in AREAS for key in texts("en", area)}
    started = {
        start
        for source in sources().values()
        for start in re.findall(rf"`((?:{'|'.join(SHOWN_AREAS)})\.[a-z0-9_.]*)\$\{{", source)
    }
    assert started
    assert [start for start in started if not any(key.startswith(start) for key in known)] == []
