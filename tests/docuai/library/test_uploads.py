"""Files that people bring: Word files no engine may open, ZIPs of Typst, languages; each fault is said on the page."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from docuai.library.models import DocumentTemplate, TemplateVersion
from platform_core.kits.tenancy.scope import tenant
from tests.docuai.engines.conftest import part, with_parts, word_file
from tests.docuai.engines.test_word_uploads import RELS, related
from tests.docuai.library.conftest import SOURCE

NEW = "/orgs/andina/docuai/templates/new/"
DOCUMENT = "word/document.xml"


def zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def bring(client, name, content, follow=True):
    file = SimpleUploadedFile(name, content)
    sent = {"make": "upload", "upload-file": file, "upload-name": "", "upload-language": "en"}
    return client.post(NEW, sent, follow=follow)


def doctype():
    xml = part(word_file("{{ name }}"), DOCUMENT).split("?>", 1)[1]
    return with_parts(word_file("x"), {DOCUMENT: f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]>{xml}'.encode()})


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Word file"),
        ("empty.docx", b"", "empty"),
        ("letter.docx", b"%PDF-1.7\n", "PDF"),
        ("bomb.docx", with_parts(word_file("x"), {DOCUMENT: b"<w:p/>" * 33_000_000}), "unpacks to far more"),
        ("doctype.docx", doctype(), "document type declaration"),
        (
            "linked.docx",
            related(word_file("{{ name }}"), "image", "https://canary.example/a.png"),
            "The link was removed",
        ),
        ("python.docx", word_file("{{ name.__class__.__mro__ }}"), "may not do"),
        ("python.docx", word_file("{% import os %}"), "not supported"),
        ("loops.docx", word_file("{%p for a in range(99999) %}", "{{ a }}", "{%p endfor %}"), "list of the row"),
        (
            "nested.docx",
            word_file(*[f"{{%p for a{n} in rows{n} %}}" for n in range(5)], "x", *["{%p endfor %}"] * 5),
            "nested",
        ),
        ("open.docx", word_file("{%p if note %}", "x"), "no matching"),
    ],
)
def test_a_word_file_with_a_fault_is_kept_as_a_draft_that_says_what_is_wrong(editor, andina, name, content, words):
    page = bring(editor, name, content)

    assert page.status_code == 200
    assert words in page.content.decode()
    with tenant(andina.pk):
        assert TemplateVersion.objects.get().state == "draft"


def test_nothing_of_a_linked_picture_is_in_what_the_engine_makes_and_the_file_itself_is_kept(editor, andina):
    raw = related(word_file("{{ name }}"), "image", "https://canary.example/a.png")
    bring(editor, "linked.docx", raw)

    made = editor.get("/orgs/andina/docuai/templates/linked/versions/1/sample/?format=docx").content
    given = editor.get("/orgs/andina/docuai/templates/linked/versions/1/source/en/")

    assert "canary" not in part(made, RELS)
    assert given.content == raw
    assert "linked.docx" in given["Content-Disposition"]


def test_a_zip_brings_source_pictures_schema_and_sample_and_leaves_fonts_out(editor, andina):
    picture = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    files = {
        "letter/template.typ": SOURCE + b'#image("img/logo.svg", alt: "Logo")',
        "letter/img/logo.svg": picture,
        "letter/font.ttf": b"x",
        "letter/sample.json": '{"name": "Ngọc", "city": "Huế"}'.encode(),
        "__MACOSX/letter/._template.typ": b"x",
    }
    page = bring(editor, "letter.zip", zipped(files)).content.decode()

    assert "The font font.ttf was left out" in page
    with tenant(andina.pk):
        version = TemplateVersion.objects.get()
        assert version.sample == {"name": "Ngọc", "city": "Huế"}
        assert {(s.language, s.name) for s in version.sources.all()} == {("en", "template.typ"), ("", "img/logo.svg")}
        assert [problem["code"] for problem in version.problems] == ["font_in_archive"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"readme.txt": b"x"}, "no Typst source"),
        ({"a.typ": b"x", "b.typ": b"y"}, "Call the main one template.typ"),
        ({"[Content_Types].xml": b"<x/>"}, "Choose Word"),
        ({"template.typ": b"x", "big.bin": b"0" * 150_000_000}, "far more than a template needs"),
        ({"template.typ": b"x", "../../evil.typ": b"y"}, "leads out of its folder"),
    ],
)
def test_a_zip_that_cannot_be_a_template_is_refused_in_the_form_and_nothing_is_made(editor, andina, files, words):
    answer = bring(editor, "letter.zip", zipped(files))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    with tenant(andina.pk):
        assert not DocumentTemplate.objects.exists()


def test_a_file_over_twenty_megabytes_is_refused(editor, andina):
    answer = bring(editor, "letter.docx", b"PK" + b"0" * (20 * 1024 * 1024))

    assert answer.status_code == 422
    assert "larger than 20 MB" in answer.content.decode()
    with tenant(andina.pk):
        assert not DocumentTemplate.objects.exists()


def test_a_second_language_is_added_and_taken_out_and_the_missing_one_is_listed(editor, andina):
    bring(editor, "hello.docx", word_file("Hello {{ name }}"))
    here = "/orgs/andina/docuai/templates/hello/"
    assert "No source of its own: ES" in editor.get(here).content.decode()

    spanish = SimpleUploadedFile("hola.docx", word_file("Hola {{ name }}, {{ city }}"))
    page = editor.post(
        f"{here}upload/", {"source-file": spanish, "source-language": "es"}, follow=True
    ).content.decode()

    assert "hola.docx" in page
    with tenant(andina.pk):
        second = TemplateVersion.objects.get(number=2)
        assert sorted(source.language for source in second.sources.all()) == ["en", "es"]
        assert (second.default_language, list(second.schema["properties"])) == ("en", ["name", "city"])
    editor.post(f"{here}versions/2/steer/", {"to": "drop_language", "language": "es"})
    with tenant(andina.pk):
        third = TemplateVersion.objects.get(number=3)
        assert [source.language for source in third.sources.all()] == ["en"]
