"""The small language of Word tags.

Jinja in a sandbox of our own whitelist, checked at upload, walked for its fields.

No calls, no attributes but those of the row's data, no range, no imports: what is not listed here is refused.
Expressions are checked one tag at a time, so that each problem has its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import TemplateSyntaxError, Undefined, nodes, pass_context
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from docuai.engines.base import EngineError, Problem
from docuai.engines.formatting import Formats
from docuai.engines.schema import ITEM, Need

# Jinja's delimiters are characters that no text may contain, so nothing that stands in a document is taken for a tag.
VARIABLE, BLOCK, COMMENT = ("\ufdd0", "\ufdd1"), ("\ufdd2", "\ufdd3"), ("\ufdd6", "\ufdd7")
RESERVED = re.compile("[\ufdd0-\ufdef]")
ILLEGAL = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, and C1 controls
LINE_END = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
BREAK, TAB = '</w:t><w:br/><w:t xml:space="preserve">', '</w:t><w:tab/><w:t xml:space="preserve">'
MAX_LOOP_DEPTH = 3
JINJA_NAMES = frozenset(("self", "super", "caller", "varargs", "kwargs"))
LOOP_NAMES = frozenset(["index", "index0", "first", "last", "length", "revindex"])
PLAIN_FILTERS = frozenset(
    [
        "upper",
        "lower",
        "title",
        "trim",
        "default",
        "d",
        "length",
        "count",
        "join",
        "first",
        "last",
        "round",
        "abs",
        "replace",
        "capitalize",
        "truncate",
    ]
)
LOCAL_FILTERS = ("date", "number", "money", "amount", "percent")
OWN_FILTERS = ("bare", "capital", "words")
FILTERS = PLAIN_FILTERS | frozenset(LOCAL_FILTERS) | frozenset(OWN_FILTERS)
TESTS = frozenset(
    [
        "defined",
        "undefined",
        "none",
        "number",
        "string",
        "odd",
        "even",
        "divisibleby",
        "true",
        "false",
        "in",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "equalto",
    ]
)
NUMBER_FILTERS = frozenset(("number", "money", "amount", "percent", "round", "abs"))
ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Output,
    nodes.Name,
    nodes.NSRef,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.Filter,
    nodes.Test,
    nodes.If,
    nodes.For,
    nodes.Assign,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Mod,
    nodes.Neg,
    nodes.Pos,
    nodes.Concat,
    nodes.List,
    nodes.Tuple,
    nodes.Keyword,
    nodes.TemplateData,
)


class WordEnvironment(ImmutableSandboxedEnvironment):
    """Jinja that sees plain data only: keys of objects, items of lists, the loop's counters."""

    intercepted_binops = frozenset(["*", "%"])

    def getattr(self, obj: Any, attribute: str) -> Any:
        """This will read a key of an object; methods do not exist here."""
        if isinstance(obj, dict):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, LoopContext) and attribute in LOOP_NAMES:
            return super().getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """This will read a key or an item."""
        if isinstance(obj, (dict, list, str)):
            try:
                return obj[argument]
            except (LookupError, TypeError):
                pass
        return self.undefined(obj=obj, name=argument)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """This will multiply and divide numbers only: text times a number could fill the memory."""
        for value in (left, right):
            if not isinstance(value, (int, float)):
                raise EngineError("bad_number", value=str(value)[:80])
        return super().call_binop(context, operator, left, right)


def in_text(value: Any) -> Markup:
    """This will make a value fit for the text of a run.

    Escaped, without what XML forbids, line ends and tabs as Word's own.
    """
    if value.__class__ is Markup:
        return value
    text = _plain(value)
    if text.isprintable():
        return escape(text)
    text = ILLEGAL.sub("", LINE_END.sub("\n", text))
    return Markup(str(escape(text)).replace("\n", BREAK).replace("\t", TAB))


def in_attribute(value: Any) -> Markup:
    """This will make a value fit for an attribute or a document property: one line, escaped."""
    return escape(ILLEGAL.sub("", LINE_END.sub(" ", _plain(value))))


