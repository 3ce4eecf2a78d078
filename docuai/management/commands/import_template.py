"""Makes a template of a file from the command line: the same as uploading it on the page or by the API."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from docuai.library import problems, services, uploads
from docuai.library.models import TemplateVersion
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import Organization


class Command(BaseCommand):
    help = "Make a template of a Word file, a Typst source, or a ZIP of a Typst source and its files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--organization", required=True, help="slug of the organization")
        parser.add_argument("--name", required=True)
        parser.add_argument("--engine", required=True, choices=["typst", "word"])
        parser.add_argument("--language", default="en", help="language of the file (en)")
        parser.add_argument("--publish", action="store_true", help="publish it, unless it has errors")
        parser.add_argument("--json", action="store_true", help="print a report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"No organization {options['organization']!r}.")
        try:
            raw = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}.") from error
        with tenant(organization.pk):
            try:
                version = self._made(organization, raw, options)
            except services.TemplateError as error:
                raise CommandError(str(error)) from error
            self._report(version, as_json=options["json"])

    def _made(self, organization: Organization, raw: bytes, options: dict[str, Any]) -> TemplateVersion:
        engine, language = options["engine"], options["language"]
        content = uploads.read(engine=engine, file_name=options["file"].name, content=raw, language=language)
        version = services.create_template(
            actor=None,
            organization=organization,
            name=options["name"],
            engine=engine,
            sources=content.sources,
            assets=content.assets,
            names=content.names,
            schema=content.schema,
            sample=content.sample,
            notes=content.notes,
        )
        stopped = any(problem["severity"] == "error" for problem in version.problems)
        return services.publish(actor=None, version=version) if options["publish"] and not stopped else version

    def _report(self, version: TemplateVersion, *, as_json: bool) -> None:
        found = problems.problems_of(version)
        lines = [
            {"severity": p.severity, "code": p.code, "message": p.message, "place": str(p.location)} for p in found
        ]
        shown = {"id": str(version.pk), "number": version.number, "state": version.state}
        report = {"id": str(version.template_id), "slug": version.template.slug, "version": shown, "problems": lines}
        if as_json:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        else:
            self.stdout.write(f"{version.template.slug}, version {version.number}, {version.state}")
            for problem in found:
                self.stdout.write(f"{problem.severity}: {problem.message} {problem.hint} {problem.location}".rstrip())
        if any(problem.severity == "error" for problem in found):
            raise CommandError("The template has errors; it is kept as a draft.", returncode=2)
