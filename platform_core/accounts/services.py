"""What people change about their own accounts. Nothing here belongs to an organization, so nothing lands in an audit log."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from platform_core.accounts.models import Avatar, User
from platform_core.accounts.pictures import squared

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
