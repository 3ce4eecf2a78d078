"""Giving an organization an owner again when none can be reached.

Whoever asks becomes owner: after two admins stand behind it, or two of platform staff have each seen the proof of the
domain, and seven days in which every owner and admin is told and any of them can stop it. The old owners stay members as
they are. All of it goes under the organization's lock, and an owner who is seen in the meantime ends it.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.organizations import reaching
from platform_core.organizations.errors import NotAllowedError, OrganizationError
from platform_core.organizations.models import Membership, Organization, OwnerRecovery, Role
from platform_core.organizations.recovery_mails import tell
from platform_core.organizations.selectors.recovery import guardians_of, open_recovery, owners_of
from platform_core.organizations.selectors.roles import role_of
from platform_core.organizations.services.standing import lock, standing_of
from platform_core.permissions import MEMBER_MANAGE

Ground, State, End = OwnerRecovery.Ground, OwnerRecovery.State, OwnerRecovery.End
STAFF = "staff"


class RecoveryRefusedError(OrganizationError):
    """It cannot be asked for, agreed to or stopped like this; the text says why."""

    def __init__(self, message: str, code: str = "recovery_refused", field: str = "") -> None:
        super().__init__(message)
        self.code, self.field = code, field


def ask(*, actor: User, organization: Organization, ground: str, reason: str) -> OwnerRecovery:
    """This will begin a recovery that makes the actor owner. Raises RecoveryRefusedError, NotAllowedError."""
    now, reason = timezone.now(), " ".join(reason.split())
    if ground not in Ground.values:
        raise RecoveryRefusedError(_("Choose what you can show."), "bad_ground", "ground")
    if not 10 <= len(reason) <= 300:
        raise RecoveryRefusedError(
            _("Say in 10 to 300 characters why no owner can be reached: every admin reads it."), "bad_reason", "reason"
        )
    with transaction.atomic():
        lock(organization.pk)
        mine, owners = standing_of(actor, organization.pk), owners_of(organization)
        _refuse_needless(mine, owners, now)
        if open_recovery(organization):
            raise RecoveryRefusedError(_("A recovery is under way already."), "open_already")
        _refuse_insistence(organization, now)
        domain = _domain(mine, owners, ground)
        made = OwnerRecovery.objects.create(
            organization=organization,
            requested_by=actor,
            reason=reason,
            ground=ground,
            domain=domain,
            token=reaching.new_token() if domain else "",
        )
        _write_down(made, "recovery.ask", actor, {"reason": [None, reason], "ground": [None, ground]})
        tell(made, "asked")
    return made


def agree(*, actor: User, recovery: OwnerRecovery) -> OwnerRecovery:
    """This will add the second admin's word: the seven days begin. Raises RecoveryRefusedError, NotAllowedError."""
    with transaction.atomic():
        found = _locked(recovery, ground=Ground.ADMINS, state=State.ASKED)
        mine = standing_of(actor, found.organization_id)
        if MEMBER_MANAGE not in mine.held or actor.pk == found.requested_by_id:
            raise NotAllowedError(_("Another admin than the one who asked must agree."))
        found.agreed_by = actor
        _begin_waiting(found)
        _write_down(found, "recovery.agree", actor, {"waits_until": [None, found.waits_until]})
    return found


def confirm_domain(*, actor: User, recovery: OwnerRecovery) -> OwnerRecovery:
    """This will note that one of platform staff has seen the proof of the domain; with a second one the seven days begin."""
    with transaction.atomic():
        found = _locked(recovery, ground=Ground.DOMAIN, state=State.ASKED)
        if found.proved_by_id == actor.pk:
            raise RecoveryRefusedError(_("Another person of the platform’s staff must look too."), "same_person")
        if found.proved_by_id is None:
            found.proved_by, found.proof_note = actor, f"TXT {found.domain} {found.token}"[:200]
            found.save()
            _write_down(found, "recovery.proof", actor, {"domain": [None, found.domain]}, STAFF)
            return found
        found.confirmed_by = actor
        _begin_waiting(found)
        _write_down(found, "recovery.confirm", actor, {"waits_until": [None, found.waits_until]}, STAFF)
    return found


def stop(*, actor: User, recovery: OwnerRecovery) -> OwnerRecovery:
    """This will end it: the word of one owner or admin is enough, and whoever asked may withdraw. Raises NotAllowedError."""
    with transaction.atomic():
        found = _locked(recovery)
        mine = standing_of(actor, found.organization_id)
        if actor.pk == found.requested_by_id:
            return _end(found, State.STOPPED, End.WITHDRAWN, actor)
        if MEMBER_MANAGE not in mine.held:
            raise NotAllowedError(_("Owners and admins can stop this."))
        return _end(found, State.STOPPED, End.OBJECTION, actor)


def stop_as_staff(*, actor: User, recovery: OwnerRecovery) -> OwnerRecovery:
    """This will end it by a decision of platform staff."""
    with transaction.atomic():
        return _end(_locked(recovery), State.STOPPED, End.STAFF, actor, STAFF)


def go_on(*, recovery: OwnerRecovery, now: datetime) -> OwnerRecovery:
    """This will do what is due: end it when an owner was seen or its ground is gone, remind of the last day, complete it."""
    with transaction.atomic():
        lock(recovery.organization_id)
        found = _again(recovery)
        if not found.is_open:
            return found
        if any(reaching.seen_at(owner) > found.created_at for owner in _living(owners_of(found.organization))):
            return _end(found, State.STOPPED, End.OWNER_BACK, None)
        heir = _heir(found)
        if heir is None:
            return _end(found, State.STOPPED, End.LEFT, None)
        if found.state == State.ASKED:
            overdue = found.created_at + reaching.PROOF_WITHIN <= now
            return _end(found, State.STOPPED, End.OVERDUE, None) if overdue else found
        assert found.waits_until is not None
        if found.waits_until <= now:
            return _complete(found, heir)
        if found.reminded_at is None and found.waits_until - reaching.LAST_CALL <= now:
            found.reminded_at = now
            found.save(update_fields=["reminded_at"])
            tell(found, "last_day")
    return found


