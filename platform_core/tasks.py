"""Gathers the queue and clock entries of the slices for Celery. Nobody imports it."""

from platform_core.mail import tasks as mail

__all__ = ["mail"]
