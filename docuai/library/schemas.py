"""Adjusting the JSON Schema of a row: a field's type, whether it is required, its example; fields added and left out.

Paths are dotted, `lines[].price` for a value of a list's items. Nothing is changed in place.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

KINDS: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "email": {"type": "string", "format": "email"},
    "picture": {"type": "string", "format": "picture"},
}
KIND_LABELS = {
    "text": _("text"),
    "number": _("number"),
    "integer": _("whole number"),
    "boolean": _("yes or no"),
    "date": _("date"),
    "email": _("e-mail"),
    "picture": _("picture"),
    "object": _("group"),
    "array": _("list"),
}
ITEM = "[]"


@dataclass(frozen=True, slots=True)
class FieldSetting:
    """What may be changed about a field. None leaves it as it is; an empty example takes it away."""

    kind: str | None = None
    required: bool | None = None
    example: Any = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field as the editor shows it. ``choices`` are the only values allowed, if there are such."""

    path: str
    kind: str
    required: bool
    read_only: bool
    description: str
    example: Any
    choices: tuple[str, ...]
    inside_list: bool

    @property
    def label(self) -> str:
        """This will say its type in words."""
        return ", ".join(self.choices) if self.choices else str(KIND_LABELS.get(self.kind, self.kind))

    @property
    def scalar(self) -> bool:
        """This will say whether it is one value, which a text input can hold."""
        return self.kind not in ("object", "array")


def lines_of(schema: Mapping[str, Any]) -> tuple[FieldLine, ...]:
    """This will list a schema's fields, those of groups and lists under them."""
    return tuple(_lines(schema, "", inside_list=False))


def kind_of(field: Mapping[str, Any]) -> str:
    """This will name the type of a field; what may be text or number counts as its first."""
    kind = field.get("type", "string")
    first = next((each for each in kind if each != "null"), "string") if isinstance(kind, list) else str(kind)
    if isinstance(kind, list) and {"string", "number", "boolean"} <= set(kind):
        return "text"
    if first == "string":
        return str(field["format"]) if field.get("format") in KINDS else "text"
    return first


def with_settings(schema: Mapping[str, Any], settings: Mapping[str, FieldSetting]) -> dict[str, Any]:
    """This will give the schema with fields changed, and those that were not there added. Paths that lead nowhere are left."""
    changed = deepcopy(dict(schema))
    changed.setdefault("type", "object")
    changed.setdefault("properties", {})
    for path, setting in settings.items():
        found = _parent(changed, path)
        if found is not None:
            _set(*found, setting)
    return changed


def without(schema: Mapping[str, Any], path: str) -> dict[str, Any]:
    """This will give the schema without a field."""
    changed = deepcopy(dict(schema))
    found = _parent(changed, path)
    if found is not None:
        parent, name = found
        parent["properties"].pop(name, None)
        _require(parent, name, required=False)
    return changed


def carried(old: Mapping[str, Any], found: Mapping[str, Any], *, keep_unused: bool) -> dict[str, Any]:
    """This will give the fields that a new source asks for, with the settings that they had in the version before.

    ``keep_unused`` keeps fields that only the version before had: a scan of Typst may miss some, one of Word does not.
    """
    merged = {key: value for key, value in old.items() if key not in ("properties", "required")} | {"type": "object"}
    before, now = dict(old.get("properties", {})), dict(found.get("properties", {}))
    kept = [name for name in before if name in now or keep_unused or before[name].get("readOnly")]
    merged["properties"] = {name: _merged(before[name], now.get(name), keep_unused) for name in kept}
    merged["properties"] |= {name: value for name, value in now.items() if name not in before}
    new = [name for name in found.get("required", ()) if name not in before]
    merged["required"] = [name for name in old.get("required", ()) if name in merged["properties"]] + new
    return merged


def _merged(before: Mapping[str, Any], now: Mapping[str, Any] | None, keep_unused: bool) -> dict[str, Any]:
    if now is None:
        return dict(before)
    kinds = kind_of(before), kind_of(now)
    if kinds == ("object", "object"):
        return dict(before) | {
            key: value for key, value in carried(before, now, keep_unused=keep_unused).items() if key != "type"
        }
    if kinds == ("array", "array"):
        return dict(before) | {"items": _merged(before.get("items", {}), now.get("items", {}), keep_unused)}
    return dict(now) if kinds[0] != kinds[1] and {"object", "array"} & set(kinds) else dict(before)


def _lines(schema: Mapping[str, Any], path: str, *, inside_list: bool) -> Iterator[FieldLine]:
    for name, field in schema.get("properties", {}).items():
        place, kind = f"{path}.{name}" if path else name, kind_of(field)
        examples = field.get("examples") or [field.get("default")]
        yield FieldLine(
            path=place,
            kind=kind,
            required=name in schema.get("required", ()),
            read_only=bool(field.get("readOnly")),
            description=str(field.get("description", "")),
            example=examples[0],
            choices=tuple(str(choice) for choice in field.get("enum", ()) if choice is not None),
            inside_list=inside_list,
        )
        if kind == "object" and not field.get("readOnly"):
            yield from _lines(field, place, inside_list=inside_list)
        elif kind == "array":
            yield from _lines(field.get("items", {}), place + ITEM, inside_list=True)


def _parent(schema: dict[str, Any], path: str) -> tuple[dict[str, Any], str] | None:
    *groups, name = path.split(".")
    place = schema
    for step in groups:
        field = place.get("properties", {}).get(step.removesuffix(ITEM))
        if field is not None and step.endswith(ITEM):
            field = field.get("items")
        if not isinstance(field, dict):
            return None
        place = field
    return (place, name) if name and "properties" in place else None


def _set(parent: dict[str, Any], name: str, setting: FieldSetting) -> None:
    field = parent["properties"].setdefault(name, {"type": "string"})
    if setting.kind in KINDS and setting.kind != kind_of(field):
        for key in ("type", "format", "enum", "pattern", "minimum", "maximum", "examples", "default"):
            field.pop(key, None)
        field.update(deepcopy(KINDS[setting.kind]))
        if name not in parent.get("required", ()):
            field["type"] = [field["type"], "null"]
    if setting.required is not None:
        _require(parent, name, required=setting.required)
        _allow_null(field, allowed=not setting.required)
    if setting.description is not None and (setting.description or "description" in field):
        field["description"] = setting.description
    if setting.example is not None:
        field.pop("examples", None)
        if setting.example != "":
            field["examples"] = [setting.example]


def _require(parent: dict[str, Any], name: str, *, required: bool) -> None:
    others = [each for each in parent.get("required", ()) if each != name]
    was = name in parent.get("required", ())
    if required != was:
        parent["required"] = [*others, name] if required else others


def _allow_null(field: dict[str, Any], *, allowed: bool) -> None:
    kinds = field.get("type", "string")
    listed = [each for each in (kinds if isinstance(kinds, list) else [kinds]) if each != "null"]
    if allowed and "enum" in field and None not in field["enum"]:
        return
    field["type"] = [*listed, "null"] if allowed else listed[0] if len(listed) == 1 else listed
