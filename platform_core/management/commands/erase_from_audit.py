"""Takes a person's data out of all audit logs; the chains stay whole. Run it with DATABASE_OWNER_URL set."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from platform_core.accounts.models import User
from platform_core.evidence import checkpoints, erasing, sealing
from platform_core.kits.tenancy.roles import as_owner
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from platform_core.organizations.models import Organization


class Command(BaseCommand):
    help = "Erase a person from the audit logs: names, values, address and program go, references and the chain stay."

    def add_arguments(self, parser: CommandParser) -> None:
        """This will take the person, and whether to look only."""
        parser.add_argument("email", help="address of the account, before it is anonymized")
        parser.add_argument("--dry-run", action="store_true", help="say how many records speak of the person")

    def handle(self, *args: Any, **options: Any) -> None:
        """This will seal what waits, then go through the organizations one by one."""
        person = User.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError("There is no account with this address.")
        with service("seal before erasing"):
            while sealing.seal_batch():
                pass
        for organization in Organization.objects.order_by("slug"):
            self._erase(organization, person, look_only=options["dry_run"])
        with service("sign after erasing"):
            checkpoints.sign_heads()

    def _erase(self, organization: Organization, person: User, *, look_only: bool) -> None:
        if look_only:
            with unscoped(), tenant(organization.pk):
                found = sum(len(chunk) for chunk in erasing.traces(organization.pk, person))
            if found:
                self.stdout.write(f"{organization.slug}: {found} records speak of the person.")
            return
        with as_owner(connection), unscoped(), tenant(organization.pk):
            erased, left = erasing.erase(organization.pk, person), erasing.waiting(organization.pk)
        if erased:
            self.stdout.write(f"{organization.slug}: {erased} records erased.")
        if left > bool(erased):  # the record of the erasure itself waits too
            self.stdout.write(f"{organization.slug}: {left} records wait for their seal. Run this again in a minute.")
