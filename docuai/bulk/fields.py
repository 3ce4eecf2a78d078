"""The fields of a template as mapping and validation need them: flat, with dotted paths, read from its JSON Schema.

`recipient.name` is a value of an object, `lines[].price` a value of each item of a list, `signers.0.name` one of the first item
(offered where a list has at most nine items, so that a table can fill it by columns of its own).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ITEM = "[]"
MAX_COUNTED_ITEMS = 9
DELIVERY_EMAIL = "email"

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One value that a template asks of each row. `type` is text, number, integer, boolean, date, date-time, email, list or object."""

    path: str
    type: str
    title: str = ""
    required: bool = False
    nullable: bool = False
    read_only: bool = False
    choices: tuple[Any, ...] = ()
    max_length: int | None = None
    has_default: bool = False
    default: Any = None

    @property
    def name(self) -> str:
        """This will give the last part of the path."""
        return self.path.rpartition(".")[2].removesuffix(ITEM)

    @property
    def in_list(self) -> str:
        """This will give the list that the field is an item's value of, or nothing."""
        return self.path.partition(ITEM)[0] if ITEM in self.path else ""


def fields_of(schema: Schema) -> tuple[FieldSpec, ...]:
    """This will list all fields of a row's schema, in order."""
    return tuple(_object_fields(schema, "", required=True, read_only=False))


def fillable(fields: Sequence[FieldSpec]) -> tuple[FieldSpec, ...]:
    """This will keep the fields that columns fill: no containers, nothing that DocuAI fills in itself."""
    return tuple(field for field in fields if not field.read_only and field.type != "object")


def with_delivery_email(schema: Schema) -> dict[str, Any]:
    """This will add an optional e-mail field, for mailing each person their document, to a schema that has none."""
    properties = dict(schema.get("properties", {}))
    address = {"type": ["string", "null"], "format": "email", "description": "E-mail address for sending the document"}
    properties.setdefault(DELIVERY_EMAIL, address)
    return {**schema, "properties": properties}


def pointer_of(path: str) -> str:
    """This will write a dotted path as a JSON pointer (RFC 6901): `signers.0.name` as `/signers/0/name`."""
    return "".join(
        f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path.replace(ITEM, "").split(".") if part
    )


def _object_fields(schema: Schema, prefix: str, *, required: bool, read_only: bool) -> Iterator[FieldSpec]:
    needed = set(schema.get("required", ())) if required else set()
    for name, part in schema.get("properties", {}).items():
        if isinstance(part, Mapping):
            yield from _fields(part, f"{prefix}{name}", required=name in needed, read_only=read_only)


def _fields(part: Schema, path: str, *, required: bool, read_only: bool) -> Iterator[FieldSpec]:
    spec = _spec(part, path, required=required, read_only=read_only)
    yield spec
    if spec.type == "object":
        yield from _object_fields(part, f"{path}.", required=required, read_only=spec.read_only)
    items = part.get("items")
    if spec.type != "list" or not isinstance(items, Mapping) or _type_of(items) != "object":
        return
    yield from _object_fields(items, f"{path}{ITEM}.", required=True, read_only=spec.read_only)
    for index in range(part.get("maxItems", 99) if part.get("maxItems", 99) <= MAX_COUNTED_ITEMS else 0):
        yield from _object_fields(items, f"{path}.{index}.", required=False, read_only=spec.read_only)


def _spec(part: Schema, path: str, *, required: bool, read_only: bool) -> FieldSpec:
    types = _types(part)
    return FieldSpec(
        path=path,
        type=_type_of(part),
        title=str(part.get("title") or part.get("description") or ""),
        required=required,
        nullable="null" in types,
        read_only=read_only or bool(part.get("readOnly")),
        choices=tuple(choice for choice in part.get("enum", ()) if choice is not None),
        max_length=part.get("maxLength"),
        has_default="default" in part,
        default=part.get("default"),
    )


def _types(part: Schema) -> list[str]:
    kind = part.get("type", "string")
    return list(kind) if isinstance(kind, list) else [str(kind)]


def _type_of(part: Schema) -> str:
    types = _types(part)
    if "string" in types:
        form = part.get("format", "")
        return form if form in ("date", "date-time", "email") else "text"
    first = next((kind for kind in types if kind != "null"), "text")
    return {"array": "list"}.get(first, first)
