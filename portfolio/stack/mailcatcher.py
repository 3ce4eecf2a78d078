"""The mail catcher: an SMTP server that delivers nothing and keeps each message as a file.

``python -m portfolio.stack.mailcatcher PORT FOLDER``. The envelope stands in headers on top of the message, as a last
delivery writes them: ``Return-Path``, ``X-Envelope-To``. ``mailbox`` reads the folder.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from portfolio.stack.ports import LOOPBACK

LARGEST = 40 * 1024 * 1024


class Keeper:
    """Writes each message to ``<time>-<number>.eml``: whole, or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """This will keep a message and accept it. Refuses it (the sender tries again) when it cannot be written."""
        try:
            self.keep(envelope.mail_from or "", envelope.rcpt_tos, envelope.original_content or b"")
        except OSError as error:
            return f"452 Not kept: {error.strerror}"
        return "250 Kept"

    def keep(self, sender: str, recipients: list[str], content: bytes) -> Path:
        """This will write one message, fsynced and renamed."""
        self._count += 1
        name = f"{time.time_ns()}-{os.getpid()}-{self._count}"
        making, file = self.folder / f".{name}", self.folder / f"{name}.eml"
        head = f"Return-Path: <{sender}>\r\nX-Envelope-To: {', '.join(recipients)}\r\n".encode("utf-8", "replace")
        with making.open("wb") as output:
            output.write(head + content)
            output.flush()
            os.fsync(output.fileno())
        making.rename(file)
        return file


async def serve(port: int, folder: Path) -> None:
    """This will accept mail on the loopback until SIGTERM or SIGINT."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keeper = Keeper(folder)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(
        lambda: SMTP(keeper, data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="catcher.example"), LOOPBACK, port
    )
    async with server:
        await stop.wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
