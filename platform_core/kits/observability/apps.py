"""Observability as an installed app without models: configures structlog and times every statement."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created

from platform_core.kits.observability.logs import configure_structlog
from platform_core.kits.observability.metrics import at_scrape
from platform_core.kits.observability.queues import queue_metrics
from platform_core.kits.observability.statements import time_statements


class ObservabilityConfig(AppConfig):
    """Add ``platform_core.kits.observability`` to INSTALLED_APPS and ``ObservabilityMiddleware`` as the first one."""

    name = "platform_core.kits.observability"
    label = "observability"

    def ready(self) -> None:
        """This will configure logs and statement times of this process."""
        configure_structlog()
        at_scrape("queues", queue_metrics)
        connection_created.connect(time_statements, dispatch_uid="observability.time_statements")
