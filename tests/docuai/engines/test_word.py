"""Word: tags wherever Word puts them, loops, conditions, breaks, pictures, properties.

The text that docxtpl would give, and the same bytes.
"""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import docx
import pytest
from docx.shared import Mm
from docxtpl import DocxTemplate
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from PIL import Image

from docuai.engines import services
from docuai.engines.base import EngineError, Inspection, RenderOptions, VersionSource
from docuai.engines.word_features import document_text
from tests.docuai.engines.conftest import names, part, saved, with_parts, word_file

WORD_NS = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def filled(raw: bytes, row: dict[str, Any], **options: Any) -> bytes:
    version = VersionSource("word", {"en": raw})
    content = services.render_one(version=version, row=row, options=RenderOptions(format="docx", **options)).content
    for name in names(content):
        if name.endswith((".xml", ".rels")):
            etree.fromstring(part(content, name).encode())
    return content


def lines(raw: bytes, row: dict[str, Any]) -> list[str]:
    return list(document_text(filled(raw, row)))


def refusal(raw: bytes, row: dict[str, Any]) -> EngineError:
    with pytest.raises(EngineError) as caught:
        filled(raw, row)
    return caught.value


def inspected(*paragraphs: str) -> Inspection:
    return services.inspect(engine="word", sources={"en": word_file(*paragraphs)})


def errors(found: Inspection) -> list[str]:
    return [problem.code for problem in found.problems if problem.severity == "error"]


def png(width: int = 4, height: int = 2, color: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "PNG")
    return out.getvalue()


def test_a_tag_that_word_scattered_over_runs_comes_together() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Dear ")
    for piece in ("{", "{ na", "me", " }", "}, wel"):
        paragraph.add_run(piece).bold = True
    paragraph.add_run("come")

    assert lines(saved(document), {"name": "Zoë"}) == ["Dear Zoë, welcome"]


def test_text_after_an_ampersand_is_kept_and_nothing_of_the_data_becomes_xml() -> None:
    assert lines(word_file("{{ name }}!"), {"name": "R&D <b> \"x\" 'y' & co"}) == ["R&D <b> \"x\" 'y' & co!"]


def test_curly_quotes_in_a_tag_are_straightened() -> None:
    assert lines(word_file("{{ name | default(“nobody”) }} {{ x or ‘none’ }}"), {}) == ["nobody none"]


def test_line_breaks_and_tabs_become_words_own_and_illegal_characters_go() -> None:
    content = filled(word_file("{{ name }}"), {"name": "a\nb\r\nc\x0bd\te\x00\x08f\u2028g"})

    assert '>a</w:t><w:br/><w:t xml:space="preserve">b</w:t><w:br/><w:t xml:space="preserve">c</w:t>' in part(content)
    assert part(content).count("<w:br/>") == 4
    assert part(content).count("<w:tab/>") == 1
    assert list(document_text(content)) == ["abcdefg"]


def test_marks_of_direction_and_rare_letters_are_kept() -> None:
    assert lines(word_file("{{ name }}"), {"name": "\u200fأحمد\u200e 👩‍🎓 Ngọc"}) == ["\u200fأحمد\u200e 👩‍🎓 Ngọc"]


def test_table_rows_repeat_and_the_rows_of_the_tags_go() -> None:
    document = docx.Document()
    table = document.add_table(rows=4, cols=2)
    table.cell(0, 0).text = "Item"
    table.cell(1, 0).text = "{%tr for line in lines %}"
    table.cell(2, 0).text, table.cell(2, 1).text = "{{ loop.index }}. {{ line.name }}", "{{ line.price | money }}"
    table.cell(3, 0).text = "{%tr endfor %}"
    rows = [{"name": f"n{i} & co", "price": 1000.5 + i} for i in range(3)]

    content = filled(saved(document), {"lines": rows, "currency": "USD"})

    assert part(content).count("<w:tr>") == 4
    assert [text for text in document_text(content) if text] == [
        "Item",
        "1. n0 & co",
        "$1,000.50",
        "2. n1 & co",
        "$1,001.50",
        "3. n2 & co",
        "$1,002.50",
    ]


def test_a_table_that_loses_all_rows_goes_and_a_cell_keeps_a_paragraph() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=1)
    for index, tag in enumerate(("{%tr for line in lines %}", "{{ line }}", "{%tr endfor %}")):
        table.cell(index, 0).text = tag
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "{%p if x %}"
    cell.add_paragraph("{{ x }}")
    cell.add_paragraph("{%p endif %}")

    xml = part(filled(saved(document), {"lines": [], "x": ""}))

    assert xml.count("<w:tbl>") == 1
    assert "<w:p/></w:tc>" in xml


