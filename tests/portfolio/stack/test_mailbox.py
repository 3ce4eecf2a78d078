"""The mail catcher and the reader of its folder, over real SMTP."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from portfolio.stack import mailbox
from portfolio.stack.ports import LOOPBACK, answers, free_port
from tests.portfolio.stack.deadlines import eventually


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "portfolio.stack.mailcatcher", str(port), str(tmp_path)])
    eventually(lambda: answers(port), "the catcher listens")
    yield port
    process.terminate()
    assert process.wait(10) == 0


def make_mail(subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Andina <hello@andina.example>", "zoe@andina.example", subject
    mail.set_content("Hola Zoë")
    mail.add_alternative("<p>Hola <b>Zoë</b></p>", subtype="html")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Año 2026.pdf")
    return mail


def send(port: int, mail: EmailMessage, recipients: list[str]) -> None:
    with smtplib.SMTP(LOOPBACK, port) as smtp:
        smtp.send_message(mail, from_addr="bounce@andina.example", to_addrs=recipients)


def test_a_caught_mail_can_be_read_with_all_its_parts(catcher: int, tmp_path: Path) -> None:
    send(catcher, make_mail("Tu certificado, Zoë"), ["zoe@andina.example", "blind@copy.example"])

    [line] = mailbox.messages(tmp_path)
    message = mailbox.message(tmp_path, line.id)

    assert line.subject == "Tu certificado, Zoë"
    assert line.sender == "Andina <hello@andina.example>"
    assert line.recipients == ["zoe@andina.example", "blind@copy.example"]
    assert message.text.strip() == "Hola Zoë"
    assert message.html.strip() == "<p>Hola <b>Zoë</b></p>"
    assert [(part.name, part.content_type, part.content) for part in message.attachments] == [
        ("Año 2026.pdf", "application/pdf", b"%PDF-1.7")
    ]
    assert ("Return-Path", "<bounce@andina.example>") in message.headers


def test_the_newest_mail_comes_first_and_a_search_narrows(catcher: int, tmp_path: Path) -> None:
    for number in range(1, 12):
        send(catcher, make_mail(f"Mail {number}"), [f"person{number}@andina.example"])

    assert [line.subject for line in mailbox.messages(tmp_path, limit=2)] == ["Mail 11", "Mail 10"]
    assert [line.subject for line in mailbox.messages(tmp_path, search="PERSON7@")] == ["Mail 7"]


def test_clearing_removes_messages_and_nothing_else(catcher: int, tmp_path: Path) -> None:
    send(catcher, make_mail("Gone"), ["zoe@andina.example"])
    (tmp_path / "notes.eml").write_text("not ours")

    assert mailbox.clear(tmp_path) == 1

    assert mailbox.messages(tmp_path) == []
    assert (tmp_path / "notes.eml").exists()


@pytest.mark.parametrize("id", ["../secret_key", "1", "", "1795515075000000000-1-1", "1795515075000000000-1-1\n"])
def test_only_message_ids_open_files(tmp_path: Path, id: str) -> None:
    (tmp_path.parent / "secret_key.eml").write_text("secret")

    with pytest.raises(mailbox.NoSuchMessageError):
        mailbox.message(tmp_path, id)


def test_a_mail_in_an_unknown_charset_is_still_shown(tmp_path: Path) -> None:
    file = tmp_path / "1795515075000000000-1-1.eml"
    file.write_bytes(b"Subject: odd\r\nContent-Type: text/plain; charset=klingon\r\n\r\nHola")

    assert mailbox.message(tmp_path, file.stem).text.strip() == "Hola"
