"""Identifiers tell when they were made, and in which order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from kernel.ids import new_token, token_hash, uuid7

NOW = datetime(2026, 11, 21, 8, 0, 0, 123_000, tzinfo=UTC)


def test_an_id_carries_its_version_its_variant_and_its_moment() -> None:
    made = uuid7(NOW)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == int(NOW.timestamp() * 1000)


def test_ids_of_one_moment_keep_the_order_they_were_made_in() -> None:
    made = [uuid7(NOW) for _ in range(10_000)]
    assert made == sorted(made) and len(set(made)) == len(made)
    assert max(made) < uuid7(NOW + timedelta(milliseconds=1))


def test_a_token_is_long_and_its_hash_tells_nothing_of_it() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(len(token) >= 32 and token.encode() not in token_hash(token) for token in tokens)
