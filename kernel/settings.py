"""Every setting, read once, from the environment (``CURBSTOP_…``) or given by the command line.

A setting's description is its documentation; ``docs/settings.md`` is generated from it.
"""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_CLOCK = r"([01]\d|2[0-4]):([0-5]\d)"
_SPAN = re.compile(f"{_CLOCK}-{_CLOCK}")


def _span(written: str) -> tuple[int, int]:
    """``"08:00-10:00"`` as minutes of the day. Raises ValueError where it is none of half an hour or more."""
    found = _SPAN.fullmatch(written)
    if found:
        hour, minute, until_hour, until_minute = map(int, found.groups())
        start, end = hour * 60 + minute, until_hour * 60 + until_minute
        if start + 30 <= end <= 1440:
            return start, end
    raise ValueError(f"CURBSTOP_APPOINTMENT_WINDOWS: {written!r} is no window like 08:00-10:00")


class Settings(BaseSettings):
    """One frozen object; ``app.build`` is the only reader of where things are."""

    model_config = SettingsConfigDict(env_prefix="CURBSTOP_", frozen=True, extra="forbid")

    data: Path = Field(Path("data"), description="Folder of everything this installation keeps.")
    database_url: str = Field(
        "", description="PostgreSQL address (postgresql+asyncpg://…); empty: SQLite in the data folder."
    )
    redis_url: str = Field(
        "",
        description="Redis address; empty: an embedded Valkey on a Unix socket, started by the supervisor.",
    )
    blobs: Path | None = Field(
        None, description="Folder of pictures, shared by all web workers; empty: inside the data folder."
    )
    timestamp_url: str = Field(
        "",
        description="Time-stamping authority (RFC 3161) asked for each bundle of evidence; empty: none.",
    )
    host: str = Field("127.0.0.1", description="Address the web process listens on.")
    port: int = Field(
        8000, ge=0, le=65535, description="Port the web process listens on; 0 takes a free one."
    )
    public_url: str = Field(
        "", description="How browsers reach this installation; empty: built from host and port."
    )
    allowed_origins: tuple[str, ...] = Field(
        (), description="Further origins that may open WebSockets, beside the public address."
    )
    trusted_proxies: str = Field(
        "127.0.0.1", description="Proxies whose X-Forwarded-For is believed (comma separated, or *)."
    )
    tls_certificate: Path | None = Field(None, description="PEM certificate for HTTPS without a proxy.")
    tls_key: Path | None = Field(None, description="PEM key of that certificate.")
    media_host: str = Field("127.0.0.1", description="Address the media node's UDP socket is bound to.")
    media_port: int = Field(0, description="UDP port of the media node; 0 takes a free one.")
    media_addresses: tuple[str, ...] = Field(
        (), description="Addresses the media node announces to browsers; empty: the one it is bound to."
    )
    media_host6: str = Field(
        "", description="IPv6 address of a second UDP socket of the media node (a literal one, not ::)."
    )
    media_peers: int = Field(400, description="Devices one media node takes at most.")
    media_compiled: bool = Field(
        False, description="Compile the media node's packet loop (needs numba; half the processor, +140 MB)."
    )
    media_node_id: str = Field("", description="Name of this media node; empty: made at start.")
    turn_urls: tuple[str, ...] = Field((), description="TURN servers for networks that block UDP.")
    turn_secret: str = Field("", description="Secret shared with coturn (use-auth-secret).")
    utility_name: str = Field("", description="The utility's name as customers read it; empty: the demo's.")
    utility_phone: str = Field(
        "",
        max_length=32,
        description="The number customers may ring, as it is written there; empty: none is shown.",
    )
    sms_url: str = Field(
        "",
        pattern=r"^(https?://.+)?$",
        description="Address of the utility's SMS gateway, which takes each message as signed JSON"
        " (docs/howto/sms-gateway.md); empty: messages are kept, and none is sent.",
    )
    sms_secret: str = Field(
        "", description="Secret by which the gateway knows our messages (any text, or whsec_ and Base64)."
    )
    push_contact: str = Field(
        "",
        pattern=r"^((mailto:|https://).+)?$",
        description="Whom a browser's push service may write to about our messages (mailto:… or https://…);"
        " empty: the public address.",
    )
    push_loopback: bool = Field(
        False, description="For tests only: push messages may go to this very machine, without HTTPS."
    )
    timezone: str = Field("Asia/Shanghai", description="Zone of the utility's working day (IANA name).")
    appointment_windows: tuple[str, ...] = Field(
        ("08:00-10:00", "10:00-12:00", "13:00-15:00", "15:00-17:00"),
        description="Windows in which appointments are offered, by the clock of that zone"
        ' (JSON: ["08:00-10:00", "13:00-15:00"]).',
    )
    default_language: Literal["zh-Hans", "zh-Hant", "en"] = Field(
        "zh-Hans", description="Language where neither browser nor person says another."
    )
    default_region: str = Field("CN", description="Country of phone numbers written without +.")
    road_graph: Path | None = Field(
        None,
        description="Road graph for travel times (`curbstop import roads` makes it); empty: `roads.json` in"
        " the data folder, and where there is none straight lines, and said so.",
    )
    vehicle: Literal["scooter", "van", "e-bike", "on-foot"] = Field(
        "scooter", description="How representatives get about: for roads they may use, and how fast."
    )
    retention_days: int = Field(
        730,
        ge=0,
        description="Days after which a request that is over loses what tells of its customer. Two years: as"
        " long as a bill or a repair is usually argued about; set what the law where you are asks. 0: never.",
    )
    position_hours: int = Field(
        24,
        ge=0,
        le=744,
        description="Hours for which it is kept where representatives were during their shifts; they see"
        " all of it on their phone. 0: only where they were last, for a day at most.",
    )
    session_hours: int = Field(12, description="Hours a staff session lasts.")
    customer_session_days: int = Field(14, description="Days a customer's device stays bound to its request.")
    invitation_minutes: int = Field(
        1440,
        ge=1,
        le=1440,
        description="Minutes within which a customer's personal link may be opened; a day (1440) at most. The"
        " device that opens it has ten minutes to do something there; then the link is its own.",
    )
    sign_in_link_minutes: int = Field(720, description="Minutes a staff sign-in link stays usable.")
    max_upload_bytes: int = Field(12 << 20, description="Largest picture taken in, in bytes.")
    demo: bool = Field(False, description="Demo conveniences: the page of sent messages.")
    clock_scale: float = Field(
        1.0,
        ge=1,
        le=1000,
        description="How many times faster the clock runs, in a simulated day. Only a database that was empty"
        " when it was first started so is served with a clock of its own; beside real data nothing starts.",
    )
    clock_origin: str = Field(
        "",
        description="Of a simulated day: what the clock showed, and when in truth (two ISO 8601 moments, with"
        " a / between them). All processes of an installation are given the same.",
    )
    log_format: Literal["json", "text"] = Field("json", description="Shape of log lines.")
    public_zones: bool = Field(
        False,
        description="Anybody may read the zones as a map (/ogc/public): names and outlines, nothing else.",
    )
    source_hosts: tuple[str, ...] = Field(
        (),
        description="Map servers of the utility's own network to read zones from (host or host:port);"
        " all others have to be in the public internet, over HTTPS.",
    )
    metrics_token: str = Field(
        "", description="Bearer token for /metrics from other hosts; empty: loopback only."
    )

    @model_validator(mode="after")
    def _gateway_has_a_secret(self) -> Settings:
        if self.sms_url and not self.sms_secret:
            raise ValueError(
                "CURBSTOP_SMS_URL needs CURBSTOP_SMS_SECRET: anybody else could send in our name"
            )
        return self

    @model_validator(mode="after")
    def _windows_can_be_read(self) -> Settings:
        spans = sorted(map(_span, self.appointment_windows))
        if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
            raise ValueError("CURBSTOP_APPOINTMENT_WINDOWS: two windows overlap")
        return self

    @property
    def appointment_spans(self) -> tuple[tuple[int, int], ...]:
        """The windows as minutes of the day, in order."""
        return tuple(sorted(map(_span, self.appointment_windows)))

    @model_validator(mode="after")
    def _clock_has_an_origin(self) -> Settings:
        if (self.clock_scale != 1) and not self.clock_origin:
            raise ValueError("CURBSTOP_CLOCK_SCALE needs CURBSTOP_CLOCK_ORIGIN: from when on it is faster")
        if self.clock_origin:
            self.origin()
        return self

    def origin(self) -> tuple[datetime, datetime] | None:
        """What a simulated clock showed, and when in truth; None where the clock is the machine's own."""
        if not self.clock_origin:
            return None
        shown, _, since = self.clock_origin.partition("/")
        moments = datetime.fromisoformat(shown), datetime.fromisoformat(since)
        if any(moment.tzinfo is None for moment in moments):
            raise ValueError("CURBSTOP_CLOCK_ORIGIN needs two moments with their time zones")
        return moments

    ROADS: ClassVar[str] = "roads.json"
    """The road graph's name in the data folder."""

    @property
    def streets_file(self) -> Path | None:
        """The road graph: the one named, else the one that was imported into the data folder."""
        imported = self.data / self.ROADS
        return self.road_graph or (imported if imported.is_file() else None)

    @property
    def blob_folder(self) -> Path:
        return self.blobs or self.data / "blobs"

    @property
    def base_url(self) -> str:
        """The public address without a trailing slash."""
        scheme = "https" if self.tls_certificate else "http"
        return (self.public_url or f"{scheme}://{self.host}:{self.port}").rstrip("/")

    @property
    def origins(self) -> frozenset[str]:
        return frozenset((self.base_url, *self.allowed_origins))

    @property
    def sqlalchemy_url(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.data / 'curbstop.db'}"
