"""Removes audit records older than their organization keeps them. Run it by night, with DATABASE_OWNER_URL set."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from platform_core.evidence.pruning import expired, prune
from platform_core.evidence.services import RetentionError, set_retention
from platform_core.kits.tenancy.roles import as_owner
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Organization


class Command(BaseCommand):
    help = "Remove audit records that are kept no longer; the end of what goes is signed in the journal first."

    def add_arguments(self, parser: CommandParser) -> None:
        """This will take the organization, its retention, and whether to look only."""
        parser.add_argument("--organization", metavar="SLUG", help="only this one")
        parser.add_argument("--keep-days", type=int, help="set how long it keeps its log, 0 for ever; needs SLUG")
        parser.add_argument("--dry-run", action="store_true", help="say what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        """This will go through the organizations one by one."""
        slug, days = options["organization"], options["keep_days"]
        found = Organization.objects.order_by("slug")
        if slug and not (found := found.filter(slug=slug)):
            raise CommandError(f"There is no organization {slug}.")
        if days is not None and not slug:
            raise CommandError("Name the organization whose log is kept so long: --organization SLUG.")
        for organization in found:
            with unscoped(), tenant(organization.pk):
                if days is not None:
                    self._keep(organization, days)
                last, _before = expired(organization.pk, now=timezone.now())
            if last is None or options["dry_run"]:
                self.stdout.write(
                    f"{organization.slug}: {'nothing' if last is None else f'up to {last.sequence}'} to remove."
                )
                continue
            with as_owner(connection), unscoped(), tenant(organization.pk):
                removed = prune(organization.pk, now=timezone.now())
            self.stdout.write(f"{organization.slug}: {removed} records removed.")

    def _keep(self, organization: Organization, days: int) -> None:
        try:
            set_retention(actor=None, organization=organization, days=days or None)
        except RetentionError as error:
            raise CommandError(str(error)) from error
