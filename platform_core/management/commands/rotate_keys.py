"""Wraps data keys under the present wrapping key; with ``--data`` also makes new ones and encrypts every cell anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from platform_core.kits.crypto.envelope import CryptoError
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Organization
from platform_core.vault import services


class Command(BaseCommand):
    help = "Rotate encryption keys. Stop it and start it again as you like: it goes on where it was."

    def add_arguments(self, parser: CommandParser) -> None:
        """This will take the organization, and whether data is encrypted anew."""
        parser.add_argument("--organization", metavar="SLUG", help="only this one")
        parser.add_argument("--data", action="store_true", help="new data keys, and every encrypted cell under them")

    def handle(self, *args: Any, **options: Any) -> None:
        """This will go through the organizations one by one."""
        found = Organization.objects.order_by("slug")
        if options["organization"] and not (found := found.filter(slug=options["organization"])):
            raise CommandError(f"There is no organization {options['organization']}.")
        for organization in found:
            try:
                with unscoped(), tenant(organization.pk):
                    self._rotate(organization, data=options["data"])
            except CryptoError as error:
                raise CommandError(f"{organization.slug}: {error}") from error

    def _rotate(self, organization: Organization, *, data: bool) -> None:
        wrapped = services.rewrap_keys(actor=None, organization=organization)
        said = f"{organization.slug}: {wrapped} keys wrapped anew"
        if data and (version := services.begin_rotation(actor=None, organization=organization, now=timezone.now())):
            cells = sum(services.reencrypt(organization=organization, version=version))
            waiting = services.end_rotation(actor=None, organization=organization, now=timezone.now())
            said += f", {cells} cells under key {version}"
            if waiting:
                said += f"; {waiting} former keys stay readable: run it again in ten minutes to retire them"
        self.stdout.write(f"{said}.")
