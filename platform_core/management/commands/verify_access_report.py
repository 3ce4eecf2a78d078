"""Verifies the signature of an access report. Exit code 1 when it is not what was signed here."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from platform_core.evidence.checkpoints import is_genuine


class Command(BaseCommand):
    help = "Verify an access report (the JSON file)."

    def add_arguments(self, parser: CommandParser) -> None:
        """This will take the file."""
        parser.add_argument("file")

    def handle(self, *args: Any, **options: Any) -> None:
        """This will say whether the report is as it was signed."""
        try:
            report = json.loads(Path(options["file"]).read_text())
        except (OSError, ValueError) as error:
            raise CommandError(f"The file cannot be read as a report: {error}") from error
        if not (isinstance(report, dict) and is_genuine(report)):
            self.stdout.write("changed: this is not what was signed here")
            sys.exit(1)
        self.stdout.write(f"genuine: {report['organization']}, {report['made_at']}, by {report['made_by']}")
