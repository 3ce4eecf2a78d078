"""Loads the demo: two organizations, their people and the starters. Safe to repeat: what is there stays."""

import json
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from docuai.library import services as library
from docuai.library.models import DocumentTemplate
from docuai.library.starters import STARTERS
from platform_core.access.can import Principal
from platform_core.access.keys import authenticate
from platform_core.access.registry import OWNER, PERMISSIONS
from platform_core.access.scopes import allowed_scopes
from platform_core.access.services import create_key
from platform_core.accounts.models import User
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Membership, Organization

PASSWORD = "demo-andina"
ANDINA, NORTE = ("Universidad Andina", "universidad-andina"), ("Estudio Norte", "estudio-norte")
PEOPLE = (
    ("Marta Ríos", "marta@andina.example", "owner"),
    ("Ana Quispe", "ana@andina.example", "editor"),
    ("Sofía Castellanos", "sofia@andina.example", "admin"),
    ("Tomás Becker", "tomas@andina.example", "viewer"),
)


class Command(BaseCommand):
    help = "Load the demo data (development only)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO is off: the demo's people have a public password.")
        with unscoped():
            andina, norte = (
                Organization.objects.get_or_create(slug=s, defaults={"name": n})[0] for n, s in (ANDINA, NORTE)
            )
            for name, email, role in PEOPLE:
                self._join(andina, self._person(name, email), role)
            self._join(norte, self._person("Nora Díaz", "nora@norte.example"), "owner")
            for organization in (andina, norte):
                self._starters(organization)
        self._write(andina, norte)

    def _person(self, name: str, email: str) -> User:
        user = User.objects.filter(email=email).first() or User.objects.create_user(email, PASSWORD, name=name)
        EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
        return user

    def _join(self, organization: Organization, user: User, role: str) -> None:
        with tenant(organization.pk):
            Membership.objects.get_or_create(organization=organization, user=user, defaults={"role": role})

    def _starters(self, organization: Organization) -> None:
        with tenant(organization.pk):
            there = set(DocumentTemplate.objects.for_organization(organization).values_list("starter", flat=True))
            for starter in STARTERS:
                if starter.slug not in there:
                    library.create_from_starter(actor=None, organization=organization, starter=starter)

    def _write(self, andina: Organization, norte: Organization) -> None:
        file = settings.DATA_DIR / "demo.json"
        before = json.loads(file.read_text()) if file.exists() else {}
        facts = {
            "url": settings.BASE_URL,
            "email": PEOPLE[0][1],
            "password": PASSWORD,
            "organization": andina.slug,
            "api_key": self._key(andina, before.get("api_key", "")),
            "mail_url": f"{settings.BASE_URL}/mail",
            "other": {
                "organization": norte.slug,
                "api_key": self._key(norte, before.get("other", {}).get("api_key", "")),
            },
        }
        file.write_text(json.dumps(facts, indent=2))

    def _key(self, organization: Organization, before: str) -> str:
        """The key of the start before, while it works: scripts that hold it go on."""
        with unscoped():
            known = authenticate(before)
        if known and known.organization_id == organization.pk:
            return before
        with unscoped(), tenant(organization.pk):
            _key, secret = create_key(
                actor=None,
                principal=Principal(organization.pk, OWNER),
                organization=organization,
                name="Demo",
                scopes=allowed_scopes(PERMISSIONS),
            )
        return secret
