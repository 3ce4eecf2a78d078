"""Gathers the queue and clock entries of the slices for Celery. Nobody imports it."""

from platform_core.files import periodic as files
from platform_core.mail import periodic as mail_clock
from platform_core.mail import tasks as mail

__all__ = ["files", "mail", "mail_clock"]
