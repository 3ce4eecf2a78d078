"""Giving and ending shares. Nobody shares what they may not do with the object themselves."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from platform_core.access.can import can, principal_of
from platform_core.access.shares import LEVELS, Shareable, shareable_of
from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.organizations.errors import NotAllowedError, OrganizationError
from platform_core.organizations.models import Membership, Team
from platform_core.organizations.services.standing import lock, standing_of
from platform_core.permissions import SHARE_MANAGE


class ShareRefusedError(OrganizationError):
    """The share names no level, or nobody to share with."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A share as people see it: with whom, at which level, by whom. ``whom`` names the member or team as forms do."""

    id: Any
    whom: str
    team: Team | None
    user: Any
    level: str
    shared_by: Any
    created_at: Any


def shares_of(obj: Any) -> list[Shown]:
    """This will list the shares of an object, teams first; two queries."""
    shareable = _shareable(obj)
    teams = shareable.teams.objects.for_organization(obj.organization_id).filter(content_object=obj)
    members = shareable.people.objects.for_organization(obj.organization_id).filter(content_object=obj)
    rows = [*teams.select_related("permission", "shared_by", "team").order_by("team__name")]
    rows += members.select_related("permission", "shared_by", "user").order_by("user__name")
    return [
        Shown(
            row.pk,
            f"team:{row.team_id}" if hasattr(row, "team_id") else f"member:{row.membership_id}",
            getattr(row, "team", None),
            getattr(row, "user", None),
            shareable.level_of(row),
            row.shared_by,
            row.created_at,
        )
        for row in rows
    ]


def share(*, actor: User, obj: Any, level: str, member: Membership | None = None, team: Team | None = None) -> Any:
    """This will share an object with a member or a team, or change the level of the share that is there.

    ``edit`` reads too. Raises NotAllowedError for what the actor may not do themselves, ShareRefusedError. Locks the
    organization's row.
    """
    shareable = _shareable(obj)
    if level not in LEVELS or (member is None) == (team is None):
        raise ShareRefusedError(_("Choose read or edit, and one member or team."))
    with transaction.atomic():
        _refuse_beyond(actor, obj, shareable, level)
        table, to = (shareable.people, {"membership": member}) if member else (shareable.teams, {"team": team})
        rows = table.objects.for_organization(obj.organization_id).filter(content_object=obj, **to)
        found = rows.select_related("permission").first()
        before = shareable.level_of(found) if found else None
        if found and before == level:
            return found
        if found and before == "edit":
            _refuse_beyond(actor, obj, shareable, "edit")
        row = found or table(organization_id=obj.organization_id, content_object=obj, **to)
        if member:
            row.user_id = member.user_id
        row.permission, row.shared_by = _permission(shareable, level), actor
        row.save()
        _say("share.granted", actor, obj, shareable, member or team, level, [before, level])
    return row


def end_share(*, actor: User, obj: Any, share_id: Any) -> bool:
    """This will end a share; False when it has ended already. Raises NotAllowedError as sharing does."""
    shareable = _shareable(obj)
    with transaction.atomic():
        for table, relation in ((shareable.people, "membership__user"), (shareable.teams, "team")):
            rows = table.objects.for_organization(obj.organization_id).select_related("permission", relation)
            if found := rows.filter(content_object=obj, pk=share_id).first():
                level = shareable.level_of(found)
                _refuse_beyond(actor, obj, shareable, level)
                with_whom = found.team if relation == "team" else found.membership
                found.delete()
                _say("share.ended", actor, obj, shareable, with_whom, level, [level, None])
                return True
    return False


def _shareable(obj: Any) -> Shareable:
    found = shareable_of(obj)
    if found is None:
        raise ShareRefusedError(_("This cannot be shared by itself."))
    return found


def _refuse_beyond(actor: User, obj: Any, shareable: Shareable, level: str) -> None:
    lock(obj.organization_id)
    principal = principal_of(standing_of(actor, obj.organization_id))
    if not can(principal, SHARE_MANAGE) or not all(can(principal, name, obj) for name in shareable.gives(level)):
        raise NotAllowedError(_("You can share only what you may do yourself."))


def _permission(shareable: Shareable, level: str) -> Permission:
    kind = ContentType.objects.get_for_model(shareable.model)
    return Permission.objects.get(content_type=kind, codename=shareable.codename(level))


def _say(
    action: str, actor: User, obj: Any, shareable: Shareable, who: Any, level: str, change: list[str | None]
) -> None:
    name = str(who.user) if isinstance(who, Membership) else str(who)
    audit(
        action=action,
        target=obj,
        target_label=getattr(obj, "name", "") or str(obj),
        actor=actor,
        changes={"shared_with": [None, name] if change[1] else [name, None], "share_level": change},
    )
    payload = {"kind": shareable.kind, "object_id": str(obj.pk), "level": level}
    emit(type=action, organization_id=obj.organization_id, payload=payload)
