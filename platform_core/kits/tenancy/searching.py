"""Search by words that stays on its index: the ids come from a function that runs past the policies, for one tenant.

Under a policy Postgres may not try ``LIKE`` before it has checked the row (the operator could leak), so it reads the whole
tenant (operations.ServiceFunction). A function made there looks the words up in a trigram index, within the organization of
the scope. What matches often is left to the caller's own condition: read newest first, such a list is full after a few rows.
"""

from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

MOST = 10_000
FEW = 200
SHORTEST = 3  # signs: a trigram


def found_by(function: str, words: str, *more: str, column: str = "pk") -> Q | None:
    """This will give the condition that ``column`` is among the ids that ``function(pattern, …)`` finds; one query.

    Few ids are named in the condition, more are found by a second call. None where words are too short for the index or
    match more than ``MOST`` rows: use the plain condition then. The function takes the pattern of ``UPPER(…) LIKE`` and
    must stop after ``MOST`` rows and one more.
    """
    if len(words) < SHORTEST:
        return None
    arguments = [pattern_of(words), *more]
    call = f"{function}({', '.join(['%s'] * len(arguments))})"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), (array_agg(found))[:{FEW}] FROM {call} AS found", arguments)
        count, ids = cursor.fetchone()
    if count > MOST:
        return None
    if count <= FEW:
        return Q(**{f"{column}__in": ids or []})
    found: Any = RawSQL(f"SELECT * FROM {call}", arguments)  # noqa: S611
    return Q(**{f"{column}__in": found})


def pattern_of(words: str) -> str:
    """This will write the pattern that Django's ``icontains`` compares ``UPPER(column)`` with, but for UPPER itself."""
    return f"%{connection.ops.prep_for_like_query(words)}%"