def _plain(value: Any) -> str:
    if value is None or isinstance(value, Undefined):
        return ""
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    return str(value)


def _localized(name: str) -> Callable[..., Any]:
    @pass_context
    def apply(context: Context, value: Any, *arguments: Any, **named: Any) -> str:
        if value is None or value == "" or isinstance(value, Undefined):
            return ""
        formats = Formats(
            str(context.get("lang") or "en"), str(context.get("region") or ""), str(context.get("currency") or "")
        )
        return str(getattr(formats, name)(value, *arguments, **named))

    return apply


def environment() -> WordEnvironment:
    """This will make the environment that all parts of all templates are compiled in."""
    made = WordEnvironment(
        variable_start_string=VARIABLE[0],
        variable_end_string=VARIABLE[1],
        block_start_string=BLOCK[0],
        block_end_string=BLOCK[1],
        comment_start_string=COMMENT[0],
        comment_end_string=COMMENT[1],
        autoescape=True,
        finalize=in_text,
        keep_trailing_newline=True,
        cache_size=0,
    )
    own = {name: made.filters[name] for name in PLAIN_FILTERS}
    own |= {name: _localized(name) for name in LOCAL_FILTERS}
    own |= {
        "bare": lambda address: _plain(address).split("://", 1)[-1],
        "capital": lambda text: _plain(text)[:1].upper() + _plain(text)[1:],
        "words": lambda text: " ".join(_plain(text).split()),
        "_plain": in_attribute,
    }
    made.filters, made.globals = own, {}
    made.tests = {name: made.tests[name] for name in TESTS}
    return made


@dataclass(slots=True)
class Scope:
    """Names that are not the row's own.

    Loop variables stand for items of a list, set variables for nothing we follow.
    """

    need: Need
    loops: list[tuple[str, list[str]]] = field(default_factory=list)
    local: set[str] = field(default_factory=set)
    guards: list[list[list[str]]] = field(default_factory=list)

    def path_of(self, name: str) -> list[str] | None:
        """This will give the place of a name in the row; None for loop counters and set variables."""
        for loop, path in reversed(self.loops):
            if loop == name:
                return path
        return None if name == "loop" or name in self.local else [name]

    def touch(self, path: list[str], *, tested: bool = False) -> Need:
        """This will note a use; inside `if` it is sure only below what the condition itself asks for."""
        above = [guard for guards in self.guards for guard in guards]
        sure = not self.guards or any(path[: len(guard)] == guard and len(path) > len(guard) for guard in above)
        return self.need.touch(path, sure=sure and not tested, tested=tested)


def chain_of(node: nodes.Node) -> tuple[str, list[str]] | None:
    """This will read `a.b[0].c` as a name and its steps."""
    if isinstance(node, nodes.Name):
        return node.name, []
    if isinstance(node, nodes.Getattr):
        start = chain_of(node.node)
        return (start[0], [*start[1], node.attr]) if start else None
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        start = chain_of(node.node)
        step = node.arg.value if isinstance(node.arg.value, str) else ITEM
        return (start[0], [*start[1], step]) if start else None
    return None


def place_of(node: nodes.Node, scope: Scope) -> list[str] | None:
    """This will give the place in the row that an expression names, if it names one."""
    chain = chain_of(node)
    start = scope.path_of(chain[0]) if chain else None
    return start + chain[1] if chain and start is not None else None


def tested_in(node: nodes.Node) -> Iterator[nodes.Node]:
    """This will give what a condition asks the presence of: bare names, joined by and, or, not, `is defined`."""
    if isinstance(node, (nodes.And, nodes.Or)):
        yield from tested_in(node.left)
        yield from tested_in(node.right)
    elif isinstance(node, nodes.Not) or (
        isinstance(node, nodes.Test) and node.name in ("defined", "undefined", "none")
    ):
        yield from tested_in(node.node)
    elif chain_of(node):
        yield node


