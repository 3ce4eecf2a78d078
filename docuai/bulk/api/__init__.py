"""REST of runs, one module a resource: runs, their rows, and what is made of them afterwards."""

from docuai.bulk.api.after import FailedRows, Mail, Merge, RunZip, Verify
from docuai.bulk.api.rows import Row, RowDocument, Rows
from docuai.bulk.api.runs import CancelRun, PauseRun, ResumeRun, RetryRun, Run, Runs

__all__ = [
    "CancelRun",
    "FailedRows",
    "Mail",
    "Merge",
    "PauseRun",
    "ResumeRun",
    "RetryRun",
    "Row",
    "RowDocument",
    "Rows",
    "Run",
    "RunZip",
    "Runs",
    "Verify",
]
