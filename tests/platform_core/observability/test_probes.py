"""Probes and metrics, through the interface."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis
from django.db import connection
from django.test import Client
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from platform_core.kits.observability import metrics, probes, queues, statements


def value(page: str, sample: str, **labels: str) -> float | None:
    for family in text_string_to_metric_families(page):
        for found in family.samples:
            if found.name == sample and found.labels == labels:
                return float(found.value)
    return None


def scraped() -> str:
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    return answer.content.decode()


def test_alive_needs_neither_database_nor_a_known_host() -> None:
    answer = Client().get("/livez", headers={"Host": "10.0.0.7"})

    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_names_its_parts() -> None:
    answer = Client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "ok"}


@pytest.mark.django_db
def test_a_broker_that_is_away_is_named_but_pages_stay_in_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(probes._broker, "client", redis.Redis(port=1, retry=None))

    answer = Client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "unreachable"}


@pytest.mark.django_db(transaction=True)
def test_without_its_database_it_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")

    answer = Client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["database"] == "unreachable"


def test_metrics_ask_for_their_token(settings: Settings) -> None:
    settings.METRICS_TOKEN = "opensesame"

    assert Client().get("/metrics").status_code == 403
    assert Client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert Client().get("/metrics", headers={"Authorization": "Bearer opensesame"}).status_code == 200


def test_metrics_are_closed_in_production_without_a_token(settings: Settings) -> None:
    settings.METRICS_TOKEN, settings.ENVIRONMENT = "", "production"

    assert Client().get("/metrics").status_code == 403


def test_a_request_is_counted_by_route_not_by_address() -> None:
    labels = {"method": "GET", "route": "unmatched", "status": "404"}
    before = value(scraped(), "portfolio_request_seconds_count", **labels) or 0

    for number in range(3):
        Client().get(f"/no-such-page/{number}/")

    page = scraped()
    assert value(page, "portfolio_request_seconds_count", **labels) == before + 3
    assert "no-such-page" not in page


@pytest.mark.django_db
def test_a_statement_is_timed_by_its_operation() -> None:
    def selects() -> float:
        return value(scraped(), "portfolio_statement_seconds_count", operation="SELECT") or 0

    first = selects()
    second = selects()  # asking costs statements of its own

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")

    assert selects() - second == second - first + 1


@pytest.mark.parametrize(
    ("sql", "operation"),
    [("SELECT 1", "SELECT"), ("  (select 1)", "SELECT"), ("VACUUM", "OTHER"), ("", "OTHER"), (object(), "OTHER")],
)
def test_the_operation_of_a_statement(sql: object, operation: str) -> None:
    assert statements.operation(sql) == operation


def test_a_queue_tells_its_length_and_the_age_of_what_comes_next() -> None:
    client = probes.broker()
    client.delete("slow")
    for waited in (90, 10):
        client.lpush("slow", json.dumps({"headers": {"enqueued_at": time.time() - waited}}))

    page = scraped()
    client.delete("slow")

    assert value(page, "portfolio_queue_length", queue="slow") == 2
    assert 90 <= (value(page, "portfolio_queue_oldest_seconds", queue="slow") or 0) < 120


@pytest.mark.parametrize("message", [None, b"{}", b"[]", b"not json", b'{"headers": {"enqueued_at": "soon"}}'])
def test_a_message_without_a_stamp_has_no_age(message: bytes | None) -> None:
    assert queues.age(message) == 0


def test_a_source_that_fails_is_named_and_takes_nothing_with_it() -> None:
    def broken() -> list[GaugeMetricFamily]:
        raise OSError("away")

    metrics.at_scrape("broken", broken)
    metrics.at_scrape("whole", lambda: [GaugeMetricFamily("portfolio_test", "A value.", value=7)])

    page = scraped()
    del metrics._sources["broken"], metrics._sources["whole"]

    assert value(page, "portfolio_scrape_failed", source="broken") == 1
    assert value(page, "portfolio_scrape_failed", source="whole") == 0
    assert value(page, "portfolio_test") == 7


def test_the_counts_of_all_processes_are_added_up(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")}
    count = "from platform_core.kits.observability import metrics; metrics.job_finished(kind='run', state='done')"
    show = "from platform_core.kits.observability import metrics; print(metrics.exposition().decode())"

    for _ in range(2):
        subprocess.run([sys.executable, "-c", count], env=environment, check=True)
    page = subprocess.run([sys.executable, "-c", show], env=environment, check=True, capture_output=True, text=True)

    assert value(page.stdout, "portfolio_jobs_total", kind="run", state="done") == 2
