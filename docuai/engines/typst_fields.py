"""Which fields of the row a Typst source uses: a scan by patterns, good enough to propose a schema, not a parser.

Follows names bound to json("data.json"), names bound to their parts, loops, `.map(x => …)` and helpers such as
`#let get(key) = row.at(key, …)`. A schema that the author declares beside the source always wins.
"""

from __future__ import annotations

import re

from docuai.engines.schema import ITEM, Need

NAME = r"[A-Za-z_][\w-]*"
COMMENT = re.compile(r"(?<!:)//[^\n]*|/\*.*?\*/", re.DOTALL)
DATA = r"json\(\s*\"/?data\.json\"\s*\)"
BOUND = re.compile(rf"\blet\s+({NAME})\s*=\s*{DATA}(?![.\w])")
TAKEN_APART = re.compile(rf"\blet\s+\(([^)]*)\)\s*=\s*({DATA}|{NAME})(?![.\w(])")
ALIAS = re.compile(rf"\blet\s+({NAME})\s*=\s*({NAME}(?:\.{NAME})+)\s*(?:$|[\n;}}])", re.MULTILINE)
PARALLEL = re.compile(r"\blet\s+\(([^)]*)\)\s*=\s*\(([^)]*)\)")
LOOP = re.compile(rf"\bfor\s+({NAME})\s+in\s+({NAME}(?:\.{NAME})*)\b(?!\()")
MAPPED = re.compile(rf"({NAME}(?:\.{NAME})*)\.(?:map|filter|all|any|find)\(\s*\(?({NAME})\)?\s*=>")
ACCESS = re.compile(rf"(?<![\w.\"-])({NAME})((?:\.{NAME})+)(\()?")
AT = re.compile(rf"(?<![\w.-])({NAME}(?:\.{NAME})*)\.at\(\s*\"([^\"]+)\"\s*(,\s*default\s*:)?")
HELPER = re.compile(rf"\blet\s+({NAME})\(\s*({NAME})([^)]*)\)\s*=([^\n]*)")
LIST_METHODS = frozenset(
    [
        "map",
        "filter",
        "join",
        "slice",
        "fold",
        "enumerate",
        "sum",
        "sorted",
        "rev",
        "flatten",
        "chunks",
        "find",
        "any",
        "all",
        "zip",
    ]
)
TEXT_METHODS = frozenset(
    ["split", "replace", "starts-with", "ends-with", "trim", "matches", "match", "clusters", "codepoints"]
)
METHODS = (
    LIST_METHODS
    | TEXT_METHODS
    | frozenset(
        ["at", "len", "first", "last", "contains", "keys", "values", "pairs", "insert", "push", "pop", "get", "display"]
    )
)


def fields_used(source: str) -> Need:
    """This will give the tree of fields that a source touches."""
    text = COMMENT.sub("", source)
    need = Need()
    places: dict[str, list[str]] = {name: [] for name in BOUND.findall(text)}
    for names, origin in TAKEN_APART.findall(text):
        for name in re.findall(NAME, names) if not re.fullmatch(NAME, origin) or origin in places else ():
            need.touch([name])
            places[name] = [name]
    _follow(text, places)
    _accesses(text, places, need)
    _direct(text, need)
    _helpers(text, places, need)
    return need


def _follow(text: str, places: dict[str, list[str]]) -> None:
    """Names of parts: `let brand = row.brand`, `for line in row.lines`, `row.lines.map(l => …)`.

    Twice, for parts of parts.
    """
    for _ in range(2):
        for name, path in ALIAS.findall(text):
            _bind(name, path, places, [])
        for names, paths in PARALLEL.findall(text):
            for name, path in zip(re.findall(NAME, names), paths.split(","), strict=False):
                if re.fullmatch(rf"{NAME}(\.{NAME})+", path.strip()):
                    _bind(name, path.strip(), places, [])
        for name, path in LOOP.findall(text):
            _bind(name, path, places, [ITEM])
        for path, name in MAPPED.findall(text):
            _bind(name, path, places, [ITEM])


def _bind(name: str, path: str, places: dict[str, list[str]], more: list[str]) -> None:
    first, *rest = path.split(".")
    if first in places and name not in places and not METHODS.intersection(rest):
        places[name] = places[first] + rest + more


def _accesses(text: str, places: dict[str, list[str]], need: Need) -> None:
    for name, dotted, call in ACCESS.findall(text):
        if name not in places:
            continue
        steps, method = dotted.strip(".").split("."), ""
        for index, step in enumerate(steps):
            if step in METHODS and (index < len(steps) - 1 or call):
                steps, method = steps[:index], step
                break
        else:
            if call:
                steps = steps[:-1]
        if steps or places[name]:
            touched = need.touch(places[name] + steps) if steps else need.touch(places[name])
            _typed(touched, method)
    for path, key, default in AT.findall(text):
        first, *rest = path.split(".")
        if first in places and not METHODS.intersection(rest):
            need.touch(places[first] + rest + [key], tested=bool(default))


def _typed(need: Need, method: str) -> None:
    if method in LIST_METHODS and need.item is None and not need.kind:
        need.item = Need()
    elif method in TEXT_METHODS and not need.kind:
        need.kind = "string"


def _direct(text: str, need: Need) -> None:
    for dotted in re.findall(rf"{DATA}((?:\.{NAME})+)", text):
        steps = list(dotted.strip(".").split("."))
        while steps and steps[-1] in METHODS:
            steps.pop()
        if steps:
            need.touch(steps)


def _helpers(text: str, places: dict[str, list[str]], need: Need) -> None:
    """Calls such as get("school") or get("logo", of: brand), where get is defined over row.at(key, …)."""
    roots = [name for name, path in places.items() if not path]
    for name, key, more, body in HELPER.findall(text):
        if f".at({key}" not in body or not any(root in more + body for root in roots):
            continue
        for wanted, of in re.findall(
            rf"\b{re.escape(name)}\(\s*\"([^\"]+)\"(?:\s*,\s*of\s*:\s*({NAME}(?:\.{NAME})*))?", text
        ):
            first, *rest = of.split(".") if of else [roots[0]] if roots else [""]
            if first in places:
                need.touch([*places[first], *rest, wanted], tested=True)
