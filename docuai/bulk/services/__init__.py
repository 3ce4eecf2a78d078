"""Writes of runs, one module a kind of use case. Pages, REST and commands call what is named here."""

from docuai.bulk.services.correcting import Corrected, RowFaultsError, correct_row, correct_rows, validator_of
from docuai.bulk.services.following import mail_documents, merge, verify
from docuai.bulk.services.keeping import change_retention, delete_run, undelete_run
from docuai.bulk.services.requesting import RunError
from docuai.bulk.services.steering import cancel, pause, resume, retry
from docuai.bulk.services.typed_rows import request_run

__all__ = [
    "Corrected",
    "RowFaultsError",
    "RunError",
    "cancel",
    "change_retention",
    "correct_row",
    "correct_rows",
    "delete_run",
    "mail_documents",
    "merge",
    "pause",
    "request_run",
    "resume",
    "retry",
    "undelete_run",
    "validator_of",
    "verify",
]
