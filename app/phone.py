"""A real phone in the demo: HTTPS on the LAN address, with a certificate made on the spot.

Browsers give a page the camera only over HTTPS (or on the machine itself), so a phone needs a certificate,
even if nobody has signed it.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=90)
RENEW_BEFORE = timedelta(days=7)


class NoNetwork(Exception):
    """This machine has no address that a phone could reach."""


def lan_address() -> str:
    """The address under which this machine is seen from its network.

    Raises:
        NoNetwork: it is in none.
    """
    # Connecting a UDP socket sends nothing; it only asks which way a packet would leave. The address is
    # one of those set aside for documentation (RFC 5737), so it is nobody's.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            raise NoNetwork("This machine is in no network that a phone could be in as well.") from None
        return str(probe.getsockname()[0])


def certificate(folder: Path, address: str, now: datetime) -> tuple[Path, Path]:
    """Certificate and key (PEM) for ``address`` and localhost; those in ``folder`` while they still do."""
    cert_path, key_path = folder / "certificate.pem", folder / "key.pem"
    if cert_path.exists() and key_path.exists() and _still_good(cert_path.read_bytes(), address, now):
        return cert_path, key_path
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Curbstop demo")])
    names = [
        x509.IPAddress(ipaddress.ip_address(address)),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.DNSName("localhost"),
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    with os.fdopen(os.open(key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    cert_path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return cert_path, key_path


def _still_good(pem: bytes, address: str, now: datetime) -> bool:
    kept = x509.load_pem_x509_certificate(pem)
    names = kept.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covers = ipaddress.ip_address(address) in names.get_values_for_type(x509.IPAddress)
    return covers and kept.not_valid_after_utc - RENEW_BEFORE > now


WARNING = (
    "The phone's browser will say that the connection is not private, because nobody has signed this\n"
    "certificate. That is true, and expected here: open 'Advanced' or 'Details', then 'Proceed' or 'Visit\n"
    "this website'. Phone and computer must be in the same network, and the computer's firewall must let\n"
    "in TCP port {port} (pages) and UDP port {media} (picture and sound)."
)
