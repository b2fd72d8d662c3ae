"""Bytes become text: what is sure is taken, what is doubtful is asked with every reading there is."""

from __future__ import annotations

from itertools import pairwise

import pytest

from field.grid.files.importer import read_reps, read_zones
from kernel.errors import Fault
from kernel.files.encodings import CODECS, JUDGED_BY, _telling, mistaken, read_text, samples
from kernel.files.findings import Findings
from tests.unit.grid.files import PEOPLE, changed, person, rep_file, zone, zone_file

LATIN = rep_file(person(name="Jürg Müller"), person(code="R2", username="rene", name="René", zones=""))
TAIWAN = rep_file(person(name="張志強"), person(code="R2", username="amei", name="陳淑美", zones=""))
KOREA = rep_file(person(name="김철수"), person(code="R2", username="park", name="박영희", zones=""))
JAPAN = rep_file(person(name="さくら"), person(code="R2", username="yama", name="ヤマダ", zones=""))
KANJI = rep_file(person(name="佐藤花子"), person(code="R2", username="yama", name="渡辺健", zones=""))
RUSSIA = rep_file(person(name="Иван Петров"), person(code="R2", username="olga", name="Ольга", zones=""))
GREECE = rep_file(person(name="Γιώργος"), person(code="R2", username="eleni", name="Ελένη", zones=""))
FOREIGN = [
    (LATIN, "windows-1252", "Jürg Müller"),
    (LATIN, "macintosh", "Jürg Müller"),
    (TAIWAN, "big5", "張志強"),
    (KOREA, "euc-kr", "김철수"),
    (JAPAN, "shift_jis", "さくら"),
    (KANJI, "euc-jp", "佐藤花子"),
    (RUSSIA, "windows-1251", "Иван Петров"),
    (RUSSIA, "koi8-r", "Иван Петров"),
    (GREECE, "windows-1253", "Γιώργος"),
    (rep_file(person(name="安")), "gb18030", "安"),
]


def encoded(data: bytes, encoding: str) -> bytes:
    return data.decode().encode(CODECS[encoding])


@pytest.mark.parametrize(("data", "encoding", "name"), FOREIGN)
def test_an_encoding_in_doubt_is_refused_with_the_readings_there_are(
    data: bytes, encoding: str, name: str
) -> None:
    (fault,) = read_reps(encoded(data, encoding)).faults
    assert fault.code == "unknown_encoding"
    readings = {each["encoding"]: each["sample"] for each in _readings(fault)}
    assert name in readings[encoding]
    assert encoding in str(fault.params["candidates"])


@pytest.mark.parametrize(("data", "encoding", "name"), FOREIGN)
def test_an_encoding_that_is_named_is_read(data: bytes, encoding: str, name: str) -> None:
    read = read_reps(encoded(data, encoding), encoding=encoding)
    assert (read.faults, read.encoding, read.rows[0].name) == ((), encoding, name)
    assert read.sample[0] == name


def _readings(fault: Fault) -> list[dict[str, str]]:
    readings = fault.params["readings"]
    assert isinstance(readings, list)
    return readings


def test_common_chinese_is_sure_and_what_was_read_as_what_is_said() -> None:
    read = read_reps(encoded(rep_file(), "gb18030"))
    assert (read.faults, read.encoding, read.sample) == ((), "gb18030", ("林志强", "吴敏", "陈伟"))


def test_zones_follow_the_same_rule() -> None:
    data = zone_file([zone("Z1", 7.4, 43.72, name="Fürstentum", name_en="Fürstentum")])
    (fault,) = read_zones(encoded(data, "windows-1252")).faults
    assert fault.code == "not_utf8"
    assert "windows-1252 (“Fürstentum”)" in str(fault.params["candidates"])
    read = read_zones(encoded(data, "windows-1252"), encoding="CP1252")
    assert (read.faults, read.encoding, read.sample) == ((), "windows-1252", ("Fürstentum",))


def test_a_byte_order_mark_says_utf_16() -> None:
    read = read_reps(rep_file().decode().encode("utf-16"))
    assert (read.faults, read.encoding, read.rows[0].name) == ((), "utf-16", "林志强")


