"""SMTP, step by step, so that it is always known whether a mail may have left.

Before the server has asked for the content nothing has left; its refusals are its own words. Once content flows, only
its answer tells: a line that breaks then is an outcome nobody knows.
"""

import smtplib
import ssl
from contextlib import ExitStack
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from django.conf import settings


class NotSentError(Exception):
    """It has surely not been accepted. ``final``: trying again will not help."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


class UnreachableError(NotSentError):
    """No server to talk to: no fault of the mail's."""


class OutcomeUnknownError(Exception):
    """The content was on its way when the line broke: it may have been accepted."""


class Server:
    """One connection to the mail server: ``with Server() as server: server.hand_over(message)``."""

    def __init__(self) -> None:
        server, timeout = (settings.EMAIL_HOST, settings.EMAIL_PORT), settings.EMAIL_TIMEOUT or 10
        verified = ssl.create_default_context()  # smtplib's own context accepts any certificate
        try:
            if settings.EMAIL_USE_SSL:
                self.smtp: smtplib.SMTP = smtplib.SMTP_SSL(*server, timeout=timeout, context=verified)
            else:
                self.smtp = smtplib.SMTP(*server, timeout=timeout)
            if settings.EMAIL_USE_TLS:
                self.smtp.starttls(context=verified)
            if settings.EMAIL_HOST_USER:
                self.smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
            self.smtp.ehlo_or_helo_if_needed()
        except (OSError, smtplib.SMTPException) as error:
            raise UnreachableError(_words(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self.smtp.quit()
        except (OSError, smtplib.SMTPException):
            self.smtp.close()

    def hand_over(self, message: EmailMessage, *, sender: str, to: str) -> str:
        """This will return the server's words of acceptance; raises NotSentError, OutcomeUnknownError."""
        content = message.as_bytes()
        try:
            self._say(*self.smtp.mail(sender), expected=250)
            self._say(*self.smtp.rcpt(to), expected=250)
            self._say(*self.smtp.docmd("DATA"), expected=354)
        except (OSError, smtplib.SMTPException) as error:
            raise UnreachableError(_words(error)) from error
        try:
            self.smtp.send(_dotted(content) + b".\r\n")
            code, answer = self.smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise OutcomeUnknownError(_words(error)) from error
        self._say(code, answer, expected=250)
        return _text(answer)

    def ready(self) -> bool:
        """This will say whether the line still stands, and forget a mail that was refused half-way."""
        try:
            return self.smtp.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def _say(self, code: int, answer: bytes, *, expected: int) -> None:
        if code in (expected, 251, 252):
            return
        words = f"{code} {_text(answer)}"
        if code == 421 or code < 0:  # closes the line: about the server, not about this mail
            raise UnreachableError(words)
        raise NotSentError(words, final=500 <= code < 600)


class Inbox:
    """Where test mails end instead of a server: the row itself is what the test inbox shows, so nothing is left to do."""

    def hand_over(self, message: EmailMessage, *, sender: str, to: str) -> str:
        """This will accept every message that can be written out as a server would get it."""
        message.as_bytes()
        return "kept in the test inbox"

    def ready(self) -> bool:
        """This will say yes: there is no line that could break."""
        return True


class Line:
    """The way out for a batch: a mail server, reached at the first mail that is not a test, and the test inbox."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._server: Server | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, at)

    def to(self, *, is_test: bool) -> Server | Inbox:
        """This will give where a mail goes; raises UnreachableError where there is no server to talk to."""
        if is_test:
            return Inbox()
        if self._server is None:
            self._server = self._stack.enter_context(Server())
        return self._server


def _dotted(content: bytes) -> bytes:
    """RFC 5321 section 4.5.2: lines end in CRLF, a leading dot is doubled."""
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)


def _text(answer: bytes) -> str:
    return answer.decode("utf-8", "replace").replace("\n", " ").strip()[:500]


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error if isinstance(error.smtp_error, bytes) else b'')}"
    return (str(error) or type(error).__name__)[:500]
