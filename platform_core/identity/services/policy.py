"""What an organization asks of its members' sign-ins."""

import datetime

from django.db import transaction
from django.utils import timezone

from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.organizations.models import Organization


def require_factor(*, actor: User, organization: Organization, grace_days: int) -> Organization:
    """This will let nobody in without a second factor once ``grace_days`` are over; 0 means from now on."""
    return _set(actor, organization, timezone.now() + datetime.timedelta(days=grace_days))


def stop_requiring_factor(*, actor: User, organization: Organization) -> Organization:
    """This will let members in without a second factor again."""
    return _set(actor, organization, None)


def _set(actor: User, organization: Organization, since: datetime.datetime | None) -> Organization:
    with transaction.atomic():
        locked = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        before = locked.factor_required_from
        if before is None and since is None:
            return locked
        locked.factor_required_from = since
        locked.save(update_fields=["factor_required_from"])
        audit(
            action="organization.second_factor",
            target=locked,
            organization_id=locked.pk,
            actor=actor,
            changes={"factor_required_from": [_text(before), _text(since)]},
        )
        emit(type="organization.changed", organization_id=locked.pk, payload={"fields": ["factor_required_from"]})
    return locked


def _text(instant: datetime.datetime | None) -> str | None:
    return instant.isoformat(timespec="seconds") if instant else None
