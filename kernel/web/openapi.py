"""The OpenAPI 3.1 document, made from the declarations that also validate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from kernel.errors import (
    CurbstopError,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)
from kernel.web.api import Api, Operation
from kernel.web.origin import OriginRefused

REF = "#/components/schemas/{model}"

_PATH_TYPES: dict[type, dict[str, str]] = {
    UUID: {"type": "string", "format": "uuid"},
    int: {"type": "integer"},
    str: {"type": "string"},
}

_ERROR_SCHEMA = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "message_key", "params", "faults"],
            "properties": {
                "code": {"type": "string", "description": "Stable; never translated."},
                "message": {"type": "string", "description": "In the caller's language."},
                "message_key": {"type": "string"},
                "params": {"type": "object"},
                "faults": {
                    "type": "array",
                    "description": "Every fault of the input, each with its place.",
                    "items": {
                        "type": "object",
                        "required": ["code", "where", "detail"],
                        "properties": {
                            "code": {"type": "string"},
                            "where": {"type": "string"},
                            "detail": {"type": "string"},
                            "params": {"type": "object"},
                        },
                    },
                },
            },
        }
    },
}


def document(apis: Iterable[Api], *, title: str, version: str, server: str) -> dict[str, Any]:
    """The whole document. Cookie sessions and bearer tokens are both described."""
    operations = [operation for api in apis for operation in api.operations]
    schemas: dict[str, Any] = {"Error": _ERROR_SCHEMA}
    paths: dict[str, dict[str, Any]] = {}
    inputs = [model for o in operations for model in (o.body,) if model is not None]
    _refs, definitions = models_json_schema(
        [(model, "validation") for model in dict.fromkeys(inputs)], ref_template=REF
    )
    schemas |= definitions.get("$defs", {})
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "surface": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Curbstop-Surface",
                    "description": "Names the page whose __Host-curbstop-<surface> cookie is meant.",
                },
            },
        },
    }


def _operation(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": f"For {operation.who.label}.",
        "tags": [operation.tag],
        "parameters": [*_path_parameters(operation), *_query_parameters(operation, schemas)],
        "responses": _responses(operation, schemas),
    }
    if operation.who.label != "anyone":
        described["security"] = [{"bearer": []}, {"surface": []}]
    if operation.body is not None:
        ref = {"$ref": REF.format(model=operation.body.__name__)}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": ref}}}
    if operation.form:
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}
    return described


_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
    "additionalProperties": {"type": "string"},
}


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _PATH_TYPES[kind]}
        for name, kind in operation.path_params.items()
    ]


def _query_parameters(operation: Operation, schemas: dict[str, Any]) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    schema = _schema(operation.query, "validation", schemas)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": part}
        for name, part in schema.get("properties", {}).items()
    ]


def _responses(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": operation.summary}
    if operation.returns is not None:
        schema = _schema(operation.returns, "serialization", schemas)
        success["content"] = {"application/json": {"schema": schema}}
    elif operation.status != 204:
        success["content"] = {operation.media_type: {}}
    responses: dict[str, Any] = {str(operation.status): success}
    by_status: dict[int, list[str]] = {}
    for error in _errors(operation):
        by_status.setdefault(error.status, []).append(f"`{error.code}`: {error.default_message()}")
    for status, lines in sorted(by_status.items()):
        content = {"application/json": {"schema": {"$ref": REF.format(model="Error")}}}
        responses[str(status)] = {"description": "\n\n".join(lines), "content": content}
    return responses


def _errors(operation: Operation) -> list[type[CurbstopError]]:
    errors = list(operation.errors)
    if operation.who.label != "anyone":
        errors += (Unauthenticated, Forbidden)
    elif operation.method != "GET":
        errors.append(OriginRefused)
    if operation.path_params:
        errors.append(NotFound)
    if operation.body or operation.query or operation.form:
        errors.append(Invalid)
    if operation.body or operation.form:
        errors += (TooLarge, UnsupportedMedia)
    if operation.limit:
        errors.append(RateLimited)
    errors.append(Unavailable)
    return list(dict.fromkeys(errors))


def _schema(
    of: TypeAdapter[Any] | type[BaseModel], mode: JsonSchemaMode, schemas: dict[str, Any]
) -> dict[str, Any]:
    adapter = of if isinstance(of, TypeAdapter) else TypeAdapter(of)
    schema = adapter.json_schema(mode=mode, ref_template=REF)
    for name, part in schema.pop("$defs", {}).items():
        _keep(name, part, schemas)
    title = schema.get("title")
    if mode == "serialization" and schema.get("type") == "object" and title:
        _keep(title, schema, schemas)
        return {"$ref": REF.format(model=title)}
    return schema


def _keep(name: str, schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    """One name, one meaning: two models of one name would hide each other in the document."""
    if schemas.setdefault(name, schema) != schema:
        raise TypeError(f"two different models are called {name}")
