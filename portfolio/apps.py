"""The project as an app without models: its ``ready`` plugs adapters into ports.

Loads Celery with Django, here and not in ``portfolio/__init__``: the supervisor and its helpers start without it.
"""

from django.apps import AppConfig

from portfolio.celery import app as celery_app

__all__ = ["PortfolioConfig", "celery_app"]


class PortfolioConfig(AppConfig):
    name = "portfolio"

    def ready(self) -> None:
        from portfolio import wiring

        wiring.plug()
