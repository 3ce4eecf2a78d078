"""Reads of runs, rows and documents, one module a page."""

from docuai.bulk.selectors.progress import Progress, progress_of
from docuai.bulk.selectors.rows import ShownRow, find_rows, label_path, shown_row
from docuai.bulk.selectors.runs import (
    FollowUps,
    RunCard,
    content_of,
    counts,
    follow_ups,
    latest_run,
    percentages,
    run_cards,
    said_log,
    valid_documents,
)

__all__ = [
    "FollowUps",
    "Progress",
    "RunCard",
    "ShownRow",
    "content_of",
    "counts",
    "find_rows",
    "follow_ups",
    "label_path",
    "latest_run",
    "percentages",
    "progress_of",
    "run_cards",
    "said_log",
    "shown_row",
    "valid_documents",
]
