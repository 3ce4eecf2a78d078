"""Finds statements that touch an organization's table with no scope open.

The database already answers them with no rows, which hides the bug: an empty page looks like an empty organization. So
tests and development raise, production logs (``TENANCY_UNSCOPED = "raise" | "log"``). Migrations always raise: a data
migration that finds no rows would be recorded as done.
"""

import functools
import logging
import re
from typing import Any

from django.apps import apps
from django.conf import settings

from platform_core.kits.tenancy.constraints import policy_of
from platform_core.kits.tenancy.roles import is_owner
from platform_core.kits.tenancy.scope import ScopeError

logger = logging.getLogger(__name__)
DATA = re.compile(r"\s*\(?\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|EXPLAIN|MERGE|DECLARE)\b", re.IGNORECASE)


@functools.cache
def _owned_tables() -> re.Pattern[str]:
    names = [re.escape(model._meta.db_table) for model in apps.get_models() if policy_of(model)]
    return re.compile(rf"\b(?:{'|'.join(names)})\b" if names else "(?!)")


def owned_table_in(sql: str) -> str:
    """This will name the first organization's table that ``sql`` reads or writes; '' if there is none."""
    if not apps.models_ready or not DATA.match(sql) or (found := _owned_tables().search(sql)) is None:
        return ""
    return found[0]


def refuse_unscoped(sql: str, connection: Any) -> None:
    if not (table := owned_table_in(sql)):
        return
    if settings.TENANCY_UNSCOPED == "raise" or is_owner(connection):
        raise ScopeError(f"{table} was touched with no scope open: {sql[:200]}")
    logger.error("tenancy.unscoped_statement", extra={"table": table}, stack_info=True)
