"""What Postgres cannot store in any text: NUL. No input needs it, so it is the sender's fault, not ours."""

from django.db import DataError

_SIGNS = ("NUL (0x00)", "\\u0000")  # of a text column, of a JSON one


def holds_nul(error: BaseException | None) -> bool:
    """This will say whether a statement was refused because a text in it holds a NUL character."""
    return isinstance(error, DataError) and any(sign in str(error) for sign in _SIGNS)
