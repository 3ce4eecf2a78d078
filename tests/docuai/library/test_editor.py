"""The editor, as a browser without scripts and one with htmx would use it."""

import base64
import json
import re

import pytest

from docuai.library import services as library
from docuai.library.models import TemplateVersion
from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant
from tests.docuai.library.conftest import SOURCE

PAGE = "/orgs/andina/docuai/templates/greeting/"
HTMX = {"HX-Request": "true", "HX-Target": "div#preview"}


def form(version, **changes):
    """What the page's form sends for a version as it is."""
    fields = {
        "base": version.number,
        "language": "en",
        "source": SOURCE.decode(),
        "sample_was": "form",
        "sample_as": "form",
        "field": ["", "name", "city"],
        "required.name": "on",
        "required.city": "on",
        "sample.name": "Zoë",
        "sample.city": "Quito",
    }
    return {key: value for key, value in (fields | changes).items() if value is not None}


def versions(andina):
    with tenant(andina.pk):
        return list(TemplateVersion.objects.order_by("number"))


def test_the_page_shows_source_fields_and_sample(editor, greeting):
    page = editor.get(PAGE).content.decode()

    assert "= Hello #row.name" in page
    assert 'name="sample.city" value="Quito"' in page
    assert 'name="required.name" checked' in page
    assert "<c-" not in page


def test_a_preview_is_a_picture_of_what_stands_in_the_form(editor, greeting, andina):
    before = editor.post(PAGE, form(greeting), headers=HTMX).content.decode()
    after = editor.post(PAGE, form(greeting, **{"sample.name": "Łukasz"}), headers=HTMX).content.decode()

    drawn = [base64.b64decode(re.search(r"data:image/png;base64,([^\"]+)", text)[1]) for text in (before, after)]
    assert [each[:4] for each in drawn] == [b"\x89PNG", b"\x89PNG"]
    assert drawn[0] != drawn[1]
    assert "Page 1 of 1" in before
    assert versions(andina) == [greeting]


@pytest.mark.parametrize(
    ("source", "words", "line"),
    [
        (b"= Hello #row.nam(", "unclosed delimiter", "1:17"),
        (b'#let row = json("data.json")\n#for n in range(100000000) { str(n) }\n#row.name', "needed more memory", ""),
        (b"#let f(n) = f(n + 1)\n#f(1)", "calls itself", "1:"),
        (b'#import "@preview/cetz:0.3.0"', "package", "1:"),
        (b'#read("/etc/passwd")', "does not belong to it", "1:"),
        (b'#read("../../etc/passwd")', "does not belong to it", "1:"),
        (b'#image("https://canary.example/a.png")', "internet", "1:"),
        ("王芳 #1".encode(), "王", ""),
    ],
)
def test_a_source_that_cannot_be_used_says_why_and_where(editor, greeting, andina, source, words, line):
    answer = editor.post(PAGE, form(greeting, source=source.decode()), headers=HTMX)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert words in page
    assert line in page
    assert "data:image/png" not in page
    assert versions(andina) == [greeting]


def test_saving_makes_the_next_version_and_leaves_the_one_before(editor, greeting, andina):
    answer = editor.post(PAGE, form(greeting, do="save", source='= Bye #json("data.json").name'))

    assert answer.status_code == 302
    first, second = versions(andina)
    assert (first.number, second.number, second.state) == (1, 2, "draft")
    assert "= Bye" in editor.get(answer["Location"]).content.decode()
    with tenant(andina.pk):
        assert bytes(first.sources.get().content) == SOURCE
        assert AuditEvent.objects.filter(action="docuai.template.version", target_id=str(second.pk)).count() == 1


def test_saving_another_sample_changes_the_sample_and_makes_no_version(editor, greeting, andina):
    editor.post(PAGE, form(greeting, do="save", **{"sample.city": "Lima"}))

    (version,) = versions(andina)
    assert version.sample == {"name": "Zoë", "city": "Lima"}


def test_a_version_with_errors_is_kept_as_a_draft_and_not_published(editor, greeting, andina):
    editor.post(PAGE, form(greeting, do="save", source="#("))

    answer = editor.post(f"{PAGE}versions/2/steer/", {"to": "publish"}, follow=True)

    assert "This version has errors" in answer.content.decode()
    assert [version.state for version in versions(andina)] == ["draft", "draft"]


