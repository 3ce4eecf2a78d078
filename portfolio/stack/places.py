"""Where things stand: the repository, the data folder ``var/`` and what lies in it."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("portfolio", "platform_core", "docuai", "academy", "marketing")


def data_folder() -> Path:
    """This will return the data folder (``DATA_DIR``, else ``var/``), made if it is missing."""
    folder = ROOT / os.environ.get("DATA_DIR", "var")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def build_folder() -> Path:
    """This will return the folder of what is built (``BUILD_DIR``, else the data folder), made if it is missing."""
    folder = ROOT / os.environ["BUILD_DIR"] if os.environ.get("BUILD_DIR") else data_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def mail_folder() -> Path:
    """This will return the folder in which the mail catcher keeps one .eml file a message."""
    return data_folder() / "mail"


def log_folder() -> Path:
    """This will return the folder of the children's logs, made if it is missing."""
    folder = data_folder() / "log"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def has_command(name: str) -> bool:
    """Whether an app of ours has this management command."""
    return any(ROOT.glob(f"*/management/commands/{name}.py"))


def read(file: Path) -> str:
    """This will return the text of ``file``, or nothing where there is none."""
    return file.read_text() if file.exists() else ""


def collect_stamp() -> str:
    """This will return what collectstatic depends on: the front end that was built and the installed packages."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    digest.update(read(build_folder() / "static.stamp").encode())
    return digest.hexdigest()
