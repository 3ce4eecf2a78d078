"""The fields of a log line, as Elasticsearch will read them."""

import io
import json
import logging
import logging.config
import re
from collections.abc import Iterator
from uuid import UUID

import pytest
import structlog
from django.test import Client

from platform_core.kits.observability import context
from platform_core.kits.observability.logs import logging_config

ORGANIZATION = UUID("01936f5e-7a3c-7000-8000-000000000001")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged, as JSON, through the configuration that production has."""
    root, output = logging.getLogger(), io.StringIO()
    formatter = logging_config(format="json")["formatters"]["ours"]
    handler = logging.StreamHandler(output)
    handler.setFormatter(formatter["()"](formatter["format"]))
    root.addHandler(handler)
    structlog.contextvars.clear_contextvars()
    yield output
    structlog.contextvars.clear_contextvars()
    root.removeHandler(handler)


def parsed(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_an_event_has_the_names_of_the_elastic_common_schema(lines: io.StringIO) -> None:
    context.bind(organization_id=ORGANIZATION, user_id=7, job_id=None)

    structlog.get_logger("docuai.bulk").info("document.rendered", duration_ms=31, run_id="r1", pages=2)

    [line] = parsed(lines)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", str(line.pop("@timestamp")))
    assert isinstance(line.pop("process.pid"), int)
    assert line == {
        "log.level": "info",
        "log.logger": "docuai.bulk",
        "message": "document.rendered",
        "event.action": "document.rendered",
        "event.duration": 31_000_000,
        "organization.id": str(ORGANIZATION),
        "user.id": "7",
        "portfolio.run_id": "r1",
        "portfolio.pages": 2,
        "ecs.version": "8.11.0",
        "service.name": "portfolio",
    }


def test_the_standard_library_logs_in_the_same_form(lines: io.StringIO) -> None:
    context.bind(organization_id=ORGANIZATION)

    logging.getLogger("some.library").warning("Retrying %s times", 3, extra={"attempt": 2})

    [line] = parsed(lines)
    assert line["message"] == "Retrying 3 times"
    assert line["log.level"] == "warning"
    assert line["log.logger"] == "some.library"
    assert line["organization.id"] == str(ORGANIZATION)
    assert line["portfolio.attempt"] == 2
    assert "event.action" not in line


def test_an_exception_is_one_line_with_its_trace(lines: io.StringIO) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger("docuai.bulk").exception("row.failed")

    [line] = parsed(lines)
    assert line["log.level"] == "error"
    assert str(line["error.stack_trace"]).endswith("ValueError: broken")


def test_a_request_is_one_line_without_its_query_and_long_segments(lines: io.StringIO) -> None:
    token = "x" * 60

    answer = Client().get(f"/no-such-page/{token}/?token=secret", headers={"User-Agent": "test"})

    [line] = [line for line in parsed(lines) if line["message"] == "request_finished"]
    assert line["portfolio.request"] == "GET /no-such-page/…/"
    assert line["http.response.status_code"] == 404
    assert line["http.request.id"] == answer.headers["X-Request-ID"]
    assert isinstance(line["event.duration"], int)
    assert "secret" not in lines.getvalue()
    assert token not in lines.getvalue()
    assert "127.0.0.1" not in lines.getvalue()


def test_nothing_of_one_request_stays_for_the_next() -> None:
    context.bind(organization_id=ORGANIZATION)

    Client().get("/no-such-page/")

    assert structlog.contextvars.get_contextvars() == {}
    assert context.request_id() == ""
