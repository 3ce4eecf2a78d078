"""Settings of the API's peer: our models and data under an ordinary Django project.

Django's own database backend and an administrator's login (no row-level security, no scope to send), the middleware of
`startproject`, Django REST framework as it comes. Connections stay open, which `startproject` does not do: in its favor.
"""

import os

from portfolio import environment
from portfolio import settings as ours
from portfolio.settings import *  # noqa: F403

INSTALLED_APPS = ours.INSTALLED_APPS
ROOT_URLCONF = "tests.benchmarks.peer_api"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # its models are ours too, and it insists: a few microseconds
]
DATABASES = {
    "default": {
        **environment.database(os.environ["PEER_DATABASE_URL"]),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
    }
}
REST_FRAMEWORK = {}
