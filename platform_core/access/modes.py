"""Test and live kept apart in the API: a test key sees and touches what tests made, a live key's lists show what is live.

Rows that are shared by both (templates, members) have no mode. A person sees both, told apart by a mark.
"""

from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from platform_core.access.can import Principal
from platform_core.kits.api.problems import ParameterError, ProblemError

Rows = TypeVar("Rows", bound=QuerySet[Any, Any])
MODES = {"true": True, "false": False}  # of the parameter ``test`` in the address of a page


def of_mode(rows: Rows, principal: Principal, wanted: bool | None) -> Rows:
    """This will narrow a list to test or live rows (``mode_of``)."""
    mode = mode_of(principal, wanted)
    return rows if mode is None else rows.filter(is_test=mode)


def mode_of(principal: Principal, wanted: bool | None) -> bool | None:
    """This will say which rows a list shows, as the caller's parameter ``test`` says, or as its key is; None: both.

    Raises ParameterError where a test key asks for live rows.
    """
    if principal.is_test and wanted is False:
        raise ParameterError("test", _("A test key sees what test keys made. Send a live key to see the rest."))
    if principal.is_test:
        return True
    return False if wanted is None and principal.key_id else wanted


def choices_of(rows: QuerySet[Any, Any], wanted: str) -> list[tuple[str, Any]]:
    """This will give what a page's filter offers; nothing where there are no test rows and none were asked for."""
    if wanted not in MODES and not rows.filter(is_test=True).exists():
        return []
    return [("", _("Test and live")), ("true", _("Test only")), ("false", _("Live only"))]


def narrowed(rows: Rows, wanted: str) -> Rows:
    """This will narrow a page's list by the address: ``true``, ``false``, or both for anything else."""
    return rows.filter(is_test=MODES[wanted]) if wanted in MODES else rows


def require_mode(principal: Principal, is_test: bool | None) -> None:
    """This will refuse a test key what is live; ``None``: there is no such object, which others say."""
    if principal.is_test and is_test is False:
        text = _("This exists, but it is live and your key is a test key. Send a live key.")
        raise ProblemError(404, "live_object", text)
