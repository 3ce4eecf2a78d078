"""What every test stands on. The servers must be there before the settings are read: hence the order here."""

import os

import django

from tests.servers import bootstrap, shutdown

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's event loop runs on in this process
bootstrap()
os.environ["DJANGO_SETTINGS_MODULE"] = "portfolio.settings"
django.setup()  # pytest-django looks for settings before this file is read


def pytest_unconfigure() -> None:
    """This will stop the servers of the session."""
    shutdown()
