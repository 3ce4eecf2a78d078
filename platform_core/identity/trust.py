"""Trusted devices: a random cookie of 30 days, of which only the hash is kept."""

import datetime
import hashlib
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from platform_core.accounts.models import User
from platform_core.identity.models import TrustedDevice
from platform_core.kits.observability.context import client

COOKIE = "trusted_device"
DAYS = 30


def trust(request: HttpRequest, response: HttpResponseBase, user: User) -> TrustedDevice:
    """This will let this browser skip the person's second factor for 30 days."""
    secret = secrets.token_urlsafe(32)
    life = datetime.timedelta(days=DAYS)
    device = TrustedDevice.objects.create(
        user=user,
        token_hash=_hash(secret),
        user_agent=client().user_agent,
        ip=client().ip,
        expires_at=timezone.now() + life,
    )
    set_cookie(response, COOKIE, secret, life)
    return device


def is_trusted(request: HttpRequest, user: User) -> bool:
    """This will say whether this browser may skip the second factor of this person, and note that it did."""
    secret = request.COOKIES.get(COOKIE, "")
    now = timezone.now()
    living = TrustedDevice.objects.filter(user=user, token_hash=_hash(secret), expires_at__gt=now)
    return bool(secret) and bool(living.update(last_used_at=now))


def set_cookie(response: HttpResponseBase, name: str, value: str, life: datetime.timedelta) -> None:
    """This will set a cookie that no script reads and no other site sends along."""
    response.set_cookie(
        name, value, max_age=life, httponly=True, samesite="Lax", secure=bool(settings.SESSION_COOKIE_SECURE)
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
