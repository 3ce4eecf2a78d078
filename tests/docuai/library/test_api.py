"""Templates over REST, as a program would use it."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from docuai.library.models import DocumentTemplate, TemplateVersion
from platform_core.kits.tenancy.scope import tenant
from tests.docuai.engines.conftest import word_file
from tests.docuai.library.conftest import SOURCE
from tests.factories.organizations import make_organization

ROOT = "/api/v1/orgs/andina/docuai/templates/"


def make(client, **changes):
    file = SimpleUploadedFile("greeting.typ", SOURCE)
    return client.post(ROOT, {"name": "Greeting", "engine": "typst", "file": file, **changes})


def test_a_typst_source_becomes_a_template_is_published_and_previewed(editor):
    made = make(editor)

    assert made.status_code == 201, made.json()
    body = made.json()
    assert (body["slug"], body["version"]["number"], body["version"]["state"]) == ("greeting", 1, "draft")
    assert made["Location"] == f"{ROOT}greeting/"
    here = f"{ROOT}greeting/versions/{body['version']['id']}/"
    assert editor.get(f"{here}schema/").json()["required"] == ["name", "city"]
    assert editor.post(f"{here}publish/").json()["state"] == "published"
    row = {"row": {"name": "Zoë", "city": "Quito"}}
    pdf = editor.post(f"{here}preview/", row, content_type="application/json")
    assert (pdf.status_code, pdf["Content-Type"], pdf.content[:5]) == (200, "application/pdf", b"%PDF-")
    png = editor.post(f"{here}preview/", row, content_type="application/json", headers={"Accept": "image/png"})
    assert (png["Content-Type"], png.content[:4], png["X-Pages"]) == ("image/png", b"\x89PNG", "1")


def test_a_word_file_becomes_a_template_with_the_fields_of_its_tags(editor):
    file = SimpleUploadedFile(
        "letter.docx", word_file("Dear {{ name }}", "{%p if note %}", "{{ note }}", "{%p endif %}")
    )
    made = make(editor, name="Letter", engine="word", file=file, language="es").json()

    here = f"{ROOT}letter/versions/{made['version']['id']}/"
    schema = editor.get(f"{here}schema/").json()
    assert made["version"]["languages"] == ["es"]
    assert (list(schema["properties"]), schema["required"]) == (["name", "note"], ["name"])
    docx = editor.post(f"{here}preview/?format=docx", {"row": {"name": "Ana"}}, content_type="application/json")
    assert zipfile.is_zipfile(io.BytesIO(docx.content))
    page = editor.get("/orgs/andina/docuai/templates/letter/").content.decode()
    assert [f'<code class="tagcode">{tag}</code>' in page for tag in ("{{ name }}", "{%p if note %}")] == [True, True]


def test_another_file_becomes_the_next_version_and_an_equal_one_does_not(editor):
    make(editor)
    file = SimpleUploadedFile("b.typ", SOURCE + b"#row.country")

    second = editor.post(f"{ROOT}greeting/versions/", {"file": file})
    again = editor.post(f"{ROOT}greeting/versions/", {"file": SimpleUploadedFile("b.typ", SOURCE + b"#row.country")})

    assert (second.status_code, second.json()["number"]) == (201, 2)
    assert (again.status_code, again.json()["number"]) == (200, 2)
    listed = editor.get(f"{ROOT}greeting/versions/?limit=1").json()
    assert [version["number"] for version in listed["results"]] == [2]
    assert [version["number"] for version in editor.get(listed["next"]).json()["results"]] == [1]
    schema = editor.get(f"{ROOT}greeting/versions/{second.json()['id']}/schema/").json()
    assert schema["required"] == ["name", "city", "country"]


def as_seen(client):
    """This will say which state of the template a change is meant for."""
    return {"If-Match": client.get(f"{ROOT}greeting/")["ETag"]}


def test_a_template_is_renamed_tagged_found_and_deleted(editor, andina):
    make(editor)
    sent = {"name": "Welcome", "tags": ["People", "people", "2026"]}
    changed = editor.patch(f"{ROOT}greeting/", sent, content_type="application/json", headers=as_seen(editor))

    assert (changed.json()["name"], changed.json()["tags"]) == ("Welcome", ["People", "2026"])
    assert [each["name"] for each in editor.get(f"{ROOT}?q=welc&tag=2026").json()["results"]] == ["Welcome"]
    assert editor.get(f"{ROOT}?q=nothing").json()["results"] == []
    assert editor.delete(f"{ROOT}greeting/", headers=as_seen(editor)).status_code == 204
    assert editor.get(f"{ROOT}greeting/").status_code == 404
    with tenant(andina.pk):
        assert DocumentTemplate.objects.get().deleted_at is not None


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [({"nam": "Greeting"}, "/nam"), ({"name": "Other", "slug": "x"}, "/slug"), ({"engine": "word"}, "/engine")],
)
def test_a_name_that_cannot_be_changed_is_refused_and_nothing_is_changed(editor, andina, sent, pointer):
    make(editor)

    answer = editor.patch(f"{ROOT}greeting/", sent, content_type="application/json", headers=as_seen(editor))

    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
    with tenant(andina.pk):
        assert DocumentTemplate.objects.get().name == "Greeting"


def test_a_language_that_is_none_is_refused_where_a_template_is_made_and_previewed(editor, andina):
    assert make(editor, language="zz").json()["errors"][0]["pointer"] == "/language"
    assert make(editor, language="qu").status_code == 201
    body = editor.get(f"{ROOT}greeting/").json()
    preview = f"{ROOT}greeting/versions/{body['version']['id']}/preview/"
    answer = editor.post(preview, {"language": "zz"}, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/language")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": ""}, "invalid"),
        ({"engine": "html"}, "invalid"),
        ({"language": "english"}, "invalid"),
        ({"file": SimpleUploadedFile("a.zip", b"PK\x03\x04broken")}, "template_refused"),
    ],
)
def test_what_cannot_be_a_template_is_named_and_nothing_is_made(editor, andina, fields, code):
    answer = make(editor, **fields)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    with tenant(andina.pk):
        assert not DocumentTemplate.objects.exists()


def test_a_version_with_errors_is_not_published(editor, andina):
    made = make(editor, file=SimpleUploadedFile("a.typ", b"#(")).json()
    assert made["version"]["problems"][0]["severity"] == "error"

    refused = editor.post(f"{ROOT}greeting/versions/{made['version']['id']}/publish/")

    assert (refused.status_code, refused.json()["code"]) == (422, "template_refused")
    with tenant(andina.pk):
        assert TemplateVersion.objects.get().state == "draft"


def test_a_row_that_cannot_be_rendered_says_why(editor):
    version = make(editor).json()["version"]["id"]

    answer = editor.post(
        f"{ROOT}greeting/versions/{version}/preview/", {"row": {"name": "王"}}, content_type="application/json"
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/row")
    assert answer.json()["detail"]


def test_a_repeated_post_with_one_key_makes_one_template(editor, andina):
    headers = {"Idempotency-Key": "a-key"}
    answers = [
        editor.post(
            ROOT,
            {"name": "Greeting", "engine": "typst", "file": SimpleUploadedFile("a.typ", SOURCE)},
            headers=headers,
        )
        for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    with tenant(andina.pk):
        assert DocumentTemplate.objects.count() == 1


def test_a_viewer_reads_and_previews_and_changes_nothing_and_a_stranger_finds_nothing(sign_in, greeting, andina):
    client = sign_in("viewer")
    here = f"{ROOT}greeting/versions/{greeting.pk}/"

    assert client.get(ROOT).status_code == 200
    assert client.post(f"{here}preview/", {}, content_type="application/json").status_code == 200
    assert make(client).status_code == 403
    assert client.post(f"{here}publish/").status_code == 403
    assert client.delete(f"{ROOT}greeting/").status_code == 403

    stranger = sign_in("owner", make_organization("norte"))
    assert stranger.get(ROOT).status_code == 404
    assert stranger.post(f"{here}preview/", {}, content_type="application/json").status_code == 404
