"""Says why a member may or may not do something, and who can grant it. Exit code 1 for a denial."""

import sys
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from platform_core.access.can import UnknownPermissionError, principal_of
from platform_core.access.explaining import explain
from platform_core.access.shares import KINDS
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Membership, Organization


class Command(BaseCommand):
    help = "Explain what a member may do and why."

    def add_arguments(self, parser: CommandParser) -> None:
        """This will take organization, member, permission and, where it is about one, the object."""
        parser.add_argument("--organization", metavar="SLUG", required=True)
        parser.add_argument("--member", metavar="EMAIL", required=True)
        parser.add_argument("--permission", metavar="NAME", required=True, help="docuai.template.edit, for instance")
        parser.add_argument("--object", metavar="KIND:ID", help="template:0199…, for instance")

    def handle(self, *args: Any, **options: Any) -> None:
        """This will print the answer, a line a reason."""
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError("There is no organization with this address.")
        with unscoped(), tenant(organization.pk):
            rows = Membership.objects.for_organization(organization).filter(user__email__iexact=options["member"])
            member = rows.first()
            if member is None:
                raise CommandError("Nobody with this address is a member: strangers may nothing.")
            try:
                answer = explain(principal_of(member), options["permission"], _object(organization, options["object"]))
            except UnknownPermissionError as error:
                raise CommandError(f"No app declares the permission {error}.") from error
        self.stdout.write(f"{'granted' if answer.granted else 'denied'}: {answer.permission} ({answer.label})")
        for step in answer.steps:
            self.stdout.write(f"  {'+' if step.granted else '-'} {step.source}: {step.text}")
        if answer.granted:
            return
        self.stdout.write(f"  who can grant it: {', '.join(answer.who_can_grant) or 'nobody'}")
        sys.exit(1)


def _object(organization: Organization, given: str | None) -> Any:
    if not given:
        return None
    kind, _colon, key = given.partition(":")
    shareable = KINDS.get(kind)
    if shareable is None:
        raise CommandError(f"Name the object as KIND:ID; kinds are {', '.join(KINDS)}.")
    try:
        found = shareable.model.objects.for_organization(organization).filter(pk=UUID(key)).first()
    except ValueError as error:
        raise CommandError("The id of the object is none.") from error
    if found is None:
        raise CommandError("The organization has no such object.")
    return found
