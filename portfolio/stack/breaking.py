"""Whether a description of the API breaks programs written for an older one. Plain dictionaries in, sentences out.

What may be added: operations, answers, fields of answers, optional fields and parameters of requests, more values that a
request takes. Everything else breaks somebody. ``python -m portfolio.stack.breaking`` writes the released description
(``portfolio/schema.released.json``) anew: do that at a release, after ``make schema``.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

import yaml

from portfolio.stack.places import ROOT

RELEASED = ROOT / "portfolio" / "schema.released.json"
CURRENT = ROOT / "portfolio" / "schema.yaml"
Json = dict[str, Any]


def breaks(old: Json, new: Json) -> list[str]:
    """This will name all that a program written for ``old`` misses in ``new``."""
    return list(_paths(old, new))


def _paths(old: Json, new: Json) -> Iterator[str]:
    for path, methods in old.get("paths", {}).items():
        for method, operation in methods.items():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            place, now = f"{method.upper()} {path}", new.get("paths", {}).get(path, {}).get(method)
            if now is None:
                yield f"{place} is gone"
                continue
            yield from _parameters(operation, now, old, new, place)
            yield from _bodies(operation, now, old, new, place)
            yield from _answers(operation, now, old, new, place)


def _parameters(was: Json, now: Json, old: Json, new: Json, place: str) -> Iterator[str]:
    before = {(each["in"], each["name"]): each for each in was.get("parameters", [])}
    after = {(each["in"], each["name"]): each for each in now.get("parameters", [])}
    for key, each in before.items():
        if key not in after:
            yield f"{place}: parameter {key[1]} is gone"
        else:
            yield from _request(each.get("schema", {}), after[key].get("schema", {}), old, new, f"{place}: {key[1]}")
            if after[key].get("required") and not each.get("required"):
                yield f"{place}: parameter {key[1]} is required now"
    for key in after.keys() - before.keys():
        if after[key].get("required"):
            yield f"{place}: parameter {key[1]} is new and required"


def _bodies(was: Json, now: Json, old: Json, new: Json, place: str) -> Iterator[str]:
    before, after = was.get("requestBody", {}), now.get("requestBody", {})
    if after.get("required") and not before.get("required"):
        yield f"{place}: a body is required now"
    for kind, content in before.get("content", {}).items():
        if kind not in after.get("content", {}):
            yield f"{place}: bodies of {kind} are refused now"
        else:
            there = after["content"][kind].get("schema", {})
            yield from _request(content.get("schema", {}), there, old, new, f"{place}: body")


def _answers(was: Json, now: Json, old: Json, new: Json, place: str) -> Iterator[str]:
    for status, answer in was["responses"].items():
        if not status.startswith("2"):
            continue
        if status not in now["responses"]:
            yield f"{place}: answer {status} is gone"
            continue
        there = now["responses"][status].get("content", {})
        for kind, content in answer.get("content", {}).items():
            if kind not in there:
                yield f"{place}: answers of {kind} are gone"
            else:
                shape = there[kind].get("schema", {})
                yield from _answer(content.get("schema", {}), shape, old, new, f"{place}: {status}")


def _answer(was: Json, now: Json, old: Json, new: Json, place: str, depth: int = 0) -> Iterator[str]:
    """What an answer held it holds still: fields, types, what is always there; no value that programs do not know."""
    was, now = _resolved(was, old), _resolved(now, new)
    if depth > 12:
        return
    if extra := _types(now) - _types(was):
        if _types(was):
            yield f"{place} may be {', '.join(sorted(extra))} now"
    elif _types(was) and not _types(now):
        yield f"{place} has no type any more"
    if "enum" in was and (more := [value for value in now.get("enum", []) if value not in was["enum"]]):
        yield f"{place} may hold {more[0]!r} now"
    for name, inner in was.get("properties", {}).items():
        if name not in now.get("properties", {}):
            yield f"{place}.{name} is gone"
            continue
        if name in was.get("required", []) and name not in now.get("required", []):
            yield f"{place}.{name} may be missing now"
        yield from _answer(inner, now["properties"][name], old, new, f"{place}.{name}", depth + 1)
    if "items" in was:
        yield from _answer(was["items"], now.get("items", {}), old, new, f"{place}[]", depth + 1)


def _request(was: Json, now: Json, old: Json, new: Json, place: str, depth: int = 0) -> Iterator[str]:
    """What was taken is taken still: fields, types, values; nothing new is demanded, no bound is tighter."""
    was, now = _resolved(was, old), _resolved(now, new)
    if depth > 12:
        return
    if (gone := _types(was) - _types(now)) and _types(now):
        yield f"{place} may not be {', '.join(sorted(gone))} any more"
    if "enum" in now and (less := [value for value in was.get("enum", [None]) if value not in now["enum"]]):
        yield f"{place} does not take {less[0]!r} any more" if "enum" in was else f"{place} takes named values only now"
    for word, tighter in (("maxLength", -1), ("maximum", -1), ("maxItems", -1), ("minLength", 1), ("minimum", 1)):
        if word in now and (word not in was or (now[word] - was[word]) * tighter > 0):
            yield f"{place}: {word} is {now[word]} now"
    for name in set(now.get("required", [])) - set(was.get("required", [])):
        yield f"{place}.{name} is required now"
    for name, inner in was.get("properties", {}).items():
        if name not in now.get("properties", {}):
            yield f"{place}.{name} is not taken any more"
        else:
            yield from _request(inner, now["properties"][name], old, new, f"{place}.{name}", depth + 1)
    if "items" in was and "items" in now:
        yield from _request(was["items"], now["items"], old, new, f"{place}[]", depth + 1)


def _resolved(schema: Json, whole: Json) -> Json:
    """Without references; ``allOf`` of one and null beside one are what they hold."""
    for _ in range(12):
        if "$ref" in schema:
            schema = whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif len(schema.get("allOf", [])) == 1:
            schema = {**{k: v for k, v in schema.items() if k != "allOf"}, **schema["allOf"][0]}
        elif len(real := [each for each in schema.get("oneOf", []) if each.get("type") != "null"]) == 1:
            inner = _resolved(real[0], whole)
            kinds = sorted(_types(inner) | {"null"})
            schema = {**inner, "type": kinds}
        else:
            break
    return schema


def _types(schema: Json) -> set[str]:
    kind = schema.get("type", [])
    return set(kind) if isinstance(kind, list) else {kind}


def main() -> int:
    """This will write the released description anew."""
    RELEASED.write_text(json.dumps(yaml.safe_load(CURRENT.read_text()), ensure_ascii=False, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
