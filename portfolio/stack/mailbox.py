"""The mail catcher's folder, read: a list of messages, one message with its parts. Pure Python, no Django.

Only a development stack has one (``mail_folder()`` in ``places``). Message ids are file names; anything else is refused.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path

_ID = re.compile(r"\d{10,20}-\d+-\d+")


class NoSuchMessageError(Exception):
    """There is no message (or no attachment) of that name."""


@dataclass(frozen=True)
class Attachment:
    """A file in a message; ``content`` is decoded."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Summary:
    """A line of the inbox. ``recipients`` are those of the envelope, so blind copies are seen too."""

    id: str
    received_at: datetime
    sender: str
    recipients: list[str]
    subject: str
    size_bytes: int
    is_sms: bool = False


@dataclass(frozen=True)
class Message:
    """A whole message. ``html`` is as it was sent: show it in a sandboxed frame only."""

    summary: Summary
    headers: list[tuple[str, str]]
    text: str
    html: str
    attachments: list[Attachment]
    raw: bytes


def messages(folder: Path, *, limit: int = 200, search: str = "") -> list[Summary]:
    """This will list the newest messages first; ``search`` looks in subject, sender and recipients."""
    found: list[Summary] = []
    wanted = search.casefold()
    for file in sorted(folder.glob("*.eml"), key=_number, reverse=True):
        if not _ID.fullmatch(file.stem):
            continue
        with file.open("rb") as source:
            head = BytesHeaderParser(policy=policy.default).parse(source)
        line = _summary(file, head)
        if wanted in f"{line.subject}\n{line.sender}\n{line.recipients}".casefold():
            found.append(line)
        if len(found) == limit:
            break
    return found


def message(folder: Path, id: str) -> Message:
    """This will return one message. Raises NoSuchMessageError."""
    file = folder / f"{id}.eml"
    if not _ID.fullmatch(id) or not file.is_file():
        raise NoSuchMessageError(f"No message {id}.")
    raw = file.read_bytes()
    parsed = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(parsed, EmailMessage)
    headers = [(name, str(value)) for name, value in parsed.items()]
    attachments = [
        Attachment(part.get_filename() or "attachment", part.get_content_type(), _bytes(part))
        for part in parsed.iter_attachments()
    ]
    return Message(_summary(file, parsed), headers, _body(parsed, "plain"), _body(parsed, "html"), attachments, raw)


def clear(folder: Path) -> int:
    """This will delete all messages and return how many there were."""
    files = [file for file in folder.glob("*.eml") if _ID.fullmatch(file.stem)]
    for file in files:
        file.unlink(missing_ok=True)
    return len(files)


def _number(file: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in file.stem.split("-") if part.isdigit())


def _summary(file: Path, head: EmailMessage) -> Summary:
    return Summary(
        id=file.stem,
        received_at=datetime.fromtimestamp(int(file.stem.split("-")[0]) / 1e9, UTC),
        sender=str(head.get("From", head.get("Return-Path", ""))),
        recipients=[part.strip() for part in str(head.get("X-Envelope-To", "")).split(",") if part.strip()],
        subject=str(head.get("Subject", "")),
        size_bytes=file.stat().st_size,
        is_sms=head.get("X-Channel", "") == "sms",
    )


def _body(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # an unknown or wrong charset
        return _bytes(part).decode("utf-8", "replace")


def _bytes(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else part.as_bytes()
