"""The inbox page shows what the catcher caught, and nothing in production."""

from email.message import EmailMessage

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


def make_designed(tmp_path):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@andina.example", "zoe@andina.example", "Designed"
    mail.set_content("Plain words")
    mail.add_alternative(
        "<style>p{color:red}</style><p onclick='x()'>Designed <script>x()</script></p>", subtype="html"
    )
    mail.add_attachment(b"%PDF-1.7 page", maintype="application", subtype="pdf", filename="Año.pdf")
    mail.add_attachment(b"<svg/>", maintype="image", subtype="svg+xml", filename="picture.svg")
    Keeper(tmp_path / "mail").keep("a@andina.example", ["zoe@andina.example"], mail.as_bytes())
    return max(tmp_path.glob("mail/*.eml")).stem


@pytest.mark.django_db
def test_foreign_markup_is_shown_in_a_sandboxed_frame_only(client, caught, tmp_path):
    designed = make_designed(tmp_path)

    page = client.get(f"/mail/{designed}/").content.decode()
    frame = client.get(f"/mail/{designed}/frame/")

    assert "<script>x()" not in page
    assert f'src="/mail/{designed}/frame/" sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "Plain words" in client.get(f"/mail/{designed}/?view=text").content.decode()
    assert "default-src 'none'" in frame["Content-Security-Policy"]
    assert "sandbox allow-popups" in frame["Content-Security-Policy"]
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.django_db
def test_attachments_are_downloaded_and_a_picture_that_can_run_is_never_shown(client, caught, tmp_path):
    designed = make_designed(tmp_path)

    pdf = client.get(f"/mail/{designed}/attachments/1/?inline=1")
    svg = client.get(f"/mail/{designed}/attachments/2/?inline=1")

    assert b"".join(pdf.streaming_content) == b"%PDF-1.7 page"
    assert pdf["Content-Disposition"] == "inline; filename=\"A_o.pdf\"; filename*=UTF-8''A%C3%B1o.pdf"
    assert svg["Content-Disposition"].startswith("attachment")
    assert client.get(f"/mail/{designed}/attachments/3/").status_code == 404
    assert client.get(f"/mail/{designed}/attachments/0/").status_code == 404
