"""Uploads that are no Word file, that would fill the memory, or that reach outside: refused or cut, always told."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import docx
import pytest
from lxml import etree

from docuai.engines import services
from docuai.engines.base import Inspection, RenderOptions, VersionSource
from docuai.engines.word_features import document_text
from tests.docuai.engines.conftest import names, part, saved, with_parts, word_file

R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DOCUMENT, RELS, TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"


def inspected(raw: bytes) -> Inspection:
    return services.inspect(engine="word", sources={"en": raw})


def codes(raw: bytes) -> list[str]:
    return [problem.code for problem in inspected(raw).problems if problem.severity != "notice"]


def rendered(raw: bytes) -> bytes:
    content = services.render_one(
        version=VersionSource("word", {"en": raw}), row={"name": "x"}, options=RenderOptions(format="docx")
    ).content
    for name in names(content):
        if name.endswith((".xml", ".rels")):
            etree.fromstring(part(content, name).encode())
    return content


def related(
    raw: bytes,
    kind: str,
    target: str,
    xml: str = "",
    *,
    external: bool = True,
    more: dict[str, bytes | None] | None = None,
) -> bytes:
    """A Word file with one more relationship (id rIdX) and XML before the end of the body."""
    mode = ' TargetMode="External"' if external else ""
    link = f'<Relationship Id="rIdX" Type="{R}/{kind}" Target="{target}"{mode}/></Relationships>'
    rels = part(raw, RELS).replace("</Relationships>", link)
    document = part(raw, DOCUMENT).replace("<w:sectPr", xml + "<w:sectPr", 1)
    changes: dict[str, bytes | None] = {RELS: rels.encode(), DOCUMENT: document.encode()}
    return with_parts(raw, changes | (more or {}))


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "empty_file", "empty"),
        (b"\0" * 100, "empty_file", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_or_encrypted", "password"),
        (b"%PDF-1.7\n", "wrong_type", "PDF"),
        (b"{\\rtf1 }", "wrong_type", "RTF"),
        (b"<!doctype html><p>", "wrong_type", "HTML"),
        (b"name;city\nAna;Quito\n", "wrong_type_unknown", "not a Word file"),
        (b"PK\x03\x04" + b"\0" * 50, "broken_file", "damaged"),
        (word_file("x")[:9000], "broken_file", "damaged"),
        (zipped({"a.txt": b"x"}), "wrong_type", "ZIP"),
    ],
)
def test_what_is_no_word_file_is_named(content: bytes, code: str, words: str) -> None:
    (problem,) = inspected(content).problems

    assert problem.code == code
    assert words in problem.message
    assert problem.hint


def test_an_excel_file_under_another_name_is_named() -> None:
    types = part(word_file("x"), TYPES).replace("wordprocessingml.document.main", "spreadsheetml.sheet.main")

    (problem,) = inspected(with_parts(word_file("x"), {TYPES: types.encode()})).problems

    assert (problem.code, problem.params["kind"]) == ("wrong_type", "Excel (.xlsx)")


def test_a_document_that_unpacks_to_two_hundred_megabytes_is_refused_unread() -> None:
    assert codes(with_parts(word_file("x"), {DOCUMENT: b"<w:p/>" * 33_000_000})) == ["zip_bomb"]


def test_a_size_in_the_directory_that_is_not_true_does_not_help() -> None:
    data = b"0" * 5_000_000
    raw = bytearray(zipped({"word/document.xml": data}))
    for at in (raw.find(b"PK\x01\x02") + 24, raw.find(b"PK\x03\x04") + 22):
        raw[at : at + 4] = struct.pack("<L", 1000)

    assert codes(bytes(raw)) == ["broken_file"]


def test_too_many_entries_are_refused() -> None:
    assert codes(zipped({f"word/{n}.xml": b"" for n in range(2001)})) == ["zip_bomb"]


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/passwd", "word\\..\\evil.xml", "c:evil.xml"])
def test_entries_that_lead_outside_are_refused(name: str) -> None:
    archive = zipped({"word/xevil.xml__": b"x"})
    padded = name.ljust(16, "_").encode()

    assert codes(archive.replace(b"word/xevil.xml__", padded)) == ["unsafe_entry"]


def test_two_entries_of_one_name_are_refused() -> None:
    archive = zipped({"word/a.xml": b"<a/>", "word/b.xml": b"<a/>"}).replace(b"word/b.xml", b"word/a.xml")

    assert codes(archive) == ["unsafe_entry"]


def test_an_encrypted_entry_is_a_password() -> None:
    raw = bytearray(word_file("x"))
    raw[raw.find(b"PK\x01\x02") + 8] |= 1

    assert codes(bytes(raw)) == ["old_or_encrypted"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_any_encoding(encoding: str) -> None:
    xml = part(word_file("x"), DOCUMENT).split("?>", 1)[1]
    bomb = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY x "y">]>{xml}'.encode(encoding)

    assert codes(with_parts(word_file("x"), {DOCUMENT: bomb})) == ["doctype"]


def test_macros_are_refused() -> None:
    assert codes(with_parts(word_file("x"), {"word/vbaProject.bin": b"x"})) == ["macros"]


def test_a_linked_picture_is_cut_out_and_told() -> None:
    drawing = (
        '<w:p><w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        f'xmlns:r="{R}" r:link="rIdX"/>'
        "</w:drawing></w:r></w:p>"
    )
    raw = related(word_file("{{ name }}"), "image", "https://canary.example/a.png", drawing)

    found = inspected(raw)
    content = rendered(raw)

    assert [(p.severity, p.code, p.params["target"]) for p in found.problems if p.severity != "notice"] == [
        ("warning", "external_link", "https://canary.example/a.png")
    ]
    assert "canary" not in "".join(part(content, name) for name in names(content) if name.endswith((".xml", ".rels")))
    assert "<w:drawing" not in part(content)


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("https://example.com/?a=1", True),
        ("mailto:a@example.com", True),
        ("file:///c:/x", False),
        ("javascript:1", False),
    ],
)
def test_hyperlinks_stay_if_they_lead_to_the_web_or_to_mail(target: str, kept: bool) -> None:
    xml = f'<w:p><w:hyperlink xmlns:r="{R}" r:id="rIdX"><w:r><w:t>link text</w:t></w:r></w:hyperlink></w:p>'
    raw = related(word_file("{{ name }}"), "hyperlink", target, xml)

    content = rendered(raw)

    assert (target in part(content, RELS)) is kept
    assert ("external_link" in codes(raw)) is not kept
    assert "link text" in list(document_text(content))


def test_objects_other_documents_and_templates_are_cut_out_and_told() -> None:
    raw = word_file("{{ name }}")
    link = f'<o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:r="{R}" r:id="rIdX"/>'
    ole = f"<w:p><w:r><w:object>{link}</w:object></w:r></w:p>"
    chunk = f'<w:altChunk xmlns:r="{R}" r:id="rIdX"/>'

    with_ole = related(raw, "oleObject", "embeddings/a.bin", ole, external=False, more={"word/embeddings/a.bin": b"x"})
    with_chunk = related(raw, "aFChunk", "afchunk.html", chunk, external=False, more={"word/afchunk.html": b"<p>"})
    with_template = related(raw, "attachedTemplate", "file:///c:/a.dotm")

    assert [codes(file) for file in (with_ole, with_chunk, with_template)] == [
        ["embedded_object"],
        ["alternative_chunk"],
        ["attached_template"],
    ]
    assert "word/embeddings/a.bin" not in names(rendered(with_ole))
    assert "<w:object" not in part(rendered(with_ole))
    assert "altChunk" not in part(rendered(with_chunk))


@pytest.mark.parametrize("code", ['INCLUDETEXT "c:\\\\x"', ' INCLUDEPICTURE "https://x"', "DDEAUTO excel a b", "dde x"])
def test_fields_that_load_something_go_and_their_last_result_stays(code: str) -> None:
    document = docx.Document()
    document.add_paragraph("{{ name }}")
    raw = saved(document)
    half, rest = code[:4], code[4:]
    runs = "".join(
        f"<w:r>{inner}</w:r>"
        for inner in (
            '<w:fldChar w:fldCharType="begin"/>',
            f"<w:instrText>{half}</w:instrText>",
            f"<w:instrText>{rest}</w:instrText>",
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t>last result</w:t>",
            '<w:fldChar w:fldCharType="end"/>',
        )
    )
    xml = part(raw).replace("<w:sectPr", f"<w:p>{runs}</w:p><w:sectPr", 1)
    raw = with_parts(raw, {DOCUMENT: xml.encode()})

    content = rendered(raw)

    assert codes(raw) == ["dangerous_field"]
    assert "fldChar" not in part(content)
    assert list(document_text(content)) == ["x", "last result"]


def test_page_numbers_and_tables_of_contents_stay() -> None:
    raw = word_file("{{ name }}")
    xml = part(raw).replace(
        "<w:sectPr", '<w:p><w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p><w:sectPr', 1
    )

    assert "fldSimple" in part(rendered(with_parts(raw, {DOCUMENT: xml.encode()})))


def test_a_part_that_is_no_xml_is_told() -> None:
    assert codes(with_parts(word_file("x"), {DOCUMENT: b"<w:document><broken"})) == ["broken_file"]


def test_tags_in_a_part_that_is_not_filled_in_are_told() -> None:
    chart = b'<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:v>{{ name }}</c:v></c:chart>'

    found = inspected(with_parts(word_file("{{ name }}"), {"word/charts/chart1.xml": chart}))

    assert [(p.code, p.params["part"]) for p in found.problems if p.severity == "warning"] == [
        ("tag_ignored", "word/charts/chart1.xml")
    ]


def test_checksums_are_checked() -> None:
    raw = word_file("x")
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        checksum = struct.pack("<L", zlib.crc32(archive.read(DOCUMENT)))

    assert codes(raw.replace(checksum, b"\0\0\0\0")) == ["broken_file"]
