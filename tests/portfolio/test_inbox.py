"""The inbox page shows what the catcher caught, and nothing in production."""

import pytest

from portfolio.stack.mailcatcher import Keeper

RAW = b"From: portfolio@portfolio.example\r\nTo: ana@andina.example\r\nSubject: Confirm\r\n\r\nOpen <b>http://127.0.0.1/x</b>\r\n"


@pytest.fixture
def caught(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "mail").mkdir()
    Keeper(tmp_path / "mail").keep("portfolio@portfolio.example", ["ana@andina.example"], RAW)
    return next((tmp_path / "mail").glob("*.eml")).stem


@pytest.mark.django_db
def test_a_caught_mail_is_listed_and_read_and_its_markup_is_text(client, caught):
    assert "Confirm" in client.get("/mail").content.decode()

    page = client.get(f"/mail/{caught}/").content.decode()

    assert "ana@andina.example" in page
    assert "<b>http" not in page


@pytest.mark.django_db
def test_a_message_that_is_not_there_is_not_found(client, caught):
    assert client.get("/mail/1-1-1/").status_code == 404


@pytest.mark.django_db
def test_production_has_no_inbox(client, caught, settings):
    settings.PRODUCTION = True

    assert client.get("/mail").status_code == 404
    assert client.get(f"/mail/{caught}/").status_code == 404
