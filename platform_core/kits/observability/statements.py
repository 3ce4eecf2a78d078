"""How long statements take, by operation: an execute wrapper on every connection."""

import time
from typing import Any

from platform_core.kits.observability.metrics import STATEMENTS

OPERATIONS = frozenset(
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "COPY", "SAVEPOINT", "RELEASE", "ROLLBACK", "EXECUTE"]
)


def time_statements(*, connection: Any, **_signal: Any) -> None:
    """This will time the statements of a new connection. First in line, so that it sees them without the scope."""
    if time_statement not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, time_statement)


def time_statement(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """This will run one statement and observe its time, also when it fails."""
    begin = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        STATEMENTS.labels(operation=operation(sql)).observe(time.perf_counter() - begin)


def operation(sql: Any) -> str:
    """This will return the first word of a statement where it is a usual one, else OTHER."""
    word = sql.lstrip("( \n")[:9].split(maxsplit=1)[0].upper() if isinstance(sql, str) and sql.strip("( \n") else ""
    return word if word in OPERATIONS else "OTHER"
