"""``manage.py up``: the platform on one machine, in the foreground. ``manage.py`` itself takes the short way there."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portfolio.stack import up


class Command(BaseCommand):
    """Calls ``portfolio.stack.up``, which knows how."""

    help = "Bring the platform up on this machine and stay in front of it: Ctrl-C stops all in order."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """This will add the options of ``up``."""
        up.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """This will serve until a signal comes."""
        if code := up.run(only=options["only"], build=not options["no_build"]):
            raise CommandError("Not started.", returncode=code)
