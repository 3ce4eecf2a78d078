"""Typed readers of environment variables; a missing one is named with what it is for."""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

DATABASE_OPTIONS = frozenset(["sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name"])
MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def text(name: str, default: str | None = None, *, why: str = "") -> str:
    """This will read a variable; without a default a missing one raises ImproperlyConfigured that names it."""
    value = os.environ.get(name, "")
    if value or default is not None:
        return value or default or ""
    raise ImproperlyConfigured(f"Set {name}: {why or 'it has no default'}. See .env.example.")


def number(name: str, default: int) -> int:
    """This will read a whole number."""
    try:
        return int(os.environ.get(name) or default)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {os.environ[name]!r}.") from None


def flag(name: str, default: bool = False) -> bool:
    """This will read 1/true/yes/on as True."""
    value = os.environ.get(name, "").lower()
    return default if not value else value in ("1", "true", "yes", "on")


def words(name: str, default: str = "") -> list[str]:
    """This will read a comma-separated list."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def database(url: str) -> dict[str, Any]:
    """This will turn postgresql://user:password@host:port/name?sslmode=verify-full into Django's keys."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://.")
    found = {"USER": parts.username, "PASSWORD": parts.password, "HOST": parts.hostname, "PORT": parts.port}
    options = dict(parse_qsl(parts.query))
    if unknown := sorted(set(options) - DATABASE_OPTIONS):
        raise ImproperlyConfigured(f"DATABASE_URL: unknown parameter {', '.join(unknown)}.")
    named = {key: unquote(str(value or "")) for key, value in found.items()}
    return {"NAME": parts.path[1:], **named, "OPTIONS": options}


def mail(url: str) -> dict[str, Any]:
    """This will turn smtp://host:port or smtp+tls://user:password@host:port into Django's EMAIL_ settings."""
    parts = urlsplit(url)
    if parts.scheme not in MAIL_PORTS:
        raise ImproperlyConfigured("EMAIL_URL must begin with smtp://, smtp+tls:// or smtps://.")
    return {
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or MAIL_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": 10,
    }