def test_paragraphs_and_parts_of_them_depend_on_conditions() -> None:
    raw = word_file(
        "{%p if paid %}",
        "Paid.",
        "{%p elif late %}",
        "Late.",
        "{%p else %}",
        "Open.",
        "{%p endif %}",
        "{% if note %}Note: {{ note }}{% endif %}.",
    )

    assert lines(raw, {"paid": True, "note": "x"}) == ["Paid.", "Note: x."]
    assert lines(raw, {"late": True}) == ["Late.", "."]
    assert lines(raw, {}) == ["Open.", "."]


def test_tags_work_in_headers_footers_footnotes_and_properties() -> None:
    document = docx.Document()
    document.add_paragraph("body")
    document.sections[0].header.paragraphs[0].text = "H {{ name }}"
    document.sections[0].footer.paragraphs[0].text = "F {{ name }}"
    document.core_properties.title = "T {{ name }}"
    note = "<w:p><w:r><w:t>N {{ na</w:t></w:r><w:r><w:t>me }}</w:t></w:r></w:p>"
    notes = f'<w:footnotes {WORD_NS}><w:footnote w:id="1">{note}</w:footnote></w:footnotes>'
    raw = with_parts(saved(document), {"word/footnotes.xml": notes.encode()})

    content = filled(raw, {"name": "Zoë & <Co>\nLtd"})

    assert "H Zoë &amp; &lt;Co&gt;</w:t><w:br/>" in part(content, next(n for n in names(content) if "header" in n))
    assert "F Zoë &amp;" in part(content, next(n for n in names(content) if "footer" in n))
    assert "N Zoë &amp;" in part(content, "word/footnotes.xml")
    assert "<dc:title>T Zoë &amp; &lt;Co&gt; Ltd</dc:title>" in part(content, "docProps/core.xml")
    told = {each.kind: each.tags for each in services.inspect(engine="word", sources={"en": raw}).parts}
    assert told == dict.fromkeys(["header", "footer", "footnotes", "properties"], ("{{ name }}",))


def test_the_same_row_gives_the_same_bytes_in_another_child() -> None:
    raw = word_file("{{ name }}")
    first = filled(raw, {"name": "x"})
    services.close()

    assert filled(raw, {"name": "x"}) == first


def test_dates_numbers_and_money_follow_language_and_region() -> None:
    raw = word_file(
        "{{ day | date }} {{ day | date('short') }} {{ n | number }} {{ n | number(1) }} {{ n | money }} "
        "{{ p | percent }} {{ none | date }}"
    )
    row = {"day": "2026-11-04", "n": 12345.5, "p": 21, "currency": "EUR"}

    assert lines(raw, row | {"lang": "en"}) == ["November\u00a04, 2026 11/04/2026 12,345.5 12,345.5 €12,345.50 21% "]
    assert lines(raw, row | {"lang": "es", "region": "ES"}) == [
        "4\u00a0de\u00a0noviembre de\u00a02026 04/11/2026 12\u00a0345,5 12\u00a0345,5 12\u00a0345,50\u00a0€ 21\u00a0% "
    ]
    mexican = lines(raw, row | {"lang": "es", "region": "MX", "currency": "MXN"})
    assert mexican[0].endswith("12,345.5 12,345.5 $12,345.50 21\u00a0% ")


def test_a_value_that_is_no_date_or_number_is_named() -> None:
    assert refusal(word_file("{{ day | date }}"), {"day": "tomorrow"}).params == {"value": "tomorrow"}
    assert refusal(word_file("{{ n | money }}"), {"n": "1.234,5"}).code == "bad_number"


def test_what_the_row_does_not_have_stays_empty_and_is_no_error_in_a_condition() -> None:
    assert lines(word_file("[{{ employer.name.first }}{% if a.b.c %}x{% endif %}{{ n | number }}]"), {}) == ["[]"]


@pytest.mark.parametrize("kind", ["base64", "data address", "svg"])
def test_a_picture_takes_the_place_of_its_placeholder_and_fits_its_box(kind: str) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><rect width="4" height="2" fill="red"/></svg>'
    value = {
        "base64": base64.b64encode(png()).decode(),
        "data address": "data:image/png;base64," + base64.b64encode(png()).decode(),
        "svg": svg,
    }
    raw = with_placeholder("{{ photo }}")

    content = filled(raw, {"photo": value[kind]})

    xml = part(content)
    assert 'cx="720000" cy="360000"' in xml
    assert 'r:embed="rIdRow1"' in xml
    assert 'Id="rIdRow1"' in part(content, "word/_rels/document.xml.rels")
    assert [name for name in names(content) if name.startswith("word/media/")] == ["word/media/row1.png"]


