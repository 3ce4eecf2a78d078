"""Verifies audit logs against their chains and the signed heads of this machine. Exit code 1 where one is not whole."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from platform_core.evidence import checkpoints, sealing
from platform_core.evidence.verifying import verify
from platform_core.evidence.wording import fault_text
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from platform_core.organizations.models import Organization


class Command(BaseCommand):
    help = "Verify the audit log of one organization or of all. Exit code 1 when a record is not what it was."

    def add_arguments(self, parser: CommandParser) -> None:
        """This will take the organization and the form of the answer."""
        parser.add_argument("--organization", metavar="SLUG", help="only this one")
        parser.add_argument("--json", action="store_true", help="a line of JSON for each organization")
        parser.add_argument("--seal", action="store_true", help="seal and sign first what waits")
        parser.add_argument(
            "--accept-restored",
            action="store_true",
            help="after a restored backup: what was signed past the log's present end is void from now on",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """This will verify one organization after another."""
        organizations = list(_chosen(options["organization"]))
        if options["seal"]:
            with service("seal before verifying"):
                while sealing.seal_batch():
                    pass
                checkpoints.sign_heads()
        broken = 0
        for organization in organizations:
            if options["accept_restored"]:
                self._accept(organization)
            with unscoped(), tenant(organization.pk):
                report = verify(organization.pk)
            broken += not report.whole
            found = report.as_json()
            found["faults"] = [{**fault, "text": fault_text(fault)} for fault in found["faults"]]
            if options["json"]:
                self.stdout.write(json.dumps({"organization": organization.slug, **found}))
            else:
                self._tell(organization, found)
        if broken:
            sys.exit(1)

    def _tell(self, organization: Organization, found: dict[str, Any]) -> None:
        verdict = "whole" if found["whole"] else "NOT WHOLE"
        signed = f"signed up to {found['signed_sequence']}" if found["signed_sequence"] else "no signed head here"
        self.stdout.write(
            f"{organization.slug}: {verdict}. {found['checked']} records, {signed}, {found['waiting']} wait for a seal."
        )
        for fault in found["faults"]:
            what = " ".join(filter(None, (fault["action"], fault["event_id"])))
            self.stdout.write(f"  {fault['text']} {what}".rstrip())

    def _accept(self, organization: Organization) -> None:
        with unscoped(), tenant(organization.pk):
            report = verify(organization.pk)
        kinds = {fault.kind for fault in report.faults}
        if kinds == {"truncated"}:
            checkpoints.sign(
                organization.pk, sequence=report.last_sequence, hash=report.head, event=checkpoints.ACCEPTED
            )
            self.stdout.write(f"{organization.slug}: the log's end at {report.last_sequence} is accepted.")
        elif kinds:
            raise CommandError(f"{organization.slug}: more is wrong than a missing end; nothing was accepted.")


def _chosen(slug: str | None) -> Any:
    found = Organization.objects.order_by("slug")
    if slug is None:
        return found
    found = found.filter(slug=slug)
    if not found:
        raise CommandError(f"There is no organization {slug}.")
    return found
