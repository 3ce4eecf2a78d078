"""What staff do: hold work back and let it go, tell people, act as a member; and what an organization says to that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit
from platform_core.kits.observability.context import client, request_id
from platform_core.kits.work.pausing import QUEUES
from platform_core.mail.services import queue_mail
from platform_core.operations import selectors
from platform_core.operations.models import Impersonation, Notice, NoticeDismissal, Pause, StaffEvent, SupportAccess
from platform_core.organizations.models import Membership, Organization, Role

if TYPE_CHECKING:
    from platform_core.accounts.models import User

MOST = timedelta(minutes=30)
STAFF = AuditEvent.ActorKind.STAFF


class NotAllowedError(Exception):
    """Staff cannot do this; the text says why. ``field`` names what to change."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def pause_work(
    *,
    actor: User,
    scope: str,
    name: str = "",
    organization: Organization | None = None,
    reason_en: str,
    reason_es: str,
    until: datetime | None = None,
) -> Pause:
    """This will hold work back from the next claim on; what runs ends its batch. Raises NotAllowedError."""
    _check_pause(scope, name, organization)
    if until is not None and until <= timezone.now():
        raise NotAllowedError(_("Choose an end in the future, or none."), "until")
    with transaction.atomic():
        pause = Pause.objects.create(
            scope=scope,
            name=name,
            organization=organization,
            reason_en=reason_en,
            reason_es=reason_es,
            by=actor,
            until=until,
        )
        _write_down("platform.pause", pause, actor, {"paused": [None, str(name or organization)]})
        transaction.on_commit(selectors.forget_notices)
    return pause


def lift_pause(*, actor: User, pause: Pause) -> bool:
    """This will let work go on with the next wake-up; False when it was lifted before."""
    with transaction.atomic():
        if not Pause.objects.filter(pk=pause.pk, lifted_at=None).update(lifted_at=timezone.now()):
            return False
        _write_down("platform.resume", pause, actor, {"paused": [str(pause.name or pause.organization), None]})
        transaction.on_commit(selectors.forget_notices)
    return True


def publish_notice(
    *,
    actor: User,
    level: str,
    text_en: str,
    text_es: str,
    starts_at: datetime,
    ends_at: datetime,
    organization: Organization | None = None,
) -> Notice:
    """This will show a text to everybody, or to an organization's members, from one instant until another."""
    if ends_at <= max(starts_at, timezone.now()):
        raise NotAllowedError(_("The end must lie after the beginning, and in the future."), "ends_at")
    with transaction.atomic():
        notice = Notice.objects.create(
            level=level,
            text_en=text_en,
            text_es=text_es,
            organization=organization,
            starts_at=starts_at,
            ends_at=ends_at,
            by=actor,
        )
        _write_down("platform.notice", notice, actor, {"text": [None, text_en]})
        transaction.on_commit(selectors.forget_notices)
    return notice


def end_notice(*, actor: User, notice: Notice) -> bool:
    """This will take a notice down now; False when it had ended."""
    now = timezone.now()
    with transaction.atomic():
        begun = Notice.objects.filter(pk=notice.pk, ends_at__gt=now, starts_at__lt=now).update(ends_at=now)
        planned = 0 if begun else Notice.objects.filter(pk=notice.pk, starts_at__gte=now).delete()[0]
        if begun or planned:
            _write_down("platform.notice_end", notice, actor, {"text": [notice.text_en, None]})
        transaction.on_commit(selectors.forget_notices)
    return bool(begun or planned)


def dismiss_notice(*, person_id: UUID, notice_id: UUID) -> None:
    """This will not show a notice to this person again."""
    if Notice.objects.filter(pk=notice_id).exists():
        NoticeDismissal.objects.get_or_create(notice_id=notice_id, person_id=person_id)
    try:
        cache.delete(selectors.dismissed_name(person_id))
    except redis.RedisError:
        return


def allow_support(*, actor: User, organization: Organization, allowed: bool) -> None:
    """This will let staff act as members, or not; what runs of it ends at once."""
    with transaction.atomic():
        row, _made = SupportAccess.objects.for_organization(organization).get_or_create(organization=organization)
        locked = SupportAccess.objects.for_organization(organization).select_for_update().get(pk=row.pk)
        if locked.allowed == allowed:
            return
        SupportAccess.objects.for_organization(organization).filter(pk=row.pk).update(allowed=allowed)
        if not allowed:
            open_ones = Impersonation.objects.for_organization(organization).filter(ended_at=None)
            open_ones.update(ended_at=timezone.now(), end=Impersonation.End.REVOKED)
        changes = {"support_access": [locked.allowed, allowed]}
        audit(action="organization.support_access", target=organization, actor=actor, changes=changes)


