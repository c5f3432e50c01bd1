"""What the HTTP API is, as OpenAPI 3.1: made from the table and the shapes it is served by."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from openline.console.api.table import PREFIX, TABLE, Row, Shape
from openline.console.web.routes import To
from openline.desk.people import Act

_REF: Final = "#/components/schemas/{name}"
_NUMBER: Final = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
_PATH: Final = {
    "party": {"type": "integer", "minimum": 0, "maximum": 7},
    "generation": {"type": "string", "pattern": "^[0-9a-f]{24}$"},
    "day": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    "number": {"type": "integer", "minimum": 1, "maximum": 16}, "index": _NUMBER, "draft": _NUMBER, "notice": _NUMBER,
    "name": {"type": "string", "minLength": 1, "maxLength": 64}, "credential": {"type": "string", "minLength": 1},
}  # fmt: skip
_PROBLEM: Final = {
    "type": "object", "required": ["type", "title", "status", "code"],
    "properties": {
        **{name: {"type": "string"} for name in (
            "type", "title", "detail", "told", "instance", "code", "known", "unknown", "act")},
        "status": {"type": "integer"},
    },
}  # fmt: skip


async def description(_request: Request) -> Response:
    """`/openapi.json`. Open to anybody: it says what there is, not what is in it."""
    return Response(_written(), media_type="application/json")


@lru_cache(maxsize=1)
def _written() -> bytes:
    return msgspec.json.encode(describe())


def describe() -> dict[str, Any]:
    """The whole description."""
    shapes = {at: Shape(row).taken for at, row in enumerate(TABLE) if row.request is not None}
    kinds = [*shapes.values(), *(row.answer for row in TABLE)]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    of_shape = dict(zip(shapes, schemas, strict=False))
    of_answer = schemas[len(shapes) :]
    paths: dict[str, Any] = {}
    for at, row in enumerate(TABLE):
        taken = components[shapes[at].__name__] if at in of_shape else {"properties": {}}
        operation = _operation(row, of_shape.get(at), of_answer[at], taken)
        paths.setdefault(PREFIX + row.path, {})[row.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Openline desk", "version": "1", "summary": "One desk of one station, for programs."},
        "paths": paths,
        "components": {
            "schemas": {**components, "Problem": _PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _operation(row: Row, taken: Any, answer: Any, fields: dict[str, Any]) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": _PATH[name]} for name in row.names
    ]
    made: dict[str, Any] = {"operationId": _name_of(row), "summary": _summary(row), "parameters": parameters}
    if row.method == "GET" or row.takes_file:
        query = dict(fields.get("properties", {}))
        if row.listed:
            query["after"] = {"type": "string"}
            query["count"] = {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
        if row.request is None and not row.gives:
            query["after"] = _NUMBER
        parameters += [
            {"name": name, "in": "query", "required": name in fields.get("required", ()), "schema": schema}
            for name, schema in query.items()
        ]
    if row.method != "GET":
        key = {"type": "string", "pattern": "^[!-~]{1,128}$"}
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
        body = {"application/octet-stream": {}} if row.takes_file else {"application/json": {"schema": taken}}
        made["requestBody"] = {"required": True, "content": body}
    if row.conditional:
        parameters.append({"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}})
    made["responses"] = {"200": _answered(row, answer), "default": _refused()}
    if row.who is To.ANYBODY:
        made["security"] = []
    elif isinstance(row.who, Act):
        made["description"] = f"For who may {row.who.value}."
    return made


def _answered(row: Row, answer: Any) -> dict[str, Any]:
    if row.gives:
        return {"description": "The file.", "content": {row.gives: {"schema": {"type": "string", "format": "binary"}}}}
    if row.request is None:
        stream = {"text/event-stream": {"schema": {"type": "string"}}}
        return {"description": "Entries as they come.", "content": stream}
    schema = answer
    if row.listed:
        more = {"anyOf": [{"type": "string"}, {"type": "null"}]}
        schema = {"type": "object", "required": ["items", "next"], "properties": {"items": answer, "next": more}}
    return {"description": "Done, or what there is.", "content": {"application/json": {"schema": schema}}}


def _refused() -> dict[str, Any]:
    ref = {"$ref": _REF.format(name="Problem")}
    return {"description": "Held, refused or unknown.", "content": {"application/problem+json": {"schema": ref}}}


def _name_of(row: Row) -> str:
    return row.method.lower() + "".join(
        word.strip("{}").capitalize() for word in row.path.replace("-", "/").split("/") if word
    )


def _summary(row: Row) -> str:
    own = {"{day}": "A day on paper, a list before it.", "/sheet": "An entry on paper."}
    stream = "Entries as they come, from a position on."
    of_its_own = next((said for end, said in own.items() if row.path.endswith(end)), stream)
    words = (row.request.__doc__ or "") if row.request is not None else of_its_own
    return words.strip().split("\n")[0]
