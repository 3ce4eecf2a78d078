"""Reads of accounts: which addresses a person has proved, and their picture."""

from uuid import UUID

from allauth.account.models import EmailAddress

from platform_core.accounts.models import Avatar, User
from platform_core.accounts.selectors.addresses import fault_of, plain_address

__all__ = ["COME_BACK", "fault_of", "picture_of", "plain_address", "verified_addresses"]

COME_BACK = "come_back_to"  # in a session: the path of ours to open after signing in


def verified_addresses(user: User) -> list[str]:
    """This will list the addresses that the person has confirmed."""
    return list(EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True))


def picture_of(user_id: UUID) -> bytes | None:
    """This will read a person's picture, a square WebP, or None."""
    image = Avatar.objects.filter(user_id=user_id).values_list("image", flat=True).first()
    return bytes(image) if image is not None else None
