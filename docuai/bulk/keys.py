"""The key of a row: its place and its content, so that a row cannot be stored twice in its run.

The number stands in front: keys of one table grow with it, so that the unique index fills at its end instead of anywhere.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson

_SORTED = orjson.OPT_SORT_KEYS


def row_key(number: int, data: Mapping[str, Any]) -> str:
    """This will give the key of a row, the same for the same values in any order of keys."""
    return key_of_json(number, row_json(data))


def row_json(data: Mapping[str, Any]) -> bytes:
    """This will write a row's values as JSON, keys in order: what is stored and what the key is made of."""
    return orjson.dumps(data, str, _SORTED)


def key_of_json(number: int, data: bytes) -> str:
    """This will give the key of a row whose values are already written by `row_json`."""
    return f"{number:07}-{blake2b(data, digest_size=16).hexdigest()}"
