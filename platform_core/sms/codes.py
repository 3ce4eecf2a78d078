"""Codes that prove a number: six digits, kept as an HMAC bound to the person and the number. Pure but for chance."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

LIFE = timedelta(minutes=10)
TRIES = 5
PAUSE = timedelta(seconds=60)  # between two codes
CODES, WINDOW = 5, timedelta(hours=24)  # a gateway charges for each


def new_code() -> str:
    """This will draw a code."""
    return f"{secrets.randbelow(1_000_000):06d}"


def hash_of(code: str, *, user_id: UUID, number: str) -> str:
    """This will make what is stored in the code's place."""
    return salted_hmac("platform_core.sms.code", f"{user_id}:{number}:{code}", algorithm="sha256").hexdigest()


def fits(code: str, stored: str, *, user_id: UUID, number: str) -> bool:
    """This will compare in constant time; spaces that people type do not count."""
    given = "".join(code.split())
    return bool(stored) and constant_time_compare(hash_of(given, user_id=user_id, number=number), stored)


def is_alive(sent_at: datetime | None, now: datetime) -> bool:
    """This will say whether a code sent then can still be used."""
    return sent_at is not None and sent_at <= now < sent_at + LIFE
