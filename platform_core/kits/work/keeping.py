"""Keeping a lease alive beside the work: short leases notice a dead worker soon, slow rows still keep theirs."""

import contextvars
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection
from django.db.utils import Error as DatabaseError

logger = logging.getLogger(__name__)


@contextmanager
def kept(renew: Callable[[], object], lease: timedelta) -> Iterator[None]:
    """This will call ``renew`` four times a lease, in a thread of its own, until the block ends.

    A renewal that fails is tried again a quarter later: should the lease be lost meanwhile, fencing drops the results.
    The thread sends its first statement, and opens a connection, only when the block lasts longer than that quarter.
    """
    over = threading.Event()
    scope = contextvars.copy_context()  # the thread speaks for the same organization
    thread = threading.Thread(
        target=scope.run, args=(_renew_until, over, renew, lease.total_seconds() / 4), name="lease", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _renew_until(over: threading.Event, renew: Callable[[], object], seconds: float) -> None:
    try:
        while not over.wait(seconds):
            try:
                renew()
            except DatabaseError as error:
                logger.warning("lease.not_renewed", extra={"error": type(error).__name__})
                connection.close()
    finally:
        connection.close()
