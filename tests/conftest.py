"""What every test stands on. The servers must be there before the settings are read: hence the order here."""

import os
import time

import django

from tests.servers import bootstrap, shutdown

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's event loop runs on in this process
bootstrap()
os.environ["DJANGO_SETTINGS_MODULE"] = "portfolio.settings"
django.setup()  # pytest-django looks for settings before this file is read
# Not handed down: workers of xdist would read the settings before they have a Redis database of their own.
del os.environ["DJANGO_SETTINGS_MODULE"]


from django.test import Client  # noqa: E402  after setup

from platform_core.access.freshness import FRESH_AT  # noqa: E402

_force_login = Client.force_login


def _just_signed_in(self: Client, user: object, backend: str | None = None) -> None:
    """A test that forces a sign-in stands where the password was just given, as after the real one."""
    _force_login(self, user, backend)  # type: ignore[arg-type]
    session = self.session
    session[FRESH_AT] = int(time.time())
    session.save()


Client.force_login = _just_signed_in  # type: ignore[method-assign]


def pytest_unconfigure() -> None:
    """This will stop the servers of the session."""
    shutdown()
