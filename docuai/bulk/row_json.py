"""A row's values as the JSON that is stored: keys in order, so that the same values give the same text."""

from collections.abc import Mapping
from typing import Any

import orjson

_SORTED = orjson.OPT_SORT_KEYS


def row_json(data: Mapping[str, Any]) -> bytes:
    """This will write a row's values as JSON."""
    return orjson.dumps(data, str, _SORTED)
