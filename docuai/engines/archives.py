"""A ZIP of Typst source and its files: the limits of Word's archives, in words for this kind. Runs in the sandbox child."""

from __future__ import annotations

from docuai.engines import word_package
from docuai.engines.base import EngineError

CODES = {
    "broken_file": "archive_broken",
    "zip_bomb": "archive_too_large",
    "unsafe_entry": "archive_unsafe",
    "old_or_encrypted": "archive_locked",
}


def unpacked(raw: bytes) -> dict[str, bytes]:
    """This will unpack a ZIP; raises EngineError."""
    try:
        return word_package.unpacked(raw)
    except EngineError as error:
        code = CODES.get(error.code, error.code)
        raise EngineError(code, location=error.location, **error.params) from error
