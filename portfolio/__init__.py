"""The project: settings, routes, the stack that runs it. Loads Celery with Django."""

from portfolio.celery import app as celery_app

__all__ = ["celery_app"]