def _complete(found: OwnerRecovery, heir: Membership) -> OwnerRecovery:
    before = role_of(heir).written
    heir.role, heir.custom_role = Role.OWNER, None
    heir.save(update_fields=["role", "custom_role"])
    audit(
        action="member.role",
        target=heir,
        target_label=str(heir.user),
        organization_id=found.organization_id,
        changes={"role": [before, Role.OWNER]},
    )
    payload = {"membership_id": str(heir.pk), "user_id": str(heir.user_id)}
    emit(type="member.role", organization_id=found.organization_id, payload=payload)
    return _end(found, State.DONE, "", None)


def _refuse_needless(mine: Membership, owners: list[Membership], now: datetime) -> None:
    if mine.role == Role.OWNER:
        raise NotAllowedError(_("You are an owner: hand the organization over, or give somebody else the role."))
    here = [owner for owner in owners if reaching.is_reachable(owner, now)]
    if here:
        names = ", ".join(owner.user.get_full_name() for owner in here)
        raise RecoveryRefusedError(
            _("%(names)s was here within 30 days and can be asked. A recovery is for organizations without an owner.")
            % {"names": names},
            "owner_active",
        )


def _refuse_insistence(organization: Organization, now: datetime) -> None:
    """A word that stopped one holds for seven days: nobody is mailed again and again."""
    stopped = OwnerRecovery.objects.for_organization(organization).filter(end__in=[End.OBJECTION, End.STAFF])
    if stopped.filter(ended_at__gt=now - reaching.WAIT).exists():
        raise RecoveryRefusedError(
            _("A recovery was stopped less than seven days ago. Talk to who stopped it before you ask again."),
            "stopped_lately",
        )


def _domain(mine: Membership, owners: list[Membership], ground: str) -> str:
    """Whether the ground can hold at all, and of which domain the proof is."""
    if ground == Ground.ADMINS:
        if MEMBER_MANAGE not in mine.held:
            raise RecoveryRefusedError(_("Only admins can ask on the word of two admins."), "not_admin", "ground")
        others = [
            m for m in guardians_of(mine.organization) if m.pk != mine.pk and m.role != Role.OWNER and m.user.is_active
        ]
        if not others:
            raise RecoveryRefusedError(
                _("There is no second admin. Show that the domain is yours instead."), "no_second_admin", "ground"
            )
        return ""
    if domain := reaching.domain_of(owners):
        return domain
    raise RecoveryRefusedError(
        _(
            "The owners’ addresses share no domain of a company, so none can be shown. Ask another admin to agree instead."
        ),
        "no_domain",
        "ground",
    )


def _heir(found: OwnerRecovery) -> Membership | None:
    """Whoever asked, while they and whoever agreed still are what they were."""
    rows = Membership.objects.for_organization(found.organization_id).select_related("user", "custom_role")
    heir = rows.filter(user=found.requested_by, user__is_active=True).first() if found.requested_by else None
    if heir is None or found.ground == Ground.DOMAIN:
        return heir
    second = rows.filter(user=found.agreed_by, user__is_active=True).first() if found.agreed_by else None
    agreed = found.state == State.ASKED or (second is not None and MEMBER_MANAGE in second.held)
    return heir if agreed and MEMBER_MANAGE in heir.held else None


def _living(owners: list[Membership]) -> list[Membership]:
    return [owner for owner in owners if owner.user.is_active]


def _begin_waiting(found: OwnerRecovery) -> None:
    found.state, found.waits_until = State.WAITING, timezone.now() + reaching.WAIT
    found.save()
    tell(found, "waiting")


def _end(found: OwnerRecovery, state: str, end: str, actor: User | None, kind: str = "") -> OwnerRecovery:
    before, found.state, found.end = found.state, state, end
    found.ended_at, found.ended_by = timezone.now(), actor
    found.save()
    action = "recovery.done" if state == State.DONE else "recovery.stop"
    _write_down(found, action, actor, {"state": [before, state], **({"end": [None, str(end)]} if end else {})}, kind)
    tell(found, str(state))
    return found


def _locked(recovery: OwnerRecovery, *, ground: str = "", state: str = "") -> OwnerRecovery:
    lock(recovery.organization_id)
    found = _again(recovery)
    if not found.is_open or ground not in ("", found.ground) or state not in ("", found.state):
        raise RecoveryRefusedError(_("This has changed meanwhile. Reload the page."), "changed")
    return found


def _again(recovery: OwnerRecovery) -> OwnerRecovery:
    rows = OwnerRecovery.objects.for_organization(recovery.organization_id).select_related(
        "organization", "requested_by"
    )
    return rows.get(pk=recovery.pk)


def _write_down(
    found: OwnerRecovery, action: str, actor: User | None, changes: dict[str, list[object]], kind: str = ""
) -> None:
    written = {name: [before, str(after) if after is not None else None] for name, (before, after) in changes.items()}
    audit(
        action=action,
        target=found,
        target_label=str(found.requested_by or ""),
        organization_id=found.organization_id,
        actor=actor,
        actor_kind=kind,
        changes=written,
    )
    payload = {"recovery_id": str(found.pk), "state": str(found.state)}
    emit(type="organization.recovery", organization_id=found.organization_id, payload=payload)
