"""Makes the documents of a table from the command line: the same run as from the page or the API."""

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from docuai.bulk import bundling, importing, rendering, selectors
from docuai.bulk.models import BulkRun
from docuai.bulk.services import RunError
from docuai.bulk.services.launching import launch_file
from docuai.bulk.tables.errors import TableError
from docuai.library.models import TemplateVersion
from platform_core.files import services as files
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import Organization

POLL_SECONDS = 0.3
WIDTH = 40
SOME_FAILED = 2


class Command(BaseCommand):
    help = (
        "Make one document for each row of a CSV, XLSX, JSON or JSON Lines file and write them as a ZIP. "
        "Exit code: 0 all made, 1 not started, 2 some rows failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, help="slug of the organization")
        parser.add_argument("--template", required=True, help="slug of the template")
        parser.add_argument("--data", required=True, type=Path, help="the table")
        parser.add_argument("--output", required=True, type=Path, help="the ZIP to be written")
        parser.add_argument("--format", default="pdf", choices=["pdf", "docx"])
        parser.add_argument("--language", default="", help="language of the documents, where rows do not say")
        parser.add_argument("--file-name", default="", help="pattern, such as {row:04}-{name}.pdf")
        parser.add_argument("--encoding", default="", help="encoding of the table, where it cannot be told for sure")
        parser.add_argument("--inline", action="store_true", help="work in this process instead of the workers")
        parser.add_argument("--json", action="store_true", help="print a report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"No organization {options['organization']!r}.")
        with tenant(organization.pk):
            run = self._start(organization, options)
            began = time.monotonic()
            if options["inline"]:
                self._work(run)
            while not run.job.ended:
                self._progress(run)
                time.sleep(POLL_SECONDS)
                run.job.refresh_from_db()
            self._progress(run, last=True)
            if run.job.done == 0:
                raise CommandError(run.job.reason or "No document was made.", returncode=SOME_FAILED)
            self._write(run, options["output"])
            self._report(run, options, time.monotonic() - began)

    def _start(self, organization: Organization, options: dict[str, Any]) -> BulkRun:
        versions = TemplateVersion.objects.for_organization(organization).select_related("template")
        version = versions.filter(
            template__slug=options["template"], template__deleted_at=None, state="published"
        ).first()
        if version is None:
            raise CommandError(f"No published template {options['template']!r} in {organization.slug}.")
        chosen = {name: options[name] for name in ("format", "language", "file_name", "encoding") if options[name]}
        try:
            content = options["data"].read_bytes()
            name = options["data"].name
            file = files.store(
                organization_id=organization.pk, name=name, content=content, purpose="docuai.table", actor=None
            )
            return launch_file(
                actor=None,
                organization=organization,
                version=version,
                file=file,
                options=chosen,
                today=timezone.localdate(),
            )
        except OSError as error:
            raise CommandError(f"Cannot read {options['data']}: {error.strerror}.") from error
        except (RunError, TableError) as error:
            raise CommandError(f"{options['data']}: {error}") from error

    def _work(self, run: BulkRun) -> None:
        importing.import_rows(organization_id=run.organization_id, run_id=run.pk)
        while rendering.render_rows(organization_id=run.organization_id, run_id=run.pk):
            self._progress(run)
        run.job.refresh_from_db()

    def _progress(self, run: BulkRun, *, last: bool = False) -> None:
        counts = selectors.counts(run)
        closed, total = counts["done"] + counts["failed"], max(run.job.total, 1)
        if not sys.stderr.isatty():
            if last:
                self.stderr.write(f"{closed} of {run.job.total} rows")
            return
        bar = "█" * (WIDTH * closed // total)
        self.stderr.write(f"\r{bar:<{WIDTH}} {closed} of {run.job.total} rows", ending="\n" if last else "")

    def _write(self, run: BulkRun, output: Path) -> None:
        packed = bundling.archive_of(run)
        with output.open("wb") as file:
            for piece in packed.read(0, packed.length):
                file.write(piece)

    def _report(self, run: BulkRun, options: dict[str, Any], seconds: float) -> None:
        counts = selectors.counts(run)
        report = {
            "run": run.number,
            "state": run.job.state,
            "counts": counts,
            "seconds": round(seconds, 2),
            "output": str(options["output"]),
            "errors": [
                {"row": row.number, **{key: row.error.get(key) for key in ("code", "message", "pointer")}}
                for row in run.rows.filter(state="failed").order_by("number")[:100]
                if row.error
            ],
        }
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self.stdout.write(f"{counts['done']} of {run.job.total} documents in {options['output']}")
        if counts["failed"]:
            raise CommandError(f"{counts['failed']} rows failed.", returncode=SOME_FAILED)
