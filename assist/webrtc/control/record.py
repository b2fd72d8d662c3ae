"""JSON trees into frozen dataclasses, checked against the dataclass' own annotations."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal


class RecordFault(ValueError):
    """The tree does not fit the dataclass; the text names the field."""


def build(message: type[Any], tree: Any) -> Any:
    """Make a ``message`` of a parsed JSON object; unknown fields are ignored. Raises `RecordFault`."""
    if not isinstance(tree, dict):
        raise RecordFault(f"{message.__name__}: object expected")
    hints = typing.get_type_hints(message)
    given = {}
    for field in dataclasses.fields(message):
        if field.name in tree:
            given[field.name] = _value(hints[field.name], tree[field.name], field.name)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise RecordFault(f"{field.name}: missing")
    return message(**given)


def _value(hint: Any, value: Any, where: str) -> Any:
    """Check one value against the few kinds of annotation used above."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    fits = False
    if hint is Any:
        return value
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return build(hint, value)
    if origin is Literal:
        fits = value in args
    elif origin is tuple and isinstance(value, list):
        return tuple(_value(args[0], item, where) for item in value)
    elif origin is Mapping and isinstance(value, dict):
        return types.MappingProxyType({key: _value(args[1], item, where) for key, item in value.items()})
    elif hint is float:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool)
    elif isinstance(hint, type):
        fits = isinstance(value, hint) and (hint is bool or not isinstance(value, bool))
    if not fits:
        raise RecordFault(f"{where}: unexpected value")
    return value
