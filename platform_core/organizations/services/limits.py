"""Booking on an organization's limits: one guarded UPDATE, so that parallel requests never pass a limit together.

Call inside the transaction of what is booked for: both stand or fall together.
"""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from platform_core.events.services import emit
from platform_core.kits.web import numbers
from platform_core.organizations.errors import OrganizationError
from platform_core.organizations.models import Organization, Usage, UsageEntry
from platform_core.organizations.selectors.limits import DEFAULTS, limit_of, period_of, used_of

MARKS = (80, 100)  # percent of a limit at which people are told


class LimitReachedError(OrganizationError):
    """The plan does not allow this much."""

    def __init__(self, name: str, limit: int, used: int, asked: int) -> None:
        self.name, self.limit, self.used, self.asked = name, limit, used, asked
        write = numbers.size if DEFAULTS[name].unit == "bytes" else numbers.write
        facts = {
            "what": DEFAULTS[name].label,
            "limit": write(limit),
            "left": write(max(0, limit - used)),
            "asked": write(asked),
        }
        text = {
            "month": _("%(what)s: %(left)s of %(limit)s left this month, %(asked)s needed. Ask an owner for more."),
            "standing": _("%(what)s: %(left)s of %(limit)s left, %(asked)s needed. Ask an owner for more."),
            "each": _("%(what)s: %(limit)s at most, %(asked)s given. Split it into parts."),
        }[DEFAULTS[name].per]
        super().__init__(text % facts)


def reserve(*, organization: Organization | UUID, name: str, amount: int, key: str) -> bool:
    """This will book ``amount``, once for a key: True when it was booked now, False when the key had been already.

    Raises LimitReachedError where it does not fit, and KeyError for a limit nobody declared. Locks the usage's row.
    """
    organization_id = organization.pk if isinstance(organization, Organization) else organization
    limit, period = limit_of(organization_id, name), period_of(name)
    if DEFAULTS[name].per == "each":
        if limit is not None and amount > limit:
            raise LimitReachedError(name, limit, 0, amount)
        return True
    with transaction.atomic():
        if not _booked_now(organization_id, name=name, period=period, amount=amount, key=key):
            return False
        ours = {"organization_id": organization_id, "name": name, "period": period}
        Usage.objects.bulk_create([Usage(**ours)], ignore_conflicts=True)
        room = {} if limit is None else {"used__lte": limit - amount}
        if Usage.objects.filter(**ours, **room).update(used=F("used") + amount):
            if limit:
                _tell_of_use(organization_id, name=name, limit=limit, amount=amount)
            return True
        raise LimitReachedError(name, limit or 0, used_of(organization_id, name), amount)


def release(*, organization: Organization | UUID, key: str, keep: int = 0) -> int:
    """This will give back what was booked under a key but ``keep``, and return how much that was; a second time nothing."""
    with transaction.atomic():
        entry = UsageEntry.objects.for_organization(organization).select_for_update().filter(key=key).first()
        back = max(0, entry.amount - keep) if entry else 0
        if entry is None or not back:
            return 0
        Usage.objects.for_organization(organization).filter(name=entry.name, period=entry.period).update(
            used=F("used") - back
        )
        if keep:
            entry.amount = keep
            entry.save(update_fields=["amount"])
        else:
            entry.delete()
        return back


def _tell_of_use(organization_id: UUID, *, name: str, limit: int, amount: int) -> None:
    """The booking that passes a mark says so. Its row is locked, so no other booking passes the same mark."""
    used = used_of(organization_id, name)
    passed = [mark for mark in MARKS if (used - amount) * 100 < mark * limit <= used * 100]
    if passed:
        emit(type="limit.near", organization_id=organization_id, payload={"name": name, "percent": passed[-1]})


def _booked_now(organization_id: UUID, **fields: object) -> bool:
    """A booking under the same key by somebody else is waited for: the unique index decides."""
    try:
        with transaction.atomic():
            UsageEntry.objects.create(organization_id=organization_id, **fields)
    except IntegrityError:
        return False
    return True
