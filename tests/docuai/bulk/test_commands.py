"""Runs from the command line: a table in, a ZIP out, and what the exit code says."""

import json
import zipfile

import pytest
from django.core.management import CommandError, call_command

from docuai.bulk.models import BulkRun, Document
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.organizations import make_organization
from tests.factories.runs import make_version


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = (tmp_path / "storage").as_uri()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    made = make_organization("andina")
    with tenant(made.pk):
        make_version(made)
    return made


def generate(tmp_path, content, *more):
    table = tmp_path / "people.csv"
    table.write_bytes(content)
    names = ["--organization", "andina", "--template", "greeting", "--data", str(table)]
    call_command("generate_documents", *names, "--output", str(tmp_path / "out.zip"), "--inline", *more)


def test_a_table_becomes_a_zip_and_a_report(andina, tmp_path, capsys):
    generate(tmp_path, "name,grade\nZoë,9.5\nO'Brien,8\n".encode(), "--json")

    report = json.loads(capsys.readouterr().out)
    assert (report["state"], report["counts"]["done"], report["errors"]) == ("done", 2, [])
    with zipfile.ZipFile(tmp_path / "out.zip") as packed:
        assert packed.testzip() is None
        assert len(packed.namelist()) == 3


def test_failed_rows_are_reported_and_the_rest_is_written(andina, tmp_path, capsys):
    with pytest.raises(CommandError, match="1 rows failed") as ended:
        generate(tmp_path, b"name,grade\nAna,9\nBruno,12\n", "--json")

    assert ended.value.returncode == 2
    report = json.loads(capsys.readouterr().out)
    assert [(error["row"], error["pointer"]) for error in report["errors"]] == [(2, "/grade")]
    assert (tmp_path / "out.zip").exists()


@pytest.mark.parametrize(("content", "words"), [(b"", "empty"), (b"name\n", "no rows")])
def test_a_table_that_cannot_be_used_starts_nothing(andina, tmp_path, content, words):
    with pytest.raises(CommandError, match=words):
        generate(tmp_path, content)

    with tenant(andina.pk):
        assert not BulkRun.objects.exists()


def test_an_unknown_template_is_named(andina, tmp_path):
    with pytest.raises(CommandError, match="No published template 'diploma'"):
        generate(tmp_path, b"name\nAna\n", "--template", "diploma")


def test_verifying_says_what_is_wrong_by_its_exit_code(andina, tmp_path, capsys):
    generate(tmp_path, b"name\nAna\nBruno\n")
    call_command("verify_run", "1", "--organization", "andina")
    assert "same: 2" in capsys.readouterr().out

    with tenant(andina.pk):
        document = Document.objects.first()
    pack = tmp_path / "storage" / document.pack_key
    pack.write_bytes(b"x" + pack.read_bytes()[1:])

    with pytest.raises(CommandError, match="1 documents") as ended:
        call_command("verify_run", "1", "--organization", "andina", "--json")
    assert ended.value.returncode == 2
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["damaged"] == 1
