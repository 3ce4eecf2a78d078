"""Message catalogs: what is compiled, and what is refused."""

import gettext
from pathlib import Path

import pytest

from portfolio.stack import catalogs

HEADER = 'msgid ""\nmsgstr ""\n"Language: es\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalogs, "ROOT", tmp_path)
    return tmp_path


def make_catalog(project: Path, text: str) -> Path:
    file = project / "portfolio" / "locale" / "es" / "LC_MESSAGES" / "django.po"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_a_catalog_is_compiled_once_and_read_by_gettext(project: Path) -> None:
    file = make_catalog(project, HEADER + 'msgid "Run"\nmsgstr "Lote"\n')

    assert catalogs.compile_changed() == [file]
    assert catalogs.compile_changed() == []

    with file.with_suffix(".mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Run") == "Lote"


def test_a_fuzzy_header_is_an_error_that_names_the_file(project: Path) -> None:
    make_catalog(project, "#, fuzzy\n" + HEADER + 'msgid "Run"\nmsgstr "Lote"\n')

    with pytest.raises(
        catalogs.CatalogError, match=r"portfolio/locale/es/LC_MESSAGES/django\.po: the header is marked"
    ):
        catalogs.compile_changed()


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('msgid "Run"\nmsgstr ""\n', "'Run' has no translation"),
        ('#, fuzzy\nmsgid "Run"\nmsgstr "Lote"\n', "'Run' is marked fuzzy"),
        ('#, python-format\nmsgid "%(count)s rows"\nmsgstr "%(cuenta)s filas"\n', "'%(count)s rows':"),
        ('msgid "%d row"\nmsgid_plural "%d rows"\nmsgstr[0] "%d fila"\nmsgstr[1] ""\n', "'%d row' has no translation"),
    ],
)
def test_what_a_reader_would_notice_is_a_problem(project: Path, entry: str, problem: str) -> None:
    file = make_catalog(project, HEADER + entry)

    [found] = catalogs.problems(file)

    assert problem in found
