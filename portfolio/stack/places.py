"""Where things stand: the repository, the data folder ``var/`` and what lies in it."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def data_folder() -> Path:
    """This will return the data folder (``DATA_DIR``, else ``var/``), made if it is missing."""
    folder = ROOT / os.environ.get("DATA_DIR", "var")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def mail_folder() -> Path:
    """This will return the folder in which the mail catcher keeps one .eml file a message."""
    return data_folder() / "mail"


def log_folder() -> Path:
    """This will return the folder of the children's logs, made if it is missing."""
    folder = data_folder() / "log"
    folder.mkdir(exist_ok=True)
    return folder
