"""What every test stands on. The servers must be there before the settings are read: hence the order here."""

import os

from tests.servers import bootstrap, shutdown

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's event loop runs on in this process
bootstrap()
os.environ["DJANGO_SETTINGS_MODULE"] = "portfolio.settings"


def pytest_unconfigure() -> None:
    """This will stop the servers of the session."""
    shutdown()