@pytest.mark.parametrize("encoding", ["utf-16le", "utf-16be"])
def test_utf_16_is_known_without_its_mark(encoding: str) -> None:
    read = read_reps(encoded(rep_file(), encoding))
    assert (read.faults, read.encoding, read.rows[0].name) == ((), encoding, "林志强")


@pytest.mark.parametrize("name", ["王美兰", "长江路水站", "和平路水站"])
def test_everyday_chinese_is_not_taken_for_japanese(name: str) -> None:
    read = read_reps(encoded(rep_file(person(name=name)), "gb18030"))
    assert (read.faults, read.encoding, read.rows[0].name) == ((), "gb18030", name)


def test_what_cannot_be_seen_is_named_where_it_is_quoted() -> None:
    (fault,) = read_reps(rep_file(person(name="Ann\u202enaM"))).faults
    assert "Ann⟨U+202E⟩naM" in fault.params.values()


@pytest.mark.parametrize(
    "name", ["punycode", "idna", "rot13", "zlib", "unicode_escape", "x" * 500, "", "utf-7"]
)
def test_only_encodings_of_text_files_can_be_named(name: str) -> None:
    (fault,) = read_reps(rep_file(), encoding=name).faults
    assert fault.code == "no_such_encoding"


def test_an_encoding_that_the_file_is_not_in_is_refused() -> None:
    (fault,) = read_reps(encoded(LATIN, "windows-1252"), encoding="utf-8").faults
    assert (fault.code, fault.params["encoding"]) == ("not_in_encoding", "utf-8")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("MÃ¼ller", "twice_encoded"),
        ("鐜嬭姵", "twice_encoded"),
        ("M\ufffdller", "lost_characters"),
        ("锟斤拷", "lost_characters"),
    ],
)
def test_a_name_that_was_damaged_before_is_not_stored(name: str, code: str) -> None:
    (fault,) = read_reps(rep_file(person(name=name))).faults
    assert (fault.code, fault.where) == (code, "line 2, name")
    (fault,) = read_zones(zone_file([changed(zone("Z1", 7.4, 43.72), name=name)])).faults
    assert (fault.code, fault.where) == (code, "feature 1, name")


@pytest.mark.parametrize(
    "name", ["Müller", "Lefèvre", "王芳", "張淑美", "Ærø", "Łódź", "Иван", "김철수", "Ann"]
)
def test_an_ordinary_name_is_no_damage(name: str) -> None:
    assert mistaken(name) is None


def test_a_sample_has_no_telephone_numbers() -> None:
    assert samples("王芳,＋８６１３８００１３８０００,北京") == ("王芳", "北京")
    assert PEOPLE[0] not in samples(rep_file().decode())


@pytest.mark.parametrize("foreign", [1, 9_000])
def test_a_long_file_is_judged_by_some_of_its_foreign_lines(foreign: int) -> None:
    plain = b"12 Rue Grimaldi,7.40,43.70\n" * 200_000
    chinese = "中山北路1025弄3号,上海市普陀区,121.4,31.2\n".encode("gb18030") * foreign
    part = _telling(plain + chinese + plain)
    assert part == chinese[: len(part)] and len(part) <= max(JUDGED_BY + 100, len(chinese))
    text, encoding = read_text(plain + chinese, None, "unknown_encoding", Findings(9))
    assert encoding == "gb18030" and text is not None and text.endswith("31.2\n")


def test_one_endless_line_is_judged_by_whole_characters() -> None:
    endless = b"x" * 3_000_000 + "中山北路,".encode("gb18030") * 200_000
    part = _telling(endless)
    assert len(part) <= JUDGED_BY
    assert part.decode("gb18030").startswith("中山北路,中")


def test_no_name_of_common_characters_is_taken_for_spoilt_text() -> None:
    common = [bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFF)]
    assert len(common) > 3600
    assert [name for name in (*common, *map("".join, pairwise(common)), "一", "小谢") if mistaken(name)] == []
    for name in ("Müller", "中国", "张伟"):
        assert mistaken(name.encode().decode("gb18030")) == name