def test_pictures_in_a_loop_differ_and_equal_ones_are_stored_once() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=1)
    table.cell(0, 0).text, table.cell(2, 0).text = "{%tr for p in people %}", "{%tr endfor %}"
    placeholder(table.cell(1, 0).paragraphs[0], "p.photo")
    red, blue = (base64.b64encode(png(color=color)).decode() for color in ("red", "blue"))

    content = filled(saved(document), {"people": [{"photo": red}, {"photo": blue}, {"photo": red}, {}]})

    assert [part(content).count(f'r:embed="rIdRow{n}"') for n in (1, 2, 3)] == [2, 1, 1]
    assert len([name for name in names(content) if name.startswith("word/media/")]) == 3


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("https://example.com/a.png", "picture_address"),
        ("not base64 !", "picture_unreadable"),
        (base64.b64encode(b"hello").decode(), "picture_unreadable"),
        (base64.b64encode(png(1)[:16] + (60000).to_bytes(4, "big") * 2 + b"\0" * 9).decode(), "picture_too_large"),
        ("A" * 4_000_000, "picture_too_large"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><', "picture_unreadable"),
        (7, "picture_unreadable"),
    ],
)
def test_a_value_that_is_no_picture_is_refused(value: Any, code: str) -> None:
    assert refusal(with_placeholder("photo"), {"photo": value}).code == code


def placeholder(paragraph: Any, title: str) -> None:
    inline = paragraph.add_run().add_picture(io.BytesIO(png(3, 3, "gray")), width=Mm(20), height=Mm(20))._inline
    inline.docPr.set("title", title)


def with_placeholder(title: str) -> bytes:
    document = docx.Document()
    placeholder(document.add_paragraph(), title)
    return saved(document)


def test_fields_become_one_schema_with_types_and_what_is_required() -> None:
    found = inspected(
        "{{ name }} {{ born | date }} {% if nick %}({{ nick }}){% endif %} {{ city | default('-') }}",
        "{% for line in lines %}{{ line.what }}: {{ line.price | money }}"
        "{% if line.note %}{{ line.note }}{% endif %}{% endfor %}",
        "{% if employer %}{{ employer.name }}{% if employer.id %}{{ employer.id }}{% endif %}{% endif %} "
        "{% if a|length > 3 %}{{ a }}{% endif %}",
    )
    fields = {field.path: (field.type, field.required) for field in found.fields}

    assert fields == {
        "name": ("string", True),
        "born": ("date", True),
        "nick": ("string", False),
        "city": ("string", False),
        "lines": ("array", True),
        "lines[].what": ("string", True),
        "lines[].price": ("number", True),
        "lines[].note": ("string", False),
        "currency": ("string", False),
        "employer": ("object", False),
        "employer.name": ("string", False),
        "employer.id": ("string", False),
        "a": ("string", True),
    }
    assert found.schema["properties"]["employer"]["required"] == ["name"]
    assert found.schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert errors(found) == []
    json.dumps(found.schema)


@pytest.mark.parametrize(
    ("paragraphs", "code"),
    [
        (["{{ ''.__class__.__mro__ }}"], "forbidden_expression"),
        (["{{ name.upper() }}"], "forbidden_expression"),
        (["{{ name['__class__'] }}"], "forbidden_expression"),
        (["{{ _picture }}"], "forbidden_expression"),
        (["{{ self }}"], "forbidden_expression"),
        (["{{ a ** 3 }}"], "forbidden_expression"),
        (["{% for i in range(9) %}x{% endfor %}"], "loop_over"),
        (["{% for i in 'abc' %}x{% endfor %}"], "loop_over"),
        (["{% for i in [1, 2] %}x{% endfor %}"], "loop_over"),
        (["{% for i in a|join %}x{% endfor %}"], "loop_over"),
        (["{{ name | attr('x') }}"], "unknown_filter"),
        (["{{ name is callable }}"], "unknown_test"),
        (["{% include 'x' %}"], "unsupported_tag"),
        (["{% import 'x' as y %}"], "unsupported_tag"),
        (["{% extends 'x' %}"], "unsupported_tag"),
        (["{% macro x() %}{% endmacro %}"], "unsupported_tag"),
        (["{% call x() %}{% endcall %}"], "unsupported_tag"),
        (["{% raw %}{% endraw %}"], "unsupported_tag"),
        (["{{ na me }}"], "tag_syntax"),
        (["{{ name"], "tag_unclosed"),
        (["{% if a %}x"], "block_unclosed"),
        (["x{% endfor %}"], "block_unopened"),
        (["{%p if a %}", "{% endif %}x"], "block_crosses"),
        (["{%tr for a in b %}", "{%tr endfor %}"], "block_place"),
        (
            ["{% for a in x %}{% for b in a.y %}{% for c in b.z %}{% for d in c.w %}{{ d }}" + "{% endfor %}" * 4],
            "nested_loops",
        ),
    ],
)
def test_what_a_tag_may_not_do_is_an_error_with_its_place(paragraphs: list[str], code: str) -> None:
    found = inspected("{{ ok }}", *paragraphs)

    problem = next(problem for problem in found.problems if problem.code == code)
    assert problem.severity == "error"
    assert problem.location.part == "word/document.xml"
    assert problem.location.snippet
    assert "%(" not in problem.message + problem.hint


