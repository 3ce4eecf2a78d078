"""Production refuses to reach Postgres, Redis or the mail server in the clear, and says which variable is wrong."""

import os
import ssl
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from portfolio import environment
from portfolio.stack.checks import PRODUCTION
from portfolio.stack.places import ROOT
from portfolio.transit import celery_tls, refuse_plain

ADDRESSES = {
    "database": "postgresql://app:x@database.example/p?sslmode=verify-full",
    "owner": "",
    "redis": "rediss://broker.example/0",
    "mail": "smtp+tls://mail.example",
}


@pytest.mark.parametrize(
    ("which", "url", "variable", "cure"),
    [
        ("database", "postgresql://app@database.example/p", "DATABASE_URL", "sslmode=verify-full"),
        ("database", "postgresql://app@database.example/p?sslmode=require", "DATABASE_URL", "sslmode=verify-full"),
        ("owner", "postgresql://owner@database.example/p?sslmode=prefer", "DATABASE_OWNER_URL", "sslmode=verify-full"),
        ("redis", "redis://broker.example/0", "REDIS_URL", "rediss://"),
        ("redis", "rediss://broker.example/0?ssl_cert_reqs=none", "REDIS_URL", "remove ssl_cert_reqs"),
        ("mail", "smtp://mail.example", "EMAIL_URL", "smtp+tls://"),
        ("sms", "http://token@gateway.example/v1", "SMS_URL", "https://"),
        ("sms", "file:///srv/mail", "SMS_URL", "https://"),
    ],
)
def test_an_address_in_the_clear_is_refused_by_name_with_its_cure(which, url, variable, cure):
    with pytest.raises(ImproperlyConfigured) as refusal:
        refuse_plain(**{**ADDRESSES, which: url}, plain_hosts=[])

    assert str(refusal.value).startswith(f"{variable} ")
    assert cure in str(refusal.value)


def test_this_machine_and_named_hosts_may_be_reached_in_the_clear():
    plain = {
        "database": "postgresql://app@127.0.0.1/p",
        "owner": "postgresql://owner@postgres/p",
        "redis": "redis://valkey:6379/0",
        "mail": "smtp://localhost",
    }
    refuse_plain(**plain, plain_hosts=["postgres", "valkey"])
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL"):
        refuse_plain(**plain, plain_hosts=["postgres"])


def test_production_does_not_start_with_a_plain_address():
    settings = {**PRODUCTION, "REDIS_URL": "redis://broker.example/0"}
    done = subprocess.run(
        [sys.executable, "-c", "import portfolio.settings"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "REDIS_URL reaches broker.example in the clear" in done.stderr


def test_parameters_of_the_address_reach_the_driver_and_unknown_ones_are_refused():
    found = environment.database("postgresql://app:x@db/p?sslmode=verify-full&sslrootcert=/ca.pem")
    assert found["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "/ca.pem"}
    with pytest.raises(ImproperlyConfigured, match="ssl_mode"):
        environment.database("postgresql://app:x@db/p?ssl_mode=verify-full")


def test_celery_checks_the_brokers_certificate():
    assert celery_tls("redis://broker/0") is None
    assert celery_tls("rediss://broker/0") == {"ssl_cert_reqs": ssl.CERT_REQUIRED}
    assert celery_tls("rediss://broker/0?ssl_ca_certs=/ca.pem")["ssl_ca_certs"] == "/ca.pem"


def test_mail_goes_to_the_port_of_its_protocol():
    assert environment.mail("smtps://mail.example")["EMAIL_PORT"] == 465
    assert environment.mail("smtp+tls://mail.example")["EMAIL_PORT"] == 587


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("", None),
        (
            "https://token@gateway.example/v1/messages?from=Andina&repeats=1",
            {
                "url": "https://gateway.example/v1/messages",
                "authorization": "Bearer token",
                "sender": "Andina",
                "repeats": True,
            },
        ),
        (
            "https://user:s%40cret@gateway.example:8443/send?region=eu",
            {
                "url": "https://gateway.example:8443/send?region=eu",
                "authorization": "Basic dXNlcjpzQGNyZXQ=",
                "sender": "Portfolio",
                "repeats": False,
            },
        ),
    ],
)
def test_the_gateway_of_text_messages_is_read_from_its_address(url, found):
    assert environment.sms(url) == found


def test_a_gateway_of_another_protocol_is_refused():
    with pytest.raises(ImproperlyConfigured, match="https://"):
        environment.sms("smpp://gateway.example")
