"""``/status`` says what our own checks found, from memory when the database is away, and never fails."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta

from django.conf import settings
from django.utils import timezone

from platform_core.kits.tenancy.scope import service
from platform_core.mail import journal
from platform_core.operations import checks, services
from platform_core.operations.models import StatusDay, StatusSample
from platform_core.operations.views import status

DEAD = """
import django, json
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
client.cookies["sessionid"] = "x" * 32
page, told, stated = client.get("/status"), client.get("/status.json"), client.get("/accessibility")
print(json.dumps([page.status_code, told.status_code, told.json(), stated.status_code, "do not work" in page.content.decode()]))
"""


def test_the_page_and_its_json_say_how_each_part_is_and_may_be_cached(client):
    page, told = client.get("/status"), client.get("/status.json").json()

    assert page.status_code == 200
    assert page["Cache-Control"] == "public, max-age=30, stale-if-error=600"
    assert "sessionid" not in page.cookies
    assert told["status"] == "ok"
    assert [part["name"] for part in told["parts"]] == list(checks.PARTS)


def test_mail_that_is_held_off_is_said(client):
    journal.hold("test")

    told = client.get("/status.json").json()
    assert {p["name"]: p["status"] for p in told["parts"]}["mail"] == "down"


def test_minutes_are_kept_and_days_that_are_over_are_thinned():
    yesterday = timezone.now() - timedelta(days=1)
    many = [StatusSample(at=yesterday, part="mail", state=state) for state in ["ok"] * 5 + ["slow"] * 2 + ["down"]]
    StatusSample.objects.bulk_create(many)
    with service("test"):
        checks.keep()

    found = StatusDay.objects.get(part="mail")
    assert (found.day, found.ok, found.slow, found.down) == (yesterday.date(), 5, 2, 1)
    assert StatusSample.objects.count() == len(checks.PARTS)
    days = checks.history(timezone.now().date())["mail"]
    assert len(days) == 90
    assert (days[-2].state, days[-1].state, days[0].state) == ("down", "ok", "none")


def test_what_is_older_than_the_page_goes():
    StatusDay.objects.create(day=date(2020, 1, 1), part="web", ok=1440)
    checks.thin(timezone.now().date())

    assert StatusDay.objects.count() == 0


def test_an_open_incident_of_staff_stands_on_the_page_in_the_readers_language(client, elena):
    now = timezone.now()
    services.publish_notice(
        actor=elena,
        level="incident",
        text_en="Mail is late.",
        text_es="El correo se retrasa.",
        starts_at=now - timedelta(minutes=1),
        ends_at=now + timedelta(hours=1),
    )

    assert "Mail is late." in client.get("/status").content.decode()
    assert "El correo se retrasa." in client.get("/status", headers={"Accept-Language": "es"}).content.decode()


def test_a_crowd_costs_one_look(client, django_assert_num_queries):
    client.get("/status")

    with django_assert_num_queries(0):
        client.get("/status")
        client.get("/status.json")


def test_without_database_and_broker_the_page_says_so_and_does_not_fail(tmp_path):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portfolio.settings",
        "DATABASE_URL": "postgresql://portfolio_app@127.0.0.1:1/nothing",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATA_DIR": str(tmp_path),
        "BUILD_DIR": str(settings.BUILD_DIR),
    }
    run = subprocess.run([sys.executable, "-c", DEAD], env=environment, capture_output=True, text=True, timeout=60)

    page, told, body, stated, said = json.loads(run.stdout.strip().splitlines()[-1])
    assert (page, told, stated, said) == (200, 200, 200, True)
    states = {part["name"]: part["status"] for part in body["parts"]}
    assert states == {
        "web": "ok",
        "database": "down",
        "fast": "down",
        "slow": "down",
        "mail": "down",
        "storage": states["storage"],
        "audit": "down",
    }


def test_what_was_known_is_still_shown_when_the_database_goes(client):
    StatusDay.objects.create(day=timezone.now().date() - timedelta(days=3), part="web", ok=1440)
    client.get("/status")
    known = status._known[0]

    assert [day.state for day in known.days["web"]][-4] == "ok"


def test_the_statement_names_its_gaps_in_both_languages_and_the_home_page_leads_there(client):
    home = client.get("/").content.decode()

    assert 'href="/status"' in home
    assert 'href="/accessibility"' in home
    assert "Known gaps" in client.get("/accessibility").content.decode()
