"""Lets mail go out again after staff has looked at what the journal knew and the database did not."""

from typing import Any

from django.core.management.base import BaseCommand

from platform_core.mail.services import release_held_mail


class Command(BaseCommand):
    help = "Send mail again on this machine. Unknown mails stay unknown: decide each in the admin."

    def handle(self, *args: Any, **options: Any) -> None:
        """This will say why sending was held."""
        reason = release_held_mail()
        self.stdout.write(f"Released. It was held because: {reason}" if reason else "Nothing was held.")
