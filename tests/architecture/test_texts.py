"""What a person reads exists in every language, and means the same thing there."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections import Counter

import pytest

from kernel.errors import CurbstopError
from kernel.i18n import LANGUAGES, LOCALES
from tests.architecture.sources import dotted, place, sources

AREAS = sorted({path.name for language in LANGUAGES for path in (LOCALES / language).glob("*.json")})
PLACEHOLDER = re.compile(r"\{(\w+)\}")
# Both scripts of Chinese often share a word; the same in English too means that it was not translated,
# unless there is nothing to translate: signs, placeholders, abbreviations, names.
SAME_EVERYWHERE = re.compile(r"^[A-Z0-9\W_]*$|^(Curbstop|简体中文|繁體中文|English)$")


def texts(language: str, area: str) -> dict[str, str]:
    def once(pairs: list[tuple[str, str]]) -> dict[str, str]:
        twice = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]
        assert not twice, f"{language}/{area} says {twice} twice"
        return dict(pairs)

    return once(json.loads((LOCALES / language / area).read_text("utf-8"), object_pairs_hook=list))


def error_classes() -> list[type[CurbstopError]]:
    """Every refusal of the house; importing the modules brings them in."""
    for source in sources("kernel", "assist", "field"):
        if "Error" in source.text or "errors" in source.text:
            importlib.import_module(source.module.removesuffix(".__main__"))
    found: list[type[CurbstopError]] = []
    waiting = [CurbstopError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return [kind for kind in found if not kind.__module__.startswith("tests.")]


@pytest.mark.parametrize("area", AREAS)
def test_an_area_has_the_same_keys_in_every_language(area: str) -> None:
    keys = {language: set(texts(language, area)) for language in LANGUAGES}
    everything = set().union(*keys.values())
    missing = {language: sorted(everything - have) for language, have in keys.items() if everything - have}
    assert not missing, missing


@pytest.mark.parametrize("area", AREAS)
def test_a_text_has_the_same_placeholders_in_every_language(area: str) -> None:
    all_texts = {language: texts(language, area) for language in LANGUAGES}
    wrong = [
        f"{key}: {[all_texts[language].get(key) for language in LANGUAGES]}"
        for key in all_texts["en"]
        if len({frozenset(PLACEHOLDER.findall(all_texts[language].get(key, ""))) for language in LANGUAGES})
        > 1
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("area", AREAS)
def test_no_text_was_left_untranslated_or_empty(area: str) -> None:
    english = texts("en", area)
    wrong = [
        f"{language}/{area} {key}: {text!r}"
        for language in ("zh-Hans", "zh-Hant")
        for key, text in texts(language, area).items()
        if not text.strip()
        or (text == english.get(key) and not SAME_EVERYWHERE.match(PLACEHOLDER.sub("", text)))
    ]
    assert not wrong, "\n".join(wrong)


def test_every_refusal_has_a_code_of_its_own() -> None:
    counted = Counter(kind.__dict__.get("code") for kind in error_classes() if "code" in kind.__dict__)
    assert [code for code, times in counted.items() if times > 1] == []


def coded(language: str) -> set[str]:
    """The codes that have words: for anybody, or for staff alone."""
    return {*texts(language, "errors.json"), *texts(language, "refusals.json")}


def test_no_code_has_words_twice() -> None:
    assert not set(texts("en", "errors.json")) & set(texts("en", "refusals.json"))


def test_every_refusal_has_words_in_every_language() -> None:
    codes = {kind.code for kind in error_classes()}
    missing = {language: sorted(codes - coded(language)) for language in LANGUAGES}
    assert not any(missing.values()), missing


def named_faults() -> dict[str, str]:
    """Code → place, for each ``Fault("code", …)``, ``….fault("code", …)`` and ``….warning("code", …)``."""
    named: dict[str, str] = {}
    for source in sources("kernel", "assist", "field"):
        if source.module == "assist.guide.proof":
            continue  # its faults are for whoever writes a guide, in the tests
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Call) or not node.args or "log." in dotted(node.func):
                continue
            if dotted(node.func).rpartition(".")[2] in ("Fault", "fault", "warning"):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    named.setdefault(first.value, place(source, node))
    return named


def test_every_fault_has_words_in_every_language() -> None:
    named = named_faults()
    assert len(named) > 20
    missing = {
        language: sorted(
            f"{code} ({named[code]})"
            for code in set(named) - coded(language) - set(texts(language, "reasons.json"))
        )
        for language in LANGUAGES
    }
    assert not any(missing.values()), missing


def test_every_refusal_s_first_line_says_what_it_is() -> None:
    wrong = [kind.__name__ for kind in error_classes() if not kind.default_message().endswith((".", "?"))]
    assert not wrong, wrong