def note_uses(node: nodes.Node, scope: Scope, *, tested: bool = False, filtered: str = "") -> None:
    """This will note every place of the row that an expression reads, with what its filters tell about the type."""
    place = place_of(node, scope)
    if place is not None:
        need = scope.touch(place, tested=tested)
        if filtered in NUMBER_FILTERS:
            need.kind = "number"
        elif filtered == "date":
            need.format = "date"
        elif filtered == "join":
            need.item = need.item or Need(sure=True)
        return
    if isinstance(node, nodes.Filter) and node.node is not None:
        note_uses(node.node, scope, tested=tested or node.name in ("default", "d"), filtered=node.name)
        for argument in node.args:
            note_uses(argument, scope)
        if node.name in ("money", "amount") and not node.args:
            scope.need.touch(["currency"], tested=True)
    elif isinstance(node, nodes.CondExpr):
        _note_choice(node, scope)
    elif isinstance(node, nodes.Or):
        note_uses(node.left, scope, tested=True)
        note_uses(node.right, scope, tested=tested)
    elif isinstance(node, nodes.Test) and node.name in ("defined", "undefined", "none"):
        note_uses(node.node, scope, tested=True)
    elif chain_of(node) is None:
        for child in node.iter_child_nodes():
            note_uses(child, scope, tested=tested and isinstance(node, (nodes.And, nodes.Not)))


def _note_choice(node: nodes.CondExpr, scope: Scope) -> None:
    note_condition(node.test, scope)
    for branch in (node.expr1, node.expr2):
        if branch is not None:
            note_uses(branch, scope)
    scope.guards.pop()


def note_condition(test: nodes.Node, scope: Scope) -> None:
    """This will note a condition's uses and open its guard; whoever calls pops the guard at the end of the block."""
    asked = list(tested_in(test))
    if asked:
        for node in asked:
            note_uses(node, scope, tested=True)
        if isinstance(test, (nodes.And, nodes.Or)):
            note_uses(test, scope, tested=True)
    else:
        note_uses(test, scope)
    scope.guards.append([place for node in asked if (place := place_of(node, scope)) is not None])


def check(node: nodes.Node, tag: str, location: Any) -> Iterator[Problem]:
    """This will list what a tag may not do."""
    for child in _walk(node):
        if isinstance(child, nodes.Template):
            continue
        if isinstance(child, nodes.Filter) and child.name not in FILTERS:
            yield Problem(
                "error",
                "unknown_filter",
                {"name": child.name, "tag": tag, "known": ", ".join(sorted(FILTERS))},
                location,
            )
        elif isinstance(child, nodes.Test) and child.name not in TESTS:
            yield Problem(
                "error", "unknown_test", {"name": child.name, "tag": tag, "known": ", ".join(sorted(TESTS))}, location
            )
        elif what := _forbidden(child):
            yield Problem("error", "forbidden_expression", {"tag": tag, "what": what}, location)
        if isinstance(child, nodes.For) and chain_of(child.iter) is None:
            yield Problem("error", "loop_over", {"tag": tag}, location)


def _forbidden(node: nodes.Node) -> str:
    if isinstance(node, nodes.Call):
        chain = chain_of(node.node)
        return ".".join([chain[0], *chain[1]]) + "()" if chain else "()"
    if not isinstance(node, ALLOWED):
        return type(node).__name__.lower()
    name = getattr(node, "attr", None) or getattr(node, "name", None)
    if isinstance(node, (nodes.Name, nodes.Getattr)) and str(name).startswith("_"):
        return str(name)
    if isinstance(node, nodes.Name) and name in JINJA_NAMES:
        return str(name)
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and str(node.arg.value).startswith("_"):
        return str(node.arg.value)
    if isinstance(node, nodes.For) and node.recursive:
        return "recursive"
    return ""


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    if isinstance(node, nodes.Call):
        for argument in node.args:
            yield from _walk(argument)
        return
    for child in node.iter_child_nodes():
        yield from _walk(child)


def parsed(env: WordEnvironment, source: str) -> nodes.Template | str:
    """This will parse one tag's own source, or give the parser's complaint."""
    try:
        return env.parse(source)
    except TemplateSyntaxError as error:
        return str(error.message)


def data_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """This will take the row's own names, without those that are ours."""
    return {str(key): value for key, value in row.items() if not str(key).startswith("_")}
