"""What is known of text messages: whether there is a gateway, whose number is verified, what the plan allows."""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from platform_core.organizations.selectors.limits import Limit, declare_limit
from platform_core.sms.models import MobileNumber

SMS = declare_limit(Limit("sms", _("Text messages"), 200))


def is_offered() -> bool:
    """This will say whether this platform can send text messages at all."""
    return settings.SMS is not None


def number_of(user_id: UUID) -> MobileNumber:
    """This will read a person's number, an empty one where they have none."""
    return MobileNumber.objects.filter(user_id=user_id).first() or MobileNumber(user_id=user_id)


def reachable(user_ids: Collection[UUID]) -> dict[UUID, str]:
    """This will give the verified numbers of these people; nothing where there is no gateway."""
    if not is_offered():
        return {}
    rows = MobileNumber.objects.filter(user_id__in=user_ids, verified_at__isnull=False)
    return dict(rows.values_list("user_id", "number"))
