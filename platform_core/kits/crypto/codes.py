"""Codes that people write down: ten letters and digits that nobody mistakes for another, kept as a keyed hash."""

import secrets
from uuid import UUID

from django.utils.crypto import salted_hmac

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without i, l, o, 0, 1
LENGTH = 10  # 31**10 is 49 bits; keyed, so a copy of the table alone allows no guessing


def new_code() -> str:
    """This will make a code as it is shown: ``k7m2x-9pq4d``."""
    text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{text[:5]}-{text[5:]}"


def code_hash(owner: UUID, code: str) -> str:
    """This will give what is stored instead of a code of ``owner``; case, spaces and dashes do not count."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return salted_hmac(f"recovery:{owner}", plain, algorithm="sha256").hexdigest()
