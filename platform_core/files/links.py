"""Signed links that expire: who holds one may read one file, or one stretch of a key, until its time is over.

The token carries organization, object, name, type and end; nothing of it can be changed without the signature breaking.
"""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

SALT = "platform_core.files.links"
FIELDS = ("organization_id", "purpose", "ends_at", "file_id", "key", "offset", "size", "name", "content_type", "inline")


class LinkError(Exception):
    """No such link: the token is not ours or was changed."""


class ExpiredLinkError(LinkError):
    """The link was good and its time is over."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link opens: the file ``file_id``, else ``size`` bytes of ``key`` from ``offset``."""

    organization_id: UUID
    purpose: str
    ends_at: int
    file_id: UUID | None = None
    key: str = ""
    offset: int = 0
    size: int = -1
    name: str = ""
    content_type: str = ""
    inline: bool = False


def address(link: Link) -> str:
    """This will give the whole address of a link, host included: it goes into mails."""
    if link.key and not link.key.startswith(f"{link.organization_id}/"):
        raise ValueError("a link opens only what belongs to its organization")
    values = [getattr(link, name) for name in FIELDS]
    token = signing.dumps(
        [str(value) if isinstance(value, UUID) else value for value in values], salt=SALT, compress=True
    )
    return f"{settings.BASE_URL}{reverse('file-link', kwargs={'token': token})}"


def opened(token: str, *, purpose: str = "") -> Link:
    """This will read a token; raises LinkError, ExpiredLinkError."""
    try:
        values: list[Any] = signing.loads(token, salt=SALT)
        found = dict(zip(FIELDS, values, strict=True))
        found["organization_id"] = UUID(found["organization_id"])
        found["file_id"] = UUID(found["file_id"]) if found["file_id"] else None
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise LinkError from error
    link = Link(**found)
    if purpose and link.purpose != purpose:
        raise LinkError
    if link.ends_at < time.time():
        raise ExpiredLinkError
    return link
