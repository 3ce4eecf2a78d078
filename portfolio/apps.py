"""The project as an app without models: its ``ready`` plugs adapters into ports.

Loads Celery with Django, here and not in ``portfolio/__init__``: the supervisor and its helpers start without it.
"""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps

from portfolio.celery import app as celery_app

__all__ = ["PortfolioConfig", "StaffAdminConfig", "celery_app"]


class PortfolioConfig(AppConfig):
    name = "portfolio"
    default = True

    def ready(self) -> None:
        from portfolio import wiring

        wiring.plug()


class StaffAdminConfig(admin_apps.AdminConfig):
    """Django's admin with our site as *the* site, so that admins of other packages land there too."""

    default = False
    default_site = "portfolio.admin.Staff"
