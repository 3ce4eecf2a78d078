"""``ETag`` and ``If-Match`` (RFC 9110): who changes what others edit too names the state that they read.

A handler marked ``@guarded`` cannot be called without ``If-Match`` (428). The service compares inside its transaction,
under the row's lock, and raises ``ChangedMeanwhileError`` (412): between two editors nobody's work is lost unseen.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from platform_core.kits.api.problems import ProblemError

Handler = TypeVar("Handler", bound=Callable[..., Any])


def etag_of(key: object, changed_at: datetime) -> str:
    """This will name the state of a row: a strong tag of its id and the instant it was last changed."""
    return f'"{hashlib.sha256(f"{key}:{changed_at.isoformat()}".encode()).hexdigest()[:24]}"'


def guarded(handler: Handler) -> Handler:
    """This will mark a handler that wants ``If-Match``; the description says so. It calls ``wanted_tags``."""
    handler.if_match = True  # type: ignore[attr-defined]
    return handler


def wanted_tags(request: Any) -> frozenset[str]:
    """This will read ``If-Match``: the tags that the caller takes, ``*`` for any. Raises ProblemError 428 without one."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        text = _("Send If-Match with the ETag that you read, so that no change of others is lost.")
        raise ProblemError(428, "if_match_required", text)
    return frozenset(tag.strip() for tag in given.split(","))


def is_wanted(tag: str, wanted: frozenset[str]) -> bool:
    """Whether the state is one that the caller takes. A weak tag never matches (RFC 9110, 13.1.1)."""
    return "*" in wanted or tag in wanted
