"""Message catalogs: compiling them where they are used, extracting and checking them where they are written.

``python -m portfolio.stack.catalogs`` compiles what changed. Babel does it (no gettext needed), but compiles *nothing*
of a catalog whose header is marked fuzzy, as ``makemessages`` leaves a new one: here that is an error.
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from portfolio.stack.places import APPS, ROOT


class CatalogError(Exception):
    """A catalog cannot be used; the message names file and line."""


def catalogs() -> list[Path]:
    """This will list the catalogs of the project."""
    return sorted(file for app in APPS for file in (ROOT / app).glob("locale/*/LC_MESSAGES/*.po"))


def read(file: Path) -> Catalog:
    """This will return a catalog. Raises CatalogError for a fuzzy header or a line that cannot be read."""
    try:
        with file.open("rb") as source:
            catalog = read_po(source, locale=file.parts[-3], domain=file.stem, abort_invalid=True)
    except Exception as error:
        raise CatalogError(f"{_shown(file)}: {error}") from error
    if catalog.fuzzy:
        raise CatalogError(f'{_shown(file)}: the header is marked "#, fuzzy": remove that line, or nothing is used.')
    return catalog


def compile_changed() -> list[Path]:
    """This will compile each catalog that is newer than its .mo file, and return those."""
    done = []
    for file in catalogs():
        compiled = file.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns >= file.stat().st_mtime_ns:
            continue
        catalog = read(file)
        making = compiled.with_suffix(".mo.new")
        with making.open("wb") as output:
            write_mo(output, catalog)
        making.rename(compiled)  # whole or not at all: a running worker may be reading
        done.append(file)
    return done


def problems(file: Path) -> list[str]:
    """This will list what a reader would notice: messages without translation, fuzzy ones, broken placeholders."""
    found = []
    for message in read(file):
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        name = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
        where = f"{_shown(file)}:{message.lineno}: {str(name)[:70]!r}"
        if not all(texts):
            found.append(f"{where} has no translation")
        elif message.fuzzy:
            found.append(f"{where} is marked fuzzy: check the translation and remove the mark")
        else:
            found += [f"{where}: {error}" for error in message.check()]
    return found


def _shown(file: Path) -> str:
    return str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else str(file)


def main() -> int:
    """This will compile what changed, and return the exit code."""
    try:
        compile_changed()
    except CatalogError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
