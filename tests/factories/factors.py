"""Second factors of people, and the codes that their apps would show."""

from typing import Any

from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import totp

from platform_core.accounts.models import User
from platform_core.identity.models import Authenticator
from platform_core.identity.services.factors import make_codes

SECRET = b"12345678901234567890"


def make_authenticator(user: User, *, name: str = "Phone", confirmed: bool = True) -> Authenticator:
    device = Authenticator(user=user, name=name, confirmed=confirmed)
    device.keep_secret(SECRET)
    device.save()
    return device


def code_of(device: Authenticator, *, seconds: int = 0) -> str:
    """This will give the code that the app shows now, or ``seconds`` from now."""
    return f"{totp(device.secret, t0=-seconds):06d}"


def sign_in_verified(client: Client, user: User) -> Authenticator:
    """This will sign in as somebody who has just shown their factor."""
    device = make_authenticator(user)
    client.force_login(user)
    session: Any = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return device


__all__ = ["code_of", "make_authenticator", "make_codes", "sign_in_verified"]
