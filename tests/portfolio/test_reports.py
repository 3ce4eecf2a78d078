"""Reports of broken content policies: counted and logged, believed little, limited by address."""

import json
import logging

import pytest
from django.test import Client

from platform_core.kits.observability.metrics import exposition

PATH = "/csp-reports/"
NEW = [
    {
        "type": "csp-violation",
        "body": {
            "effectiveDirective": "script-src-elem",
            "blockedURL": "https://evil.example/x.js?token=1",
            "documentURL": "http://127.0.0.1:8000/files/secret-token-abc/?x=1",
            "lineNumber": 7,
        },
    }
]


@pytest.fixture(autouse=True)
def rates(settings):
    settings.API_RATES = {**settings.API_RATES, "report": "3/minute"}


def send(body, kind="application/reports+json", address="192.0.2.1"):
    return Client().post(PATH, json.dumps(body), content_type=kind, REMOTE_ADDR=address)


def count(directive):
    name = f'portfolio_csp_reports_total{{directive="{directive}"}} '
    found = [line for line in exposition().decode().splitlines() if line.startswith(name)]
    return float(found[0].split()[-1]) if found else 0.0


def test_both_forms_are_counted_and_no_token_is_logged(caplog, db):
    before = count("script-src-elem")
    caplog.set_level(logging.WARNING)

    assert send(NEW, address="192.0.2.10").status_code == 204
    old = {
        "csp-report": {"effective-directive": "img-src", "blocked-uri": "data", "document-uri": "http://a.example/b"}
    }
    assert send(old, "application/csp-report", address="192.0.2.10").status_code == 204

    assert count("script-src-elem") == before + 1
    first = next(record for record in caplog.records if record.message == "csp.violated")
    assert (first.blocked, first.page, first.line) == ("evil.example", "127.0.0.1:8000/files", 7)
    assert "secret" not in first.page


@pytest.mark.parametrize("body", [1, [], ["x"], {"csp-report": 3}, [{"body": {"effectiveDirective": "a\nb" * 500}}]])
def test_nonsense_is_taken_and_makes_no_label_of_its_own(body, db):
    assert send(body, address=f"192.0.2.{20 + len(str(body)) % 90}").status_code == 204
    assert "a\\nb" not in exposition().decode()


def test_too_much_is_refused(db):
    assert send(["x" * 20_000], address="192.0.2.12").status_code == 413


def test_past_its_limit_an_address_is_told_to_wait_and_nobody_else(db):
    codes = [send(NEW, address="192.0.2.13").status_code for _ in range(5)]

    assert codes == [204, 204, 204, 429, 429]
    assert send(NEW, address="192.0.2.14").status_code == 204


def test_pages_name_the_place_for_reports(db):
    answer = Client().get("/accounts/login/")

    assert answer["Reporting-Endpoints"] == 'csp="/csp-reports/"'
    policy = answer["Content-Security-Policy"]
    for words in ("report-to csp", "report-uri /csp-reports/", "form-action 'self'", "frame-ancestors 'self'"):
        assert words in policy
    assert answer["Cross-Origin-Resource-Policy"] == answer["Cross-Origin-Opener-Policy"] == "same-origin"
    cookie = answer.cookies["csrftoken"]
    assert cookie["samesite"] == "Lax"
