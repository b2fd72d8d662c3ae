"""What the HTTP API of this room takes and gives."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from kernel.i18n import Language
from kernel.push.addresses import LONGEST


class SubscriptionKeys(BaseModel):
    """The browser's own keys, in base64url (``PushSubscription.toJSON()``)."""

    model_config = ConfigDict(extra="forbid")

    p256dh: str = Field(min_length=80, max_length=100)
    auth: str = Field(min_length=20, max_length=30)


class SubscriptionBody(BaseModel):
    """Where and how this browser is reached, and in which language it is read."""

    model_config = ConfigDict(extra="forbid")

    endpoint: str = Field(min_length=10, max_length=LONGEST)
    keys: SubscriptionKeys
    language: Language


class PushKeyView(BaseModel):
    """The key that a browser subscribes with (``applicationServerKey``), in base64url."""

    key: str
