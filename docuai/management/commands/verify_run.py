"""Checks the documents of a run against their hashes and renders them again, from the command line."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from docuai.bulk import follow_ups, services
from docuai.bulk.models import BulkRun
from docuai.bulk.verifying import BAD, GOOD
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import Organization

WRONG = 2


class Command(BaseCommand):
    help = "Verify a run's documents. Exit code: 0 all as they were made, 1 cannot be checked, 2 something is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int, help="number of the run")
        parser.add_argument("--organization", required=True, help="slug of the organization")
        parser.add_argument("--json", action="store_true", help="print a report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"No organization {options['organization']!r}.")
        with tenant(organization.pk):
            runs = BulkRun.objects.for_organization(organization).filter(deleted_at=None).select_related("job")
            run = runs.filter(number=options["number"]).first()
            if run is None:
                raise CommandError(f"No run {options['number']} in {organization.slug}.")
            try:
                job = services.verify(actor=None, run=run)
            except services.RunError as error:
                raise CommandError(str(error)) from error
            while follow_ups.work(organization_id=organization.pk, job_id=job.pk):
                pass
            job.refresh_from_db()
        counts = {name: job.result.get(name, 0) for name in (*GOOD, *BAD)}
        report = {"run": run.number, "state": job.state, **counts, "rows": job.result.get("rows", [])}
        if options["json"]:
            self.stdout.write(json.dumps(report))
        else:
            self.stdout.write(", ".join(f"{name.replace('_', ' ')}: {count}" for name, count in counts.items()))
        if job.failed:
            raise CommandError(f"{job.failed} documents are not what was made.", returncode=WRONG)
