"""A certificate that a phone can accept: for the right address, kept while it is good, its key private."""

from __future__ import annotations

import ipaddress
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from app.phone import LIFETIME, certificate

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def names_of(path: Path) -> tuple[set[str], set[str]]:
    found = x509.load_pem_x509_certificate(path.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = {str(address) for address in names.get_values_for_type(x509.IPAddress)}
    return addresses, set(names.get_values_for_type(x509.DNSName))


def test_it_names_the_lan_address_and_this_machine(tmp_path: Path) -> None:
    made, _key = certificate(tmp_path / "tls", "198.51.100.7", NOW)
    assert names_of(made) == ({"198.51.100.7", "127.0.0.1"}, {"localhost"})
    assert ipaddress.ip_address("198.51.100.7")


def test_the_key_is_its_owner_s_and_fits(tmp_path: Path) -> None:
    made, key = certificate(tmp_path / "tls", "198.51.100.7", NOW)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made, key)


def test_it_is_kept_so_that_the_phone_is_warned_once(tmp_path: Path) -> None:
    first = certificate(tmp_path, "198.51.100.7", NOW)[0].read_bytes()
    assert certificate(tmp_path, "198.51.100.7", NOW + timedelta(days=1))[0].read_bytes() == first


def test_another_network_or_an_old_one_makes_it_anew(tmp_path: Path) -> None:
    first = certificate(tmp_path, "198.51.100.7", NOW)[0].read_bytes()
    moved = certificate(tmp_path, "198.51.100.8", NOW)[0].read_bytes()
    assert moved != first
    assert certificate(tmp_path, "198.51.100.8", NOW + LIFETIME)[0].read_bytes() != moved
