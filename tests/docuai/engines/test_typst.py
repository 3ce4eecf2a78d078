"""Typst: rows in, PDF out, and a clear refusal of everything that would hang, leak or print a box."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest

from docuai.engines import children, services
from docuai.engines.base import EngineError, Inspection, Rendered, RenderOptions, VersionSource
from platform_core.kits.sandbox.pool import Limits, Sandbox

ROW = '#let row = json("data.json")\n'


def render(source: str, row: dict[str, Any] | None = None, **options: Any) -> Rendered:
    version = VersionSource("typst", {"en": (ROW + source).encode()})
    return services.render_one(version=version, row=row or {"name": "Zoë"}, options=RenderOptions(**options))


def refusal(source: str, row: dict[str, Any] | None = None) -> EngineError:
    with pytest.raises(EngineError) as caught:
        render(source, row)
    return caught.value


def inspected(source: str, **more: Any) -> Inspection:
    return services.inspect(engine="typst", sources={"en": source.encode()}, **more)


def text(source: str, row: dict[str, Any] | None = None) -> str:
    return "\n".join(services.text_of(pdf=render(source, row).content))


def test_types_of_the_row_are_kept() -> None:
    row = {"count": 3, "share": 0.5, "yes": True, "names": ["a", "b"], "inner": {"x": "y"}, "none": None}

    said = text(
        "#type(row.count) #type(row.share) #type(row.yes) #row.names.len() #row.inner.x #(row.none == none)", row
    )

    assert said.split() == ["int", "float", "bool", "2", "y", "true"]


def test_markup_in_a_value_stays_text() -> None:
    assert text("#row.name", {"name": "*x* #panic() & <b> $y$ [z]"}).strip() == "*x* #panic() & <b> $y$ [z]"


def test_line_breaks_xml_characters_and_marks_of_direction_do_no_harm() -> None:
    said = text("#row.name", {"name": "a\nb & c < d \u200f\u202bx\u202c"})

    assert said.split()[:6] == ["a", "b", "&", "c", "<", "d"]


def test_the_file_is_archivable_and_accessible_unless_turned_off() -> None:
    archivable, plain = render("= Title\n#row.name"), render("= Title\n#row.name", pdf_a=False)

    with pikepdf.open(io.BytesIO(archivable.content)) as pdf:
        xmp = bytes(pdf.Root.Metadata.read_bytes()).decode()
        assert "pdfaid:part>3<" in xmp
        assert "pdfaid:conformance>A<" in xmp
        assert "pdfuaid:part>1<" in xmp
        assert pdf.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == "en"
        assert "/OutputIntents" in pdf.Root
    with pikepdf.open(io.BytesIO(plain.content)) as pdf:
        assert "/OutputIntents" not in pdf.Root


def test_same_version_data_and_fingerprint_give_the_same_bytes_in_another_child() -> None:
    first = render("#row.name")
    services.close()
    second = render("#row.name")

    assert first.engine_fingerprint == second.engine_fingerprint
    assert first.content == second.content


def test_the_date_in_the_file_is_the_rows_or_the_options_never_the_clocks() -> None:
    by_row = render("#datetime.today().display()", {"issued_on": "2026-11-24"})
    by_options = render("#datetime.today().display()", {"issued_on": "2026-11-24"}, document_date="2027-01-31")

    assert "2026-11-24" in services.text_of(pdf=by_row.content)[0]
    assert "2027-01-31" in services.text_of(pdf=by_options.content)[0]


def test_the_row_or_the_options_choose_the_language() -> None:
    version = VersionSource("typst", {"en": b'Hello #json("data.json").lang', "es": b'Hola #json("data.json").lang'})

    def said(row: dict[str, Any], language: str) -> tuple[str, str]:
        result = services.render_one(version=version, row=row, options=RenderOptions(language=language))
        return result.language, services.text_of(pdf=result.content)[0].strip()

    assert said({}, "es") == ("es", "Hola es")
    assert said({"lang": "en"}, "es") == ("en", "Hello en")
    assert said({}, "fr") == ("en", "Hello en")


@pytest.mark.parametrize(("character", "codepoint"), [("王", "U+738B"), ("🎓", "U+1F393"), ("ب", "U+0628")])
def test_a_character_that_no_font_has_is_named(character: str, codepoint: str) -> None:
    error = refusal("#row.name", {"name": f"Ana {character}"})

    assert (error.code, error.params) == ("missing_glyph", {"character": character, "codepoint": codepoint})
    assert character in error.message
    assert (error.location.part, error.location.line) == ("template.typ", 2)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("#let f(x) = f(x)\n#f(1)", "endless_recursion"),
        ("#let f(x) = 1 + f(x)\n#f(1)", "endless_recursion"),
        ("#while true [a]", "endless_loop"),
        ("#let i = 0\n#while i < 1 { i = i - 1 }", "endless_loop"),
        ('#import "@preview/cetz:0.1.0"', "package_import"),
        ('#read("/etc/passwd")', "file_outside"),
        ('#read("../../../etc/passwd")', "file_outside"),
        ('#image("https://example.com/a.png")', "network_file"),
        ('#image("logo.png")', "file_missing"),
        ("#row.zip", "field_missing"),
        ("#nope", "typst_error"),
        ('#image(bytes("<svg xmlns=\\"http://www.w3.org/2000/svg\\"/>"), format: "svg")', "pdf_standard"),
    ],
)
def test_what_a_template_may_not_do_is_refused_with_its_place(source: str, code: str) -> None:
    error = refusal(source)

    assert error.code == code
    assert error.location.part == "template.typ"
    assert error.location.line in (2, 3)
    assert "%(" not in error.message


def test_a_place_in_the_first_line_does_not_count_what_we_put_before_it() -> None:
    version = VersionSource("typst", {"en": b"abc #nope"})

    with pytest.raises(EngineError) as caught:
        services.render_one(version=version, row={}, options=RenderOptions())

    assert (caught.value.location.line, caught.value.location.column, caught.value.location.snippet) == (
        1,
        6,
        "abc #nope",
    )


def test_an_assertion_of_the_template_speaks_to_the_user() -> None:
    assert refusal('#assert(1 == 2, message: "sums differ by 1")').message == "Typst: sums differ by 1"


def test_a_range_of_a_hundred_million_ends_the_child_not_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Sandbox(
        children.HANDLER,
        Limits(memory_bytes=700 * 2**20, cpu_seconds=5, wall_seconds=30),
        config={"font_dir": "/nowhere"},
    )
    monkeypatch.setattr(children, "quick", lambda: small)

    codes = {refusal("#range(100000000).len()").code, refusal("#for i in range(100000000) [#i]").code}

    assert codes <= {"too_much_memory", "too_slow", "engine_crash"}
    assert services.text_of(pdf=render("#row.name").content)[0].strip() == "Zoë"
    small.close()


def test_files_beside_the_source_can_be_read_and_only_under_plain_names() -> None:
    assets = {"parts/terms.txt": "Términos".encode()}
    version = VersionSource("typst", {"en": b'#read("parts/terms.txt")'}, assets)
    result = services.render_one(version=version, row={}, options=RenderOptions())

    with pytest.raises(EngineError) as caught:
        services.render_one(
            version=VersionSource("typst", {"en": b"a"}, {"../x": b""}), row={}, options=RenderOptions()
        )

    assert services.text_of(pdf=result.content)[0].strip() == "Términos"
    assert caught.value.code == "bad_asset_name"


def test_a_test_document_says_so() -> None:
    assert "TEST" in services.text_of(pdf=render("#row.name", test=True).content)[0]


def test_inspection_lists_all_errors_of_syntax_at_once() -> None:
    found = inspected(ROW + "#(1+)\n\n#row.name\n#(2+)")

    assert [(p.code, p.location.line) for p in found.problems] == [("typst_error", 2), ("typst_error", 5)]
    assert not found.ok


def test_an_unknown_font_is_an_error_in_inspection_that_names_the_known_ones() -> None:
    (problem,) = inspected(ROW + '#set text(font: "Comic Sans")\n#row.name').problems

    assert (problem.severity, problem.code, problem.location.line) == ("error", "unknown_font", 2)
    assert "Inter" in problem.hint


def test_fields_are_read_from_the_source() -> None:
    source = ROW + (
        "#let get(key, of: row) = of.at(key, default: none)\n#let brand = row.brand\n"
        '#row.name #row.at("city", default: "") '
        '#get("note") #get("logo", of: brand)\n#for line in row.lines [#line.price #line.at("unit", default: "")]\n'
        "#row.tags.map(t => upper(t)).join()\n// #row.comment"
    )
    found = {field.path: (field.type, field.required) for field in inspected(source).fields}

    assert found["name"] == ("string", True)
    assert found["city"] == ("string", False)
    assert found["note"] == ("string", False)
    assert found["brand.logo"] == ("string", False)
    assert found["lines"] == ("array", True)
    assert found["lines[].price"] == ("number", True)
    assert found["lines[].unit"] == ("string", False)
    assert found["tags"][0] == "array"
    assert "comment" not in found


def test_a_declared_schema_decides_and_differences_are_told() -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string", "examples": ["Ana"]}, "age": {"type": "integer"}},
        "required": ["name"],
    }

    found = inspected(ROW + "#row.name #row.city", schema=schema)

    assert [(field.path, field.type, field.required) for field in found.fields] == [
        ("name", "string", True),
        ("age", "integer", False),
    ]
    assert [(p.code, p.params["field"]) for p in found.problems[:2]] == [
        ("field_undeclared", "city"),
        ("field_unused", "age"),
    ]
    assert [p.code for p in found.problems[2:]] == ["field_missing"]


def test_a_made_up_sample_that_does_not_fit_is_no_error() -> None:
    found = inspected(ROW + '#let (y, m, d) = row.code.split("-").map(int)\n#y')

    assert [p.severity for p in found.problems] == ["warning"]
    assert found.ok


@pytest.mark.parametrize("source", [b"\xff\xfeh\0i\0", b"caf\xe9"])
def test_a_source_that_is_not_utf8_is_told(source: bytes) -> None:
    (problem,) = services.inspect(engine="typst", sources={"en": source}).problems

    assert problem.code == "not_text"


def test_word_is_not_a_format_of_typst() -> None:
    with pytest.raises(EngineError) as caught:
        render("a", format="docx")

    assert caught.value.code == "unknown_format"
