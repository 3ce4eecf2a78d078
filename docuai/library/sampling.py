"""A sample row as a form holds it: one text a value, read back by the field's type; and what in it does not fit."""

import importlib
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from docuai.engines.services import Location, Problem
from docuai.library.schemas import FieldLine

MAX_MISFITS = 20


def value_at(row: Mapping[str, Any], path: str) -> Any:
    """This will give the value at a dotted path; nothing where the row does not go that far."""
    value: Any = row
    for step in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(step)
    return value


def with_value(row: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """This will give the row with another value at a dotted path."""
    changed: dict[str, Any] = deepcopy(dict(row))
    place = changed
    *groups, name = path.split(".")
    for step in groups:
        inner = place.get(step)
        place[step] = place = inner if isinstance(inner, dict) else {}
    place[name] = value
    return changed


def in_order(row: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """This will give the row with its values in the order of the fields; the database keeps none."""
    properties = schema.get("properties", {})
    names = [name for name in properties if name in row] + [name for name in row if name not in properties]
    return {name: _in_order(row[name], properties.get(name, {})) for name in names}


def _in_order(value: Any, field: Mapping[str, Any]) -> Any:
    if isinstance(value, Mapping):
        return in_order(value, field)
    if isinstance(value, list):
        return [_in_order(each, field.get("items", {})) for each in value]
    return value


def as_text(value: Any) -> str:
    """This will write a value as the form shows it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=1 if isinstance(value, list | dict) else None)


def from_text(field: FieldLine, text: str) -> Any:
    """This will read a value as its field wants it; text that does not fit stays text. Raises ValueError for broken lists."""
    if not field.scalar:
        return json.loads(text) if text.strip() else []
    if text == "":
        return None if not field.required else ""
    if field.kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if field.kind in ("number", "integer"):
        return _number(text, whole=field.kind == "integer")
    return text


def misfits(row: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Problem]:
    """This will list what in a sample row does not fit the schema; pictures of the template still try it."""
    return list(_misfits(row, schema))


def _misfits(row: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Problem]:
    checker = importlib.import_module("jsonschema_rs")
    asked = [name for name in schema.get("required", ()) if not schema["properties"].get(name, {}).get("readOnly")]
    try:
        validator = checker.Draft202012Validator({**schema, "required": asked})
    except ValueError:  # the author's own schema.json, which inspection has named already
        return
    for number, error in enumerate(validator.iter_errors(dict(row))):
        if number >= MAX_MISFITS:
            return
        place = ".".join(str(step) for step in error.instance_path)
        yield Problem("warning", "sample_misfit", {"detail": error.message[:200]}, Location(path=place))


def _number(text: str, *, whole: bool) -> Any:
    try:
        return int(text) if whole or text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text