def test_type_rule_and_example_of_a_field_are_adjusted_in_a_new_version(editor, greeting, andina):
    changes = {"kind.city": "date", "example.city": "2026-11-24", "description.city": "When", "required.city": None}
    editor.post(PAGE, form(greeting, do="save", **changes))

    first, second = versions(andina)
    assert second.schema["properties"]["city"] == {
        "type": ["string", "null"],
        "format": "date",
        "description": "When",
        "examples": ["2026-11-24"],
    }
    assert second.schema["required"] == ["name"]
    assert first.schema["required"] == ["name", "city"]


def test_a_field_that_the_source_uses_is_named_and_added_by_a_button(editor, greeting, andina):
    source = SOURCE.decode() + "#row.rector"
    page = editor.post(PAGE, form(greeting, source=source), headers=HTMX).content.decode()
    assert 'value="add:rector"' in page

    page = editor.post(PAGE, form(greeting, source=source, do="add:rector"), headers=HTMX).content.decode()

    assert 'name="sample.rector"' in page
    assert 'value="add:rector"' not in page
    assert versions(andina) == [greeting]


def test_a_field_that_nothing_uses_is_named_and_left_out_by_a_button(editor, greeting, andina):
    source = SOURCE.decode().replace("From #row.city", "")
    page = editor.post(PAGE, form(greeting, source=source), headers=HTMX).content.decode()
    assert 'value="drop:city"' in page

    changes = {"field": ["", "name"], "required.city": None, "sample.city": None}
    editor.post(PAGE, form(greeting, source=source, do="save", **changes))

    assert list(versions(andina)[1].schema["properties"]) == ["name"]


def test_a_sample_that_is_no_json_is_kept_as_typed_and_nothing_is_saved(editor, greeting, andina):
    typed = '{"name": "Zoë",'
    answer = editor.post(PAGE, form(greeting, do="save", sample_was="json", sample_as="json", sample=typed))

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "cannot be read as JSON" in page
    assert "{&quot;name&quot;: &quot;Zoë&quot;," in page
    assert versions(andina) == [greeting]


def test_a_sample_as_json_becomes_the_form_and_back(editor, greeting):
    sample = json.dumps({"name": "Ngọc", "city": "Huế"})
    page = editor.post(PAGE, form(greeting, sample_was="json", sample=sample), headers=HTMX).content.decode()

    assert 'name="sample.name" value="Ngọc"' in page


def test_a_header_is_checked_against_the_fields(editor, greeting):
    page = editor.post(PAGE, form(greeting, header="Name;citi;grade"), headers=HTMX).content.decode()

    assert "“city” is required and missing" in page
    assert "“citi” fits no field; is it “city”?" in page
    assert "“grade” fits no field" in page
    assert "1 column fits a field" in page


def test_a_viewer_tries_samples_and_changes_nothing(sign_in, greeting, andina):
    client = sign_in("viewer")

    assert "readonly" in client.get(PAGE).content.decode()
    tried = client.post(PAGE, form(greeting, source="#("), headers=HTMX).content.decode()
    assert "data:image/png" in tried  # the source of the version, not the one sent
    for path, data in (
        (PAGE, form(greeting, do="save", source="x")),
        (f"{PAGE}versions/1/steer/", {"to": "publish"}),
        (f"{PAGE}delete/", {}),
        (f"{PAGE}duplicate/", {}),
        (f"{PAGE}describe/", {"about-name": "x"}),
        (f"{PAGE}upload/", {}),
    ):
        assert client.post(path, data).status_code == 403, path
    assert versions(andina) == [greeting]


def test_an_older_version_edited_beside_a_newer_one_loses_neither(editor, greeting, andina):
    with tenant(andina.pk):
        library.save_version(actor=None, base=greeting, sources={"en": b'= Second #json("data.json").name'})

    answer = editor.post(PAGE, form(greeting, do="save", source="= Third"), follow=True)

    assert "Version 3 saved from version 1" in answer.content.decode()
    assert [version.number for version in versions(andina)] == [1, 2, 3]


@pytest.mark.parametrize("sample", ['{"name": NaN}', '{"name": "\\ud800"}', '{"a":' * 3000 + "1" + "}" * 3000])
def test_a_sample_that_cannot_be_stored_is_named_and_nothing_is_saved(editor, greeting, andina, sample):
    answer = editor.post(PAGE, {"do": "save", "sample_was": "json", "sample_as": "json", "sample": sample})

    assert answer.status_code == 422
    with tenant(andina.pk):
        greeting.refresh_from_db()
    assert greeting.sample.get("name") != sample
