"""Reads of factors, sessions and what happened at a person's door."""

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db.models import Count, QuerySet
from django.utils import timezone

from platform_core.accounts.models import User
from platform_core.identity.models import (
    Authenticator,
    Passkey,
    RecoveryCodes,
    SecurityEvent,
    SignedInSession,
    TrustedDevice,
)
from platform_core.kits.tenancy.models import OrganizationOwnedQuerySet
from platform_core.kits.tenancy.scope import person
from platform_core.organizations.models import Membership, Organization

SHARE_DAYS = 30
RECENT = 20
Factor = Authenticator | Passkey


def factors_of(user: User) -> list[Factor]:
    """This will list a person's confirmed factors, the last used first. Recovery codes are none by themselves."""
    found: list[Factor] = [
        *Authenticator.objects.filter(user=user, confirmed=True),
        *Passkey.objects.filter(user=user, confirmed=True),
    ]
    never = datetime.datetime(1, 1, 1, tzinfo=datetime.UTC)
    return sorted(found, key=lambda factor: (factor.last_used_at or never, factor.pk), reverse=True)


def has_factor(user: User) -> bool:
    """This will say whether a person has a confirmed factor."""
    return (
        Authenticator.objects.filter(user=user, confirmed=True).exists()
        or Passkey.objects.filter(user=user, confirmed=True).exists()
    )


def codes_of(user: User) -> RecoveryCodes | None:
    """This will find the person's set of recovery codes."""
    return RecoveryCodes.objects.filter(user=user).first()


def codes_left(user: User) -> int:
    """This will count the recovery codes that still work."""
    codes = codes_of(user)
    return codes.codes.filter(used_at=None).count() if codes else 0


def requiring(user: User, *, now: datetime.datetime) -> list[Organization]:
    """This will list the person's organizations that let nobody in without a factor by now."""
    with person(user.pk):
        rows = Membership.objects.filter(user=user, organization__factor_required_from__lte=now)
        return [membership.organization for membership in rows.select_related("organization")]


def coming(user: User, *, now: datetime.datetime) -> list[Organization]:
    """This will list the person's organizations whose grace period runs, the first to end first."""
    with person(user.pk):
        rows = Membership.objects.filter(user=user, organization__factor_required_from__gt=now)
        found = rows.select_related("organization").order_by("organization__factor_required_from")
        return [membership.organization for membership in found]


def must_have_factor(user: User, *, now: datetime.datetime) -> bool:
    """This will say whether a person may not sign in without a factor: platform staff, or a member of such an organization."""
    return user.is_staff or bool(requiring(user, now=now))


def members_without_factor(organization: Organization) -> OrganizationOwnedQuerySet[Membership]:
    """This will list who would be shut out if the organization required a factor now."""
    having = [
        model.objects.filter(confirmed=True, user__memberships__organization=organization).values("user")
        for model in (Authenticator, Passkey)
    ]
    rows = Membership.objects.for_organization(organization).select_related("user")
    return rows.exclude(user__in=having[0]).exclude(user__in=having[1]).order_by("user__name", "user__email")


def sessions_of(user: User) -> list[SignedInSession]:
    """This will list where the person is signed in, the last used first."""
    rows = SignedInSession.objects.filter(user=user)
    living = Session.objects.filter(session_key__in=rows.values("session_key"), expire_date__gt=timezone.now())
    return list(rows.filter(session_key__in=living.values("session_key")).order_by("-last_used_at"))


def trusted_devices_of(user: User) -> QuerySet[TrustedDevice]:
    """This will list the browsers that skip the second factor."""
    return TrustedDevice.objects.filter(user=user, expires_at__gt=timezone.now()).order_by("-created_at")


def events_of(user: User) -> QuerySet[SecurityEvent]:
    """This will list what happened at the person's door, the newest first."""
    return SecurityEvent.objects.filter(user=user).order_by("-at")[:RECENT]


@dataclass(frozen=True, slots=True)
class SignIns:
    """Sign-ins of the last 30 days."""

    done: int
    failed: int

    @property
    def failed_percent(self) -> float:
        every = self.done + self.failed
        return 100 * self.failed / every if every else 0.0


def sign_ins_of(user_id: UUID) -> SignIns:
    """This will count a person's sign-ins of the last 30 days, and those that failed."""
    since = timezone.now() - datetime.timedelta(days=SHARE_DAYS)
    rows = SecurityEvent.objects.filter(user_id=user_id, at__gt=since).values("kind").annotate(n=Count("id"))
    counted: dict[Any, int] = {row["kind"]: row["n"] for row in rows.order_by()}
    return SignIns(
        done=sum(counted.get(kind, 0) for kind in SecurityEvent.SUCCESSES),
        failed=sum(counted.get(kind, 0) for kind in SecurityEvent.FAILURES),
    )
