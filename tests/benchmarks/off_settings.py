"""Our own settings with the database's part of the API's edge off: an administrator's login, no scope, no row-level security.

Everything else is what serves: the same middleware, the same web server. `off_api` takes off the rest.
"""

import os

from portfolio import environment
from portfolio import settings as ours
from portfolio.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.off_api"
MIDDLEWARE = [name for name in ours.MIDDLEWARE if not name.endswith(".ScopeMiddleware")]
DATABASES = {
    "default": {
        **ours.DATABASES["default"],
        **environment.database(os.environ["OFF_DATABASE_URL"]),
        "ENGINE": "django.db.backends.postgresql",
    }
}
