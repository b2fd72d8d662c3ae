"""Phone numbers as people write them, kept as E.164."""

from __future__ import annotations

from typing import ClassVar

import phonenumbers

from kernel.errors import Invalid


class PhoneInvalid(Invalid):
    """This is not a phone number that can be called."""

    code: ClassVar[str] = "phone_invalid"


def normal_phone(written: str, region: str = "CN") -> str:
    """`written` in E.164 ("+8613800138000"); a number without a country code belongs to `region`.

    Spaces, dashes, brackets, full-width digits and an international prefix are understood. Raises
    `PhoneInvalid` for anything that no network of that country would connect.
    """
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        raise PhoneInvalid() from None
    if not phonenumbers.is_valid_number(number):
        raise PhoneInvalid()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
