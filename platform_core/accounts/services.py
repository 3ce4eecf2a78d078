"""What people change about their own accounts. Nothing here belongs to an organization, so nothing lands in an audit log."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from platform_core.accounts.models import Avatar, User
from platform_core.accounts.pictures import squared
from platform_core.accounts.selectors import COME_BACK

PROFILE = ("name", "language", "region", "time_zone", "theme")


def change_profile(*, actor: User, **values: Any) -> User:
    """This will change the actor's name, language, region, time zone or theme; raises TypeError for any other field."""
    if unknown := set(values) - set(PROFILE):
        raise TypeError(f"no part of a profile: {', '.join(sorted(unknown))}")
    for field, value in values.items():
        setattr(actor, field, value)
    actor.save(update_fields=list(values))
    return actor


def set_picture(*, actor: User, content: bytes) -> None:
    """This will draw the picture anew as a square and keep it; raises PictureError and keeps the old one."""
    image = squared(content)
    with transaction.atomic():
        Avatar.objects.update_or_create(user=actor, defaults={"image": image})
        actor.picture_at = timezone.now()
        actor.save(update_fields=["picture_at"])


def remove_picture(*, actor: User) -> None:
    """This will remove the picture: initials stand in its place."""
    with transaction.atomic():
        Avatar.objects.filter(user=actor).delete()
        actor.picture_at = None
        actor.save(update_fields=["picture_at"])


def come_back_after_sign_in(request: HttpRequest, *, path: str, email: str = "") -> None:
    """This will open ``path`` once the person has signed in or up; ``email`` counts as confirmed: its link was mailed to it."""
    request.session[COME_BACK] = path
    if email:
        get_adapter(request).stash_verified_email(request, email)
