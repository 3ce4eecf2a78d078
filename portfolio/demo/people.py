"""Two organizations, their people, their templates and their keys. Safe to repeat: what is there stays."""

import json
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings

from docuai.library import services as library
from docuai.library.models import DocumentTemplate
from docuai.library.starters import STARTERS
from docuai.permissions import RUN_MANAGE, RUN_VIEW, TEMPLATE_VIEW
from platform_core.access.can import Principal
from platform_core.access.keys import authenticate
from platform_core.access.registry import OWNER, PERMISSIONS
from platform_core.access.scopes import allowed_scopes
from platform_core.access.services import create_key
from platform_core.access.sharing import share
from platform_core.accounts.models import User
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import CustomRole, Invitation, Membership, Organization, PlanLimit
from platform_core.organizations.selectors.limits import MEMBERS
from platform_core.organizations.services import roles, teams
from platform_core.organizations.services.inviting import invite
from platform_core.permissions import FILE_VIEW, JOB_VIEW, MEMBER_VIEW, ORGANIZATION_VIEW

PASSWORD = "demo-andina"  # noqa: S105  public: production refuses the demo
ANDINA, NORTE = ("Universidad Andina", "universidad-andina"), ("Estudio Norte", "estudio-norte")
PEOPLE = (
    ("Marta Ríos", "marta@andina.example", "owner"),
    ("Ana Quispe", "ana@andina.example", "editor"),
    ("Sofía Castellanos", "sofia@andina.example", "admin"),
    ("Tomás Becker", "tomas@andina.example", "viewer"),
)
MEMBERS_OF_A_UNIVERSITY = 12_000  # what Andina's plan allows; the default would stop a list of thirty
INVITED = ("ines@andina.example", "editor")
OPERATOR = "ana@andina.example"
STAFF = ("Elena Ruiz", "elena@portfolio.example")


def load() -> tuple[Organization, Organization]:
    """This will make organizations, people and templates where they are missing, and return both organizations."""
    with unscoped():
        andina, norte = (
            Organization.objects.get_or_create(slug=s, defaults={"name": n})[0] for n, s in (ANDINA, NORTE)
        )
        people = {email: (_person(name, email), role) for name, email, role in PEOPLE}
        for user, role in people.values():
            _join(andina, user, role)
        _join(norte, _person("Nora Díaz", "nora@norte.example"), "owner")
        _join(norte, people[PEOPLE[0][1]][0], "viewer")  # so that the switcher has two to choose from
        _person(*STAFF, is_staff=True)
        _plan(andina)
        for organization in (andina, norte):
            _starters(organization)
        _access(andina, people["marta@andina.example"][0], people["tomas@andina.example"][0])
        _invited(andina, people["marta@andina.example"][0])
    return andina, norte


def write_facts(andina: Organization, norte: Organization) -> Path:
    """This will write ``demo.json`` for scripts, whole or not at all; keys that still work stay as they were."""
    file: Path = settings.DATA_DIR / "demo.json"
    before = _before(file)
    facts = {
        "url": settings.BASE_URL,
        "email": PEOPLE[0][1],
        "password": PASSWORD,
        "organization": andina.slug,
        "api_key": _key(andina, before.get("api_key")),
        "mail_url": f"{settings.BASE_URL}/mail",
        "other": {"organization": norte.slug, "api_key": _key(norte, (before.get("other") or {}).get("api_key"))},
    }
    part = file.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(json.dumps(facts, indent=2))
    part.replace(file)
    return file


def _person(name: str, email: str, **fields: Any) -> User:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, name=name, **fields)
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def _join(organization: Organization, user: User, role: str) -> None:
    with tenant(organization.pk):
        Membership.objects.get_or_create(organization=organization, user=user, defaults={"role": role})


def _plan(organization: Organization) -> None:
    with tenant(organization.pk):
        PlanLimit.objects.get_or_create(
            organization=organization, name=MEMBERS, defaults={"value": MEMBERS_OF_A_UNIVERSITY}
        )


def _starters(organization: Organization) -> None:
    with tenant(organization.pk):
        there = set(DocumentTemplate.objects.for_organization(organization).values_list("starter", flat=True))
        for starter in STARTERS:
            if starter.slug not in there:
                library.create_from_starter(actor=None, organization=organization, starter=starter)


def _access(organization: Organization, owner: User, reader: User) -> None:
    """A role of the organization's own, a team, and one template shared with it for editing."""
    with tenant(organization.pk):
        if CustomRole.objects.for_organization(organization).exists():
            return
        roles.create_role(
            actor=owner,
            organization=organization,
            name="Document checker",
            description="Sees runs and documents, corrects rows",
            permissions=[ORGANIZATION_VIEW, MEMBER_VIEW, JOB_VIEW, FILE_VIEW, TEMPLATE_VIEW, RUN_VIEW, RUN_MANAGE],
        )
        team = teams.create_team(actor=owner, organization=organization, name="Registrar’s office")
        member = Membership.objects.for_organization(organization).select_related("user").get(user=reader)
        teams.add_to_team(actor=owner, team=team, member=member)
        shared = DocumentTemplate.objects.for_organization(organization).filter(starter="certificate").first()
        if shared:
            share(actor=owner, obj=shared, level="edit", team=team)


def _invited(organization: Organization, owner: User) -> None:
    """One invitation that waits; its mail lies in the catcher."""
    email, role = INVITED
    with tenant(organization.pk):
        if not Invitation.objects.for_organization(organization).exists():
            invite(actor=owner, organization=organization, email=email, role=role)


def _before(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _key(organization: Organization, before: Any) -> str:
    """The key of the start before, while it works: scripts that hold it go on."""
    with unscoped():
        known = authenticate(before, fresh=True) if isinstance(before, str) else None
    if known and known.organization_id == organization.pk:
        return str(before)
    with unscoped(), tenant(organization.pk):
        _key, secret = create_key(
            actor=None,
            principal=Principal(organization.pk, OWNER),
            organization=organization,
            name="Demo",
            scopes=allowed_scopes(PERMISSIONS),
        )
    return secret
