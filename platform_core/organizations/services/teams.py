"""Teams and who is in them. Who puts people into teams holds all that can be shared with a team."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.kits.editing import refuse_if_changed
from platform_core.organizations.errors import NotAllowedError, TeamRefusedError
from platform_core.organizations.models import Membership, Organization, Team, TeamMembership
from platform_core.organizations.selectors.ladder import may_fill_teams
from platform_core.organizations.services.standing import lock, standing_of

NAME_LENGTH = 60
MAX_TEAMS = 500
EDITED = ("name", "description")


def create_team(*, actor: User, organization: Organization, name: str, description: str = "") -> Team:
    """This will make a team without anybody in it; raises NotAllowedError, TeamRefusedError."""
    with transaction.atomic():
        locked = _allowed(actor, organization.pk)
        if Team.objects.for_organization(locked).count() >= MAX_TEAMS:
            raise TeamRefusedError("", "too_many", _("There are %(n)s teams already.") % {"n": MAX_TEAMS})
        team = Team.objects.create(
            organization=locked, name=_free_name(locked, name), description=" ".join(description.split())
        )
        _say("team.created", team, actor, {"name": [None, team.name]})
    return team


def edit_team(*, actor: User, team: Team, name: str, description: str = "", seen: str | None = None) -> Team:
    """This will rename and describe a team. ``seen`` is the state that the editor saw: raises ChangedByOthersError."""
    with transaction.atomic():
        locked = _allowed(actor, team.organization_id)
        team.refresh_from_db(fields=EDITED)
        refuse_if_changed(team, EDITED, seen)
        after = {"name": _free_name(locked, name, team), "description": " ".join(description.split())}
        changes = {
            field: [getattr(team, field), value] for field, value in after.items() if getattr(team, field) != value
        }
        if changes:
            for field, value in after.items():
                setattr(team, field, value)
            team.save(update_fields=list(after))
            _say("team.changed", team, actor, changes)
    return team


def delete_team(*, actor: User, team: Team) -> None:
    """This will delete a team; what was shared with it is shared with nobody through it any more."""
    with transaction.atomic():
        _allowed(actor, team.organization_id)
        _say("team.deleted", team, actor, {"name": [team.name, None]})
        team.delete()


def add_to_team(*, actor: User, team: Team, member: Membership) -> bool:
    """This will put a member into a team; False when they are in it already."""
    with transaction.atomic():
        _allowed(actor, team.organization_id)
        place, made = TeamMembership.objects.get_or_create(
            organization_id=team.organization_id, team=team, membership=member
        )
        if made:
            _say("team.changed", team, actor, {"member": [None, str(member.user)]})
    return made


def take_from_team(*, actor: User, team: Team, member: Membership) -> bool:
    """This will take a member out of a team; False when they are not in it."""
    with transaction.atomic():
        _allowed(actor, team.organization_id)
        rows = TeamMembership.objects.for_organization(team.organization_id).filter(team=team, membership=member)
        gone = bool(rows.delete()[0])
        if gone:
            _say("team.changed", team, actor, {"member": [str(member.user), None]})
    return gone


def _allowed(actor: User, organization_id: UUID) -> Organization:
    organization = lock(organization_id)
    if not may_fill_teams(standing_of(actor, organization_id).held):
        text = _("Your role does not allow this. Who chooses a team’s people holds all that can be shared with it.")
        raise NotAllowedError(text)
    return organization


def _free_name(organization: Organization, name: str, team: Team | None = None) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise TeamRefusedError("name", "invalid", _("Give it a name of 1 to %(n)s characters.") % {"n": NAME_LENGTH})
    taken = Team.objects.for_organization(organization).filter(name__iexact=name)
    if (taken.exclude(pk=team.pk) if team else taken).exists():
        raise TeamRefusedError(
            "name", "taken", _("There is a team %(name)s already. Choose another name.") % {"name": name}
        )
    return name


def _say(action: str, team: Team, actor: User, changes: dict[str, list[object]]) -> None:
    audit(action=action, target=team, target_label=team.name, actor=actor, changes=changes)
    emit(type=action, organization_id=team.organization_id, payload={"team_id": str(team.pk)})
