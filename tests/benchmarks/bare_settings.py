"""Our own settings without middleware but the scope's: what `bare_api` is served with."""

from portfolio.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.bare_api"
MIDDLEWARE = [
    "platform_core.kits.tenancy.middleware.ScopeMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # its models are ours too, and it insists
]
