"""Fields as one JSON Schema (2020-12).

Built from what a template uses, read from what an author declares, flattened, sampled.

A `Need` is a tree of the values that a template touches; engines fill it while they walk their own syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from docuai.engines.base import Field, Problem

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ITEM = "[]"
MAX_ITEMS = 5000
STEERING = frozenset(
    ("lang", "region", "paper", "currency")
)  # they decide how a document is written and need not be printed
DATE_NAME = re.compile(r"(^|_)(date|day|fecha|on)$")
NUMBER_NAME = re.compile(r"(^|_)(amount|price|total|subtotal|quantity|tax|rate|base|importe|precio|cantidad)$")
PLAIN = ["string", "number", "boolean"]  # a value that is only printed may be any of these


@dataclass(slots=True)
class Need:
    """A value that a template touches.

    `sure` if some use is unconditional, `tested` if it asks anywhere whether the value is there.
    """

    sure: bool = False
    tested: bool = False
    kind: str = ""
    format: str = ""
    children: dict[str, Need] = field(default_factory=dict)
    item: Need | None = None

    @property
    def optional(self) -> bool:
        """This will say whether a row may do without the value."""
        return self.tested or not self.sure

    def touch(self, path: list[str], *, sure: bool = True, tested: bool = False) -> Need:
        """This will walk to the value at a path (ITEM steps into a list), making what is not there yet."""
        need = self
        for step in path:
            if step == ITEM:
                need.item = need.item or Need()
                need = need.item
            else:
                need = need.children.setdefault(step, Need())
            need.sure = need.sure or sure
        need.tested = need.tested or tested
        return need

    def as_schema(self, name: str = "") -> dict[str, Any]:
        """This will give the JSON Schema of this value."""
        if self.item is not None:
            schema: dict[str, Any] = {
                "type": "array",
                "items": self.item.as_schema(_singular(name)),
                "maxItems": MAX_ITEMS,
            }
        elif self.children:
            schema = {"type": "object", "properties": {key: need.as_schema(key) for key, need in self.children.items()}}
            required = [key for key, need in self.children.items() if not need.optional]
            if required:
                schema["required"] = required
        else:
            schema = self._scalar(name)
        if self.optional and name:
            types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            schema["type"] = [*types, "null"]
        return schema

    def _scalar(self, name: str) -> dict[str, Any]:
        if self.kind == "picture":
            return {
                "type": "string",
                "format": "picture",
                "description": "PNG, JPEG, GIF or SVG as base64 or data address",
            }
        if self.format == "date" or (self.kind in ("", "string") and DATE_NAME.search(name)):
            return {"type": "string", "format": "date", "examples": ["2026-11-24"]}
        if self.kind == "number":
            return {"type": "number", "examples": [1234.5]}
        if not self.kind and NUMBER_NAME.search(name):
            return {"type": ["number", "string"], "examples": [1234.5]}
        return {"type": PLAIN.copy() if not self.kind else self.kind, "examples": [_example(name)]}


def schema_of(need: Need, title: str = "") -> dict[str, Any]:
    """This will give the whole schema of a row."""
    schema: dict[str, Any] = {"$schema": DIALECT}
    if title:
        schema["title"] = title
    body = need.as_schema()
    return schema | {"type": "object", "properties": body.get("properties", {}), "required": body.get("required", [])}


def fields_of(schema: Mapping[str, Any], used: Mapping[str, bool] | None = None) -> tuple[Field, ...]:
    """This will flatten a schema into dotted paths, in order; `used` tells which of them the template really uses."""
    return tuple(_flattened(schema, "", True, used or {}))


def sample_of(schema: Mapping[str, Any]) -> Any:
    """This will make a value that fits a schema: its example, default or first choice, else something telling."""
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    if "default" in schema:
        return schema["default"]
    kind = _kind(schema)
    if kind == "object":
        return {key: sample_of(value) for key, value in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample_of(schema.get("items", {})) for _ in range(max(2, schema.get("minItems", 0)))]
    if schema.get("format") == "picture":
        return ""
    return {"number": 1, "integer": 1, "boolean": True, "null": None}.get(kind, "…")


def compare(declared: Mapping[str, Any], need: Need) -> Iterator[Problem]:
    """This will list fields that the template uses but nobody declared, and declared ones that it does not use."""
    properties = declared.get("properties", {})
    if declared.get("additionalProperties") is not False:
        for name in need.children:
            if name not in properties and name != "lang":
                yield Problem("warning", "field_undeclared", {"field": name})
    for name, value in properties.items():
        if name not in need.children and name not in STEERING and not value.get("readOnly"):
            yield Problem("notice", "field_unused", {"field": name})


def _flattened(schema: Mapping[str, Any], path: str, required: bool, used: Mapping[str, bool]) -> Iterator[Field]:
    for name, value in schema.get("properties", {}).items():
        place, kind = f"{path}.{name}" if path else name, _kind(value)
        examples = value.get("examples") or [value.get("default")]
        yield Field(
            path=place,
            type=value.get("format", kind) if kind == "string" else kind,
            required=required and name in schema.get("required", ()),
            read_only=bool(value.get("readOnly")),
            description=str(value.get("description", "")),
            example=examples[0],
            used=used.get(place.split(".")[0], True),
        )
        if kind == "object":
            yield from _flattened(value, place, required and name in schema.get("required", ()), used)
        elif kind == "array":
            yield from _flattened(value.get("items", {}), place + ITEM, True, used)


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "string")
    return str(kind[0]) if isinstance(kind, list) else str(kind)


def _singular(name: str) -> str:
    return name.removesuffix("s")


EXAMPLES = {
    "color": "#1f4e79",
    "url": "https://example.com/",
    "email": "name@example.com",
    "lang": "en",
    "region": "ES",
    "logo": "",
    "currency": "EUR",
}


def _example(name: str) -> str:
    for word, example in EXAMPLES.items():
        if name == word or name.endswith("_" + word):
            return example
    return (name.replace("_", " ").replace("-", " ").strip() or "Text").capitalize()