def start_impersonation(
    *, actor: User, membership: Membership, reason: str, minutes: int = 30, acts: bool = False
) -> Impersonation:
    """This will let a member of staff be a member for a while; person and owners are told by mail. Raises NotAllowedError.

    Call it in the organization's scope. Staff are nobody: an account that may do more than its organization is out of reach.
    """
    organization, person = membership.organization, membership.user
    if len(reason.strip()) < 10:
        raise NotAllowedError(_("Say why, in ten characters or more: the organization reads it."), "reason")
    if person.is_staff or not person.is_active or person.pk == actor.pk:
        raise NotAllowedError(
            _("Nobody may act as a member of staff, as themselves, or as a closed account."), "person"
        )
    if not selectors.allows_support(organization.pk):
        raise NotAllowedError(
            _("%(name)s does not let platform staff act as its members.") % {"name": organization.name}
        )
    length = min(timedelta(minutes=max(minutes, 1)), MOST)
    with transaction.atomic():
        made = Impersonation.objects.create(
            organization=organization,
            staff=actor,
            person=person,
            reason=reason.strip(),
            acts=acts,
            expires_at=timezone.now() + length,
        )
        changes = {"reason": [None, made.reason], "minutes": [None, length.seconds // 60], "acts": [None, acts]}
        _note(made, "staff.impersonation_start", actor, changes)
        _tell(made)
    return made


def end_impersonation(*, impersonation: Impersonation, end: str = Impersonation.End.STAFF) -> bool:
    """This will end it at once; False when it had ended by itself. Call it in the organization's scope."""
    with transaction.atomic():
        rows = Impersonation.objects.for_organization(impersonation.organization_id)
        if not rows.filter(pk=impersonation.pk, ended_at=None).update(ended_at=timezone.now(), end=end):
            return False
        _note(impersonation, "staff.impersonation_end", impersonation.staff, {"end": [None, str(end)]})
    return True


def note_opened(*, impersonation: Impersonation, path: str) -> None:
    """This will write down that staff asked for what stays closed to them."""
    _note(impersonation, "staff.impersonation_refused", impersonation.staff, {"path": [None, path[:200]]}, "denied")


def _note(made: Impersonation, action: str, actor: User, changes: dict[str, Any], outcome: str = "done") -> None:
    audit(
        action=action,
        target=made,
        target_label=str(made.person),
        organization_id=made.organization_id,
        actor=actor,
        actor_kind=STAFF,
        changes=changes,
        outcome=outcome,
    )


def _tell(made: Impersonation) -> None:
    owners = Membership.objects.for_organization(made.organization_id).filter(role=Role.OWNER, user__is_active=True)
    people = {made.person, *(m.user for m in owners.select_related("user"))}
    for person in sorted(people, key=lambda user: str(user.pk)):
        with translation.override(person.language or settings.LANGUAGE_CODE):
            context = {"impersonation": made, "person": person, "organization": made.organization}
            queue_mail(
                organization_id=made.organization_id,
                to=person.email,
                subject=_("Platform staff act as %(name)s") % {"name": made.person.get_full_name()},
                text=render_to_string("operations/email/impersonation.txt", context),
                kind="operations.impersonation",
                idempotency_key=f"impersonation:{made.pk}:{person.pk}",
            )


def _check_pause(scope: str, name: str, organization: Organization | None) -> None:
    known = {
        Pause.Scope.QUEUE: set(QUEUES),
        Pause.Scope.PROVIDER: {queue.provider for queue in QUEUES.values() if queue.provider},
    }
    if scope == Pause.Scope.ORGANIZATION:
        if organization is None:
            raise NotAllowedError(_("Choose the organization whose work is paused."), "organization")
    elif name not in known.get(Pause.Scope(scope), set()):
        raise NotAllowedError(_("Choose the queue or provider that is paused."), "name")


def _write_down(action: str, target: Any, actor: User, changes: dict[str, Any]) -> None:
    """Into the sealed log of the organization that it is about; what is about all of them into staff's own, append-only."""
    label = getattr(target, "reason_en", "") or str(target)
    if target.organization_id is None:
        StaffEvent.objects.create(
            staff=actor,
            action=action,
            label=label[:300],
            changes=changes,
            request_id=request_id()[:64],
            ip=client().ip,
        )
        return
    audit(
        action=action,
        target=target,
        target_label=label,
        organization_id=target.organization_id,
        actor=actor,
        actor_kind=STAFF,
        changes=changes,
    )
