from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from platform_core.kits.tenancy.roles import as_owner


class Command(migrate.Command):
    """As Django's, connected as the owner of the tables: the app may not change or truncate them."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        with as_owner(connections[options["database"]]):
            return super().execute(*args, **options)
