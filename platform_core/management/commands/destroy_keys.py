"""Destroys an organization's data keys: what it has encrypted cannot be read again by anybody (crypto-shredding)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Organization
from platform_core.vault.services import destroy_keys


class Command(BaseCommand):
    help = "Destroy the data keys of one organization, for good."

    def add_arguments(self, parser: CommandParser) -> None:
        """This will take the organization twice, and why."""
        parser.add_argument("slug", metavar="SLUG")
        parser.add_argument("--confirm", metavar="SLUG", required=True, help="the same name again")
        parser.add_argument("--reason", required=True, help="stands in the audit log")

    def handle(self, *args: Any, **options: Any) -> None:
        """This will destroy them when the name was given twice."""
        if options["confirm"] != options["slug"]:
            raise CommandError("The names differ: nothing was destroyed. Give the organization's name twice.")
        organization = Organization.objects.filter(slug=options["slug"]).first()
        if organization is None:
            raise CommandError(f"There is no organization {options['slug']}.")
        with unscoped(), tenant(organization.pk):
            count = destroy_keys(actor=None, organization=organization, reason=options["reason"], now=timezone.now())
        self.stdout.write(f"{organization.slug}: {count} keys destroyed.")
