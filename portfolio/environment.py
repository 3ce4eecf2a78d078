"""Typed readers of environment variables; a missing one is named with what it is for."""

import base64
import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

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


def sms(url: str) -> dict[str, Any] | None:
    """This will turn https://user:secret@gateway/path?from=Name&repeats=1 into what the sender of text messages reads.

    A name alone before the @ is a bearer token, a name and a secret are Basic. ``file:///folder`` keeps messages as files.
    """
    if not url:
        return None
    parts, query = urlsplit(url), dict(parse_qsl(urlsplit(url).query))
    sender, repeats = query.pop("from", "Portfolio"), query.pop("repeats", "") == "1"
    if parts.scheme == "file":
        return {"url": f"file://{unquote(parts.path)}", "authorization": "", "sender": sender, "repeats": True}
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ImproperlyConfigured("SMS_URL must begin with https:// (or file:// in development).")
    name, secret = unquote(parts.username or ""), unquote(parts.password or "")
    authorization = f"Bearer {name}" if name else ""
    if secret:
        authorization = f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"
    bare = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, urlencode(query), ""))
    return {"url": bare, "authorization": authorization, "sender": sender, "repeats": repeats}
