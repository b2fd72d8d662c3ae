"""Every setting, read once, from the environment (``CURBSTOP_…``) or given by the command line.

A setting's description is its documentation; ``docs/settings.md`` is generated from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    default_language: Literal["zh-Hans", "zh-Hant", "en"] = Field(
        "zh-Hans", description="Language where neither browser nor person says another."
    )
    default_region: str = Field("CN", description="Country of phone numbers written without +.")
    road_graph: Path | None = Field(
        None, description="Road graph for travel times (made from OSM); empty: straight lines, and said so."
    )
    retention_days: int = Field(
        730,
        ge=0,
        description="Days after which a request that is over loses what tells of its customer. Two years: as"
        " long as a bill or a repair is usually argued about; set what the law where you are asks. 0: never.",
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
    log_format: Literal["json", "text"] = Field("json", description="Shape of log lines.")
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
