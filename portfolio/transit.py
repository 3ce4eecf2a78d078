"""TLS on the way to Postgres, Redis, the mail server and the SMS gateway: what their addresses must say in production, and what Celery is told.

Plain is for this machine, and for hosts that PLAIN_HOSTS names: a network of our own, or a pgbouncer beside the process.
"""

import ssl
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured

LOCAL = frozenset(["", "localhost", "127.0.0.1", "::1"])
VERIFIED = ("verify-full", "verify-ca")
EXEMPT = "or name the host in PLAIN_HOSTS if the way there is a network of your own"


def refuse_plain(
    *, database: str, owner: str, redis: str, mail: str, plain_hosts: Sequence[str], sms: str = ""
) -> None:
    """This will raise ImproperlyConfigured for the first address that leaves this machine unencrypted or unverified."""
    allowed = LOCAL | {host.lower() for host in plain_hosts}
    for name, url in (("DATABASE_URL", database), ("DATABASE_OWNER_URL", owner)):
        if _host(url) not in allowed and _query(url).get("sslmode") not in VERIFIED:
            raise ImproperlyConfigured(
                f"{name} reaches {_host(url)} without verified TLS: end it with ?sslmode=verify-full"
                f" (and &sslrootcert=/path/ca.pem for an authority of your own), {EXEMPT}."
            )
    if _host(redis) not in allowed:
        if urlsplit(redis).scheme != "rediss":
            raise ImproperlyConfigured(
                f"REDIS_URL reaches {_host(redis)} in the clear: begin it with rediss://, {EXEMPT}."
            )
        if _query(redis).get("ssl_cert_reqs", "required") != "required":
            raise ImproperlyConfigured(
                f"REDIS_URL does not check who answers for {_host(redis)}: remove ssl_cert_reqs from it, {EXEMPT}."
            )
    if _host(mail) not in allowed and urlsplit(mail).scheme == "smtp":
        raise ImproperlyConfigured(
            f"EMAIL_URL reaches {_host(mail)} in the clear: begin it with smtp+tls:// (STARTTLS) or smtps://, {EXEMPT}."
        )
    if sms and urlsplit(sms).scheme != "https":
        raise ImproperlyConfigured(
            "SMS_URL must reach the gateway by https://: text messages carry codes. Unset it to send none."
        )


def celery_tls(redis: str) -> dict[str, Any] | None:
    """This will give Celery's TLS settings for the broker; None where it is reached in the clear.

    Django's cache and our own clients read the same parameters from the address; kombu wants them apart.
    """
    if urlsplit(redis).scheme != "rediss":
        return None
    required = _query(redis).get("ssl_cert_reqs", "required") == "required"
    authority = _query(redis).get("ssl_ca_certs")
    found: dict[str, Any] = {"ssl_cert_reqs": ssl.CERT_REQUIRED if required else ssl.CERT_NONE}
    return {**found, "ssl_ca_certs": authority} if authority else found


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def _query(url: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}
