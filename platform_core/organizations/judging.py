"""What would become of each line of a list of people to invite. Reads only; ``services.inviting_many`` acts on it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from platform_core.accounts.selectors import fault_of
from platform_core.organizations.address_lists import SHOWN, Entry
from platform_core.organizations.models import Invitation, Membership, Organization, Team
from platform_core.organizations.selectors.ladder import may_fill_teams, may_touch
from platform_core.organizations.selectors.limits import MEMBERS, limit_of
from platform_core.organizations.selectors.people import addresses_of_members, open_invitations
from platform_core.organizations.selectors.roles import GivenRole, roles_to_give, teams


class Fate(models.TextChoices):
    """What becomes of a line."""

    INVITE = "invited", pgettext_lazy("invitation line", "Invited")
    RENEW = "renewed", pgettext_lazy("invitation line", "Invited already: gets a new link")
    MEMBER = "member", pgettext_lazy("invitation line", "A member already")
    DUPLICATE = "duplicate", pgettext_lazy("invitation line", "Twice in the list")
    BAD_ADDRESS = "bad_address", pgettext_lazy("invitation line", "Bad address")
    BAD_ROLE = "bad_role", pgettext_lazy("invitation line", "No such role")
    BAD_TEAM = "bad_team", pgettext_lazy("invitation line", "No such team")
    OVER_LIMIT = "over_limit", pgettext_lazy("invitation line", "Over the plan’s limit")
    TOO_OFTEN = "too_often", pgettext_lazy("invitation line", "Written to too often today")


SENT = (Fate.INVITE, Fate.RENEW)


@dataclass(slots=True)
class Verdict:
    """One line and what becomes of it; ``reason`` says what to do about those that are not sent."""

    entry: Entry
    fate: Fate
    reason: str = ""
    role: GivenRole | None = None
    team: Team | None = None

    @property
    def sent(self) -> bool:
        return self.fate in SENT


@dataclass(slots=True)
class Known:
    """What lines are held against, read once for a list."""

    held: frozenset[str]
    roles: dict[str, GivenRole]
    teams: dict[str, Team]
    fills_teams: bool
    members: set[str]
    open: dict[str, Invitation]
    room: int | None
    worn: set[str] = field(default_factory=set)
    seen: dict[str, int] = field(default_factory=dict)


def judge(
    organization: Organization,
    *,
    held: frozenset[str],
    entries: list[Entry],
    role: str,
    team: str,
    worn: Iterable[str] = (),
) -> list[Verdict]:
    """This will say of each line what inviting would do. ``role`` and ``team`` hold where a line names none.

    ``held`` is what the inviting person holds; ``worn`` are addresses that had enough mail today.
    """
    known = _known(organization, held)
    known.worn = set(worn)
    return [_verdict(entry, known, role, team) for entry in entries]


def counts(verdicts: list[Verdict]) -> list[tuple[str, Any, int]]:
    """This will count the lines by fate, in the order of ``Fate``."""
    found = Counter(verdict.fate for verdict in verdicts)
    return [(fate.value, fate.label, found[fate]) for fate in Fate if found[fate]]


def _known(organization: Organization, held: frozenset[str]) -> Known:
    roles: dict[str, GivenRole] = {}
    for given in reversed(roles_to_give(organization, held)):
        roles |= {name.casefold(): given for name in (given.value, str(given.label))}
    limit, now = limit_of(organization, MEMBERS), timezone.now()
    invitations = {row.email.lower(): row for row in open_invitations(organization, now=None)}
    taken = sum(row.expires_at > now for row in invitations.values())
    taken += Membership.objects.for_organization(organization).count()
    return Known(
        held=held,
        roles=roles,
        teams={name: row for row in teams(organization) for name in (row.name.casefold(), str(row.pk))},
        fills_teams=may_fill_teams(held),
        members=addresses_of_members(organization),
        open=invitations,
        room=None if limit is None else max(0, limit - taken),
    )


def _verdict(entry: Entry, known: Known, role: str, team: str) -> Verdict:
    if fault := fault_of(entry.email):
        return Verdict(entry, Fate.BAD_ADDRESS, fault)
    if entry.email in known.seen:
        return Verdict(entry, Fate.DUPLICATE, _("Stands in line %(n)s already.") % {"n": known.seen[entry.email]})
    known.seen[entry.email] = entry.line
    return _fitting(entry, known, role, team)


def _fitting(entry: Entry, known: Known, role: str, team: str) -> Verdict:
    if entry.email in known.members:
        return Verdict(entry, Fate.MEMBER)
    given = known.roles.get((entry.role or role).casefold())
    if given is None:
        text = _("You cannot give a role “%(name)s”. Choose one of the list.")
        return Verdict(entry, Fate.BAD_ROLE, text % {"name": (entry.role or role)[:SHOWN]})
    wanted = (entry.team or team).casefold()
    if wanted and not known.fills_teams:
        return Verdict(entry, Fate.BAD_TEAM, _("Your role does not allow putting people into teams."))
    if wanted and wanted not in known.teams:
        return Verdict(entry, Fate.BAD_TEAM, _("There is no team “%(name)s”.") % {"name": (entry.team or team)[:SHOWN]})
    if entry.email in known.worn:
        return Verdict(entry, Fate.TOO_OFTEN, _("Five invitations went there today. Try again tomorrow."))
    standing = known.open.get(entry.email)
    if standing is not None and not may_touch(known.held, standing.held):
        return Verdict(entry, Fate.BAD_ROLE, _("Was invited to a role above yours. Ask an owner."))
    if standing is None or standing.expires_at <= timezone.now():
        if known.room == 0:
            return Verdict(entry, Fate.OVER_LIMIT, _("No place is left. Ask an owner for more."))
        known.room = None if known.room is None else known.room - 1
    return Verdict(entry, Fate.RENEW if standing else Fate.INVITE, role=given, team=known.teams.get(wanted))
