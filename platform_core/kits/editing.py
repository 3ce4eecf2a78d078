"""Two editors of one thing: a page carries the state that it showed, and nobody overwrites what they have not seen.

The page holds ``seen_of(row, fields)`` in a hidden field. The service compares under the row's lock by
``refuse_if_changed``. What REST does for the same end stands in ``kits/api/etags.py``.
"""

import hashlib
import json
from collections.abc import Sequence

LENGTH = 24


class ChangedByOthersError(Exception):
    """Somebody else was faster: what the editor saw is not there any more. Nothing was saved."""


def seen_of(row: object, fields: Sequence[str]) -> str:
    """This will name the state of these fields of a row, for a hidden field of its form."""
    values = [getattr(row, name) for name in fields]
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()[:LENGTH]


def refuse_if_changed(row: object, fields: Sequence[str], seen: str | None) -> None:
    """This will raise ChangedByOthersError where the row, locked, is not as ``seen``; None and '' ask for no comparison."""
    if seen and seen != seen_of(row, fields):
        raise ChangedByOthersError