def test_all_problems_are_listed_at_once_and_such_a_version_does_not_render() -> None:
    raw = word_file("{{ a | nope }}", "{{ b.c() }}", "{% if d %}", "{{ e f }}")
    found = services.inspect(engine="word", sources={"en": raw})

    assert sorted(set(errors(found))) == ["block_unclosed", "forbidden_expression", "tag_syntax", "unknown_filter"]
    assert refusal(raw, {}).code in errors(found)


def test_a_block_from_body_into_a_table_is_an_error() -> None:
    document = docx.Document()
    document.add_paragraph("{% if a %}")
    document.add_table(rows=1, cols=1).cell(0, 0).text = "{% endif %}"

    found = services.inspect(engine="word", sources={"en": saved(document)})

    assert errors(found) == ["block_crosses"]


def test_text_beside_a_row_tag_is_told() -> None:
    found = inspected("{%p if a %} lost words {{ lost }}", "x", "{%p endif %}")

    (problem,) = [problem for problem in found.problems if problem.code == "text_beside_tag"]
    assert (problem.severity, problem.params["text"]) == ("warning", "lost words {{ lost }}")


def test_text_times_a_number_is_refused_before_it_fills_the_memory() -> None:
    assert refusal(word_file("{{ name * 1000000000 }}"), {"name": "x"}).code == "bad_number"
    assert refusal(word_file("{{ '%999999999d' % 1 }}"), {}).code == "bad_number"


def test_loops_over_data_cannot_make_an_endless_document() -> None:
    raw = word_file("{% for a in x %}{% for b in x %}{% for c in x %}{{ text }}{% endfor %}{% endfor %}{% endfor %}")

    assert refusal(raw, {"x": [1] * 1000, "text": "x" * 1000}).code == "document_too_large"
    assert refusal(raw, {"x": [1] * 5001}).code == "list_too_long"


def test_data_cannot_reach_the_names_of_the_engine() -> None:
    assert lines(
        word_file("{{ name }}|{{ items.keys }}|{{ items.items }}"),
        {"name": "a", "_picture": "x", "items": {"items": "own"}},
    ) == ["a||own"]


def test_a_test_document_says_so_on_every_page() -> None:
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "Andina {{ name }}"
    section.different_first_page_header_footer = True
    document.add_paragraph("{{ name }}")
    document.add_page_break()
    document.add_section().header.is_linked_to_previous = True
    document.add_paragraph("the end")
    raw = saved(document)

    marked = filled(raw, {"name": "x"}, test=True)
    again = filled(raw, {"name": "x"}, test=True)
    version = VersionSource("word", {"en": raw})
    pdf = services.render_one(version=version, row={"name": "x"}, options=RenderOptions(test=True, pdf_a=False)).content

    assert marked == again
    assert (
        sorted(document_text(marked)).count("TEST") == 2
    )  # in the header that is there, and in one for the first page
    assert "Andina x" in list(document_text(marked))
    assert len(docx.Document(io.BytesIO(marked)).sections) == 2
    pages = services.text_of(pdf=pdf)
    assert len(pages) > 1
    assert all("TEST" in page for page in pages)
    assert "TEST" not in list(document_text(filled(raw, {"name": "x"})))


def test_text_is_the_text_that_docxtpl_gives() -> None:
    document = docx.Document()
    document.add_paragraph(
        "{{ name }}: {% for tag in tags %}{{ loop.index }}={{ tag }}{% if not loop.last %}, {% endif %}{% endfor %}"
    )
    document.add_paragraph("{%p for line in lines %}")
    document.add_paragraph("{{ line.what | upper }} {{ line.price }} {{ 'x' if line.price > 2 else 'y' }}")
    document.add_paragraph("{%p endfor %}")
    raw = saved(document)
    row = {
        "name": "R&D <x>",
        "tags": ["a", "b"],
        "lines": [{"what": "ñandú", "price": 1.5}, {"what": "b\nc", "price": 3}],
    }

    template = DocxTemplate(io.BytesIO(raw))
    template.render(row, jinja_env=ImmutableSandboxedEnvironment(autoescape=True), autoescape=True)
    expected = io.BytesIO()
    template.save(expected)

    assert lines(raw, row) == list(document_text(expected.getvalue()))
