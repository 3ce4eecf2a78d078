"""Lists whose SQL is made once: to build and compile a query of the ORM costs more than to run it.

A ``Question`` is a function that builds a ``.values()`` queryset, and what it is called with. It is called once for each
shape, with stand-ins in place of the values; where they end up in the parameters tells where the values of the next call
go. The function must depend on its arguments alone (no clock, no context). Whatever cannot be prepared so (a value that
changes the SQL, an empty result known beforehand) is built each time, as any queryset.

What a connection is asked often the server prepares too: to plan a list with row-level security takes it longer than to
read one. Not behind pgbouncer, where the next statement may come to another session.
"""

import itertools
import secrets
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import DatabaseError, connections
from django.db.models import Model, QuerySet
from django.db.models.query import ValuesIterable
from psycopg.sql import Literal

from platform_core.kits.tenancy.guard import refuse_unscoped
from platform_core.kits.tenancy.scope import NOBODY, current_scope

MOST_PLANS = 2000
PREPARE_AFTER, MOST_PREPARED = 5, 100  # a connection
LOST = frozenset(["26000", "0A000"])  # no such statement; its columns have changed
SMALL = range(2**31)  # integers of all fields but the smallest; larger ones change what is asked
Cut = Callable[[QuerySet[Any, Any], Sequence[Any]], QuerySet[Any, Any]]
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """A list: ``values`` differ from call to call, ``shape`` changes the SQL. ``build`` takes both as keywords."""

    model: type[Model]
    build: Callable[..., QuerySet[Any, Any]]
    values: Mapping[str, Any]
    shape: Mapping[str, Hashable] = field(default_factory=dict)

    def rows(self) -> QuerySet[Any, Any]:
        """This will build the queryset with the values themselves."""
        return self.build(**self.shape, **self.values)


@dataclass(frozen=True, slots=True)
class _Plan:
    name: str
    using: str
    sql: str
    parameters: tuple[tuple[int | None, Any], ...]  # which value goes here, or else what always stands here
    names: tuple[str, ...]
    converters: tuple[tuple[int, Any, Any], ...]


_plans: dict[Hashable, _Plan | None] = {}
_names = itertools.count()
_uses: WeakKeyDictionary[Any, dict[str, int]] = (
    WeakKeyDictionary()
)  # of each connection; from PREPARE_AFTER on prepared


def answer(question: Question, cut: Cut, after: Sequence[Any], shape: Hashable) -> Rows:
    """This will run a question. ``cut(rows, after)`` narrows it to a page; ``shape`` is what else changes its SQL."""
    given = [*question.values.values(), *after]
    kinds = tuple(question.values), tuple(map(_kind, given)), tuple(sorted(question.shape.items()))
    key = question.build, shape, kinds
    try:
        plan = _plans[key]
    except KeyError:
        if len(_plans) >= MOST_PLANS:
            _plans.clear()  # another thread may do so too: what was put there need not be found
        plan = _plans[key] = _prepared(question, cut, after)
    return _run(plan, given) if plan else list(cut(question.rows(), after))


def _run(plan: _Plan, given: Sequence[Any]) -> Rows:
    connection = connections[plan.using]
    with connection.cursor() as cursor:
        if not _run_prepared(plan, given, connection, cursor):
            cursor.execute(plan.sql, [given[n] if n is not None else constant for n, constant in plan.parameters])
        rows = [dict(zip(plan.names, row, strict=True)) for row in cursor.fetchall()]
    for place, convert, expression in plan.converters:
        name = plan.names[place]
        for row in rows:
            row[name] = convert(row[name], expression, connection)
    return rows


def _run_prepared(plan: _Plan, given: Sequence[Any], connection: Any, cursor: Any) -> bool:
    """This will run the statement that the server has prepared; False where it has none."""
    if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):  # behind pgbouncer
        return False
    uses = _uses.setdefault(connection.connection, {})
    count = uses.get(plan.name, 0)
    if count < PREPARE_AFTER and not (count == PREPARE_AFTER - 1 and _prepare(plan, connection, cursor, uses)):
        uses[plan.name] = min(uses.get(plan.name, 0) + 1, PREPARE_AFTER - 1)
        return False
    if current_scope() == NOBODY:
        refuse_unscoped(plan.sql, connection)
    marks = ", ".join(["%s"] * len(given))
    try:
        cursor.execute(f"EXECUTE {plan.name} ({marks})" if given else f"EXECUTE {plan.name}", given)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") not in LOST:
            raise
        uses.clear()
        if connection.in_atomic_block:
            raise  # this transaction is lost, not the next one
        return False
    return True


def _prepare(plan: _Plan, connection: Any, cursor: Any, uses: dict[str, int]) -> bool:
    """This will have the server prepare a statement; a failure would end a transaction, so not inside of one."""
    if connection.in_atomic_block or len(uses) >= MOST_PREPARED:
        return False
    shown = [
        f"${n + 1}" if n is not None else Literal(constant).as_string(cursor.cursor) for n, constant in plan.parameters
    ]
    try:
        cursor.execute(f"PREPARE {plan.name} AS {plan.sql % tuple(shown)}")
    except DatabaseError:
        uses[plan.name] = -1_000_000  # not soon again
        return False
    uses[plan.name] = PREPARE_AFTER
    return True


def _prepared(question: Question, cut: Cut, after: Sequence[Any]) -> _Plan | None:
    kinds = [_kind(value) for value in (*question.values.values(), *after)]
    if None in kinds:
        return None
    stand_ins = [STAND_INS[kind]() for kind in kinds if kind]
    count = len(question.values)
    values = dict(zip(question.values, stand_ins, strict=False))
    rows = cut(question.build(**question.shape, **values), stand_ins[count:])
    query = rows.query
    compiler = query.get_compiler(rows.db)
    try:
        sql, parameters = compiler.as_sql()
    except (EmptyResultSet, FullResultSet):
        return None
    places = {(type(each), each): number for number, each in enumerate(stand_ins)}
    found = tuple((_place(places, each), each) for each in parameters)
    everywhere = {number for number, _each in found} >= set(range(len(stand_ins)))
    if not everywhere or rows._iterable_class is not ValuesIterable:
        return None
    selected = [each[0] for each in compiler.select[: compiler.col_count]]
    if compiler.has_composite_fields(selected):
        return None
    converters = compiler.get_converters(selected)
    flat = tuple((place, each, expression) for place, (all_, expression) in converters.items() for each in all_)
    names = query.selected or (*query.extra_select, *query.values_select, *query.annotation_select)
    return _Plan(f"list_{next(_names)}", rows.db, sql, found, tuple(names), flat)


def _kind(value: Any) -> type | None:
    """Values of one kind make the same SQL; None for one that has no stand-in."""
    kind = type(value)
    if kind is int and value not in SMALL:
        return None
    return kind if kind in STAND_INS else None


STAND_INS: dict[type, Callable[[], Any]] = {
    UUID: uuid4,
    str: lambda: f"stand-in {secrets.token_hex(16)}",
    int: lambda: 10**8 + secrets.randbelow(10**9),
    datetime: lambda: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=secrets.randbelow(10**15)),
}


def _place(places: Mapping[Any, int], parameter: Any) -> int | None:
    try:
        return places.get((type(parameter), parameter))
    except TypeError:  # not hashable: none of ours
        return None
