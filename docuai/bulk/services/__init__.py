"""Writes of runs, one module a kind of use case. Pages, REST and commands call what is named here."""

from docuai.bulk.services.requesting import RunError, request_run, row_key
from docuai.bulk.services.steering import cancel, pause, resume, retry

__all__ = ["RunError", "cancel", "pause", "request_run", "resume", "retry", "row_key"]
