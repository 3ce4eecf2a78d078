"""The command line: a file becomes a template, and the exit code says whether it can be used."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from docuai.library.models import DocumentTemplate, TemplateVersion
from platform_core.kits.tenancy.scope import tenant
from tests.docuai.library.conftest import SOURCE


def run(tmp_path, capsys, content, *options):
    file = tmp_path / "greeting.typ"
    file.write_bytes(content)
    arguments = ["--organization", "andina", "--name", "Greeting", "--engine", "typst", *options]
    call_command("import_template", str(file), *arguments)
    return capsys.readouterr().out


def test_a_file_is_imported_and_published(andina, tmp_path, capsys):
    report = json.loads(run(tmp_path, capsys, SOURCE, "--publish", "--json"))

    assert (report["slug"], report["version"]["state"], report["problems"]) == ("greeting", "published", [])
    with tenant(andina.pk):
        assert TemplateVersion.objects.get().default_language == "en"


def test_a_template_with_errors_is_kept_as_a_draft_and_the_exit_code_is_two(andina, tmp_path, capsys):
    with pytest.raises(CommandError) as failure:
        run(tmp_path, capsys, b"#(", "--publish")

    assert failure.value.returncode == 2
    assert "unclosed delimiter" in capsys.readouterr().out
    with tenant(andina.pk):
        assert TemplateVersion.objects.get().state == "draft"


def test_an_unknown_organization_and_a_broken_zip_make_nothing(andina, tmp_path, capsys):
    with pytest.raises(CommandError, match="No organization"):
        call_command("import_template", "x.typ", "--organization", "no", "--name", "A", "--engine", "typst")
    with pytest.raises(CommandError, match="damaged"):
        run(tmp_path, capsys, b"PK\x03\x04broken")

    with tenant(andina.pk):
        assert not DocumentTemplate.objects.exists()
