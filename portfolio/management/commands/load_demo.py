"""Loads the demo: first what scripts and people need to get in (``demo.json``), then three runs that the workers make."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portfolio.demo import notifications, people, runs, webhooks


class Command(BaseCommand):
    help = "Load the demo data (development only). Safe to repeat: what is there stays, what is missing is made."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("DEMO is off: the demo's people have a public password.")
        andina, norte = people.load()
        people.write_facts(andina, norte)
        notifications.load(andina)
        webhooks.load(andina)
        if not runs.load(andina):
            self.stderr.write("The demo's runs are not finished: are the workers running? The next start goes on.")
