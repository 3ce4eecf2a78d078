"""Makes the documents of a table from the command line: the same run as from the page or the API."""

import json
import time
import zipfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from docuai.bulk import rendering, selectors, services, tabular
from docuai.bulk.models import BulkRun
from docuai.library.models import TemplateVersion
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import Organization

POLL_SECONDS = 0.2


class Command(BaseCommand):
    help = "Make one document for each row of a CSV, JSON or JSON Lines file and write them as a ZIP."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, help="slug of the organization")
        parser.add_argument("--template", required=True, help="slug of the template")
        parser.add_argument("--data", required=True, type=Path)
        parser.add_argument("--output", required=True, type=Path)
        parser.add_argument("--format", default="pdf", choices=["pdf", "docx"])
        parser.add_argument("--inline", action="store_true", help="render in this process instead of the workers")
        parser.add_argument("--json", action="store_true", help="print a report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"No organization {options['organization']!r}.")
        with tenant(organization.pk):
            run = self._start(organization, options)
            if options["inline"]:
                while rendering.render_rows(organization_id=organization.pk, run_id=run.pk):
                    self._progress(run)
            while not run.job.ended:
                self._progress(run)
                time.sleep(POLL_SECONDS)
                run.job.refresh_from_db()
            self._write(run, options["output"])
            self._report(run, options)

    def _start(self, organization: Organization, options: dict[str, Any]) -> BulkRun:
        versions = TemplateVersion.objects.for_organization(organization).select_related("template")
        version = versions.filter(template__slug=options["template"], state="published").first()
        if version is None:
            raise CommandError(f"No published template {options['template']!r} in {organization.slug}.")
        try:
            return services.request_run(
                actor=None,
                organization=organization,
                version=version,
                rows=read_table(options["data"]),
                options={"format": options["format"]},
                today=timezone.localdate(),
            )
        except services.RunError as error:
            raise CommandError(str(error)) from error

    def _progress(self, run: BulkRun) -> None:
        counts = selectors.counts(run)
        self.stderr.write(f"\r{counts['done'] + counts['failed']} of {run.job.total}", ending="")

    def _write(self, run: BulkRun, output: Path) -> None:
        with zipfile.ZipFile(output, "w", zipfile.ZIP_STORED) as archive:
            for document in selectors.valid_documents(run):
                archive.writestr(document.file_name, selectors.content_of(document))

    def _report(self, run: BulkRun, options: dict[str, Any]) -> None:
        run.job.refresh_from_db()
        counts = selectors.counts(run)
        report = {"run": run.number, "state": run.job.state, "counts": counts, "output": str(options["output"])}
        self.stdout.write(
            json.dumps(report) if options["json"] else f"\n{counts['done']} of {run.job.total} documents."
        )
        if counts["failed"]:
            raise CommandError(f"{counts['failed']} rows failed.", returncode=2)


def read_table(path: Path) -> list[dict[str, Any]]:
    """This will read CSV (UTF-8), a JSON array or JSON Lines; raises CommandError that says what is wrong."""
    try:
        return tabular.rows_of(path.read_bytes())
    except OSError as error:
        raise CommandError(f"Cannot read {path}: {error.strerror}.") from error
    except tabular.TableError as error:
        raise CommandError(f"{path}: {error}") from error
