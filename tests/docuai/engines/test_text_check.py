"""What went wrong in silence is found in the text of a finished document; what only looks odd is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from docuai.engines import services
from docuai.engines.base import EngineError, Rendered, RenderOptions, VersionSource
from docuai.library.starters import STARTERS, Starter

ROW = '#let row = json("data.json")\n= Certificate\n'
SCHEMA = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string", "examples": ["Ana Lía"]}, "note": {"type": "string"}},
}


def checked(source: str, row: Mapping[str, Any], schema: Mapping[str, Any] | None = SCHEMA) -> Rendered:
    version = VersionSource("typst", {"en": (ROW + source).encode()}, schema=schema)
    return services.render_one(version=version, row=row, options=RenderOptions(check_text=True))


def refusal(source: str, row: Mapping[str, Any]) -> EngineError:
    with pytest.raises(EngineError) as caught:
        checked(source, row)
    return caught.value


def test_a_tag_that_the_template_prints_as_it_stands_is_named() -> None:
    error = refusal("Awarded to {{ name }} on {% date %}", {"name": "Zoë"})

    assert (error.code, error.params) == ("leftover_tag", {"tag": "{{ name }}"})
    assert error.message == "The finished document still shows “{{ name }}”."
    assert "#row.name" in error.hint


def test_a_preview_still_shows_the_tag() -> None:
    version = VersionSource("typst", {"en": f"{ROW}Awarded to {{{{ name }}}}".encode()}, schema=SCHEMA)

    assert services.render_one(version=version, row={"name": "Zoë"}, options=RenderOptions()).pages == 1


@pytest.mark.parametrize("name", ["{{ name }}", "Zoë {{x}}", "{% if %}", "a { b"])
def test_braces_in_the_row_are_its_own_affair(name: str) -> None:
    assert checked("Awarded to #row.name", {"name": name}).pages == 1


def test_braces_that_are_no_tag_pass() -> None:
    assert checked("A set: {1, 2}, an open {{ brace of #row.name", {"name": "Zoë"}).pages == 1


def test_a_replacement_character_is_refused_unless_the_row_holds_it() -> None:
    assert refusal("Awarded to #row.name, caf\ufffd", {"name": "Zoë"}).code in ("unreadable_text", "missing_glyph")


def test_a_name_that_the_template_leaves_out_of_one_document_is_missed() -> None:
    source = '#if row.name != "Zoë Íñiguez" [#row.name] else [Zoë somebody]'

    error = refusal(source, {"name": "Zoë Íñiguez"})

    assert (error.code, error.params) == ("value_missing", {"field": "name", "word": "Íñiguez"})
    assert checked(source, {"name": "Ana Ríos"}).pages == 1


@pytest.mark.parametrize(
    "source",
    [
        "#upper(row.name)",
        "#block(width: 2cm, text(hyphenate: true, row.name))",
        "#text(tracking: 4pt, row.name)",
        "#stack(dir: ttb, ..row.name.split().map(word => [#word]))",
        '#row.name.split(" ").first()',
        "Not printed at all",
    ],
)
@pytest.mark.parametrize(
    "name", ["Zoë Íñiguez", "Maximiliana Wolkensteinberger-Löwenthal", "O'Brien, Office Straße", "Al"]
)
def test_names_in_other_clothes_are_found(source: str, name: str) -> None:
    assert checked(source, {"name": name}).pages == 1


def test_a_name_in_a_script_of_another_direction_is_not_judged() -> None:
    assert checked("#h(0pt) Awarded to somebody #(row.name.len() > 0)", {"name": "ليلى"}).pages == 1


@pytest.mark.parametrize("item", [item for item in STARTERS if item.engine == "typst"], ids=lambda item: item.slug)
@pytest.mark.parametrize("name", ["en", "es", "worst"])
def test_the_starters_pass_with_their_samples(item: Starter, name: str) -> None:
    assert pages_of(item, name)


def test_word_files_and_what_a_converter_makes_of_them_pass() -> None:
    item = next(item for item in STARTERS if item.engine == "word")

    assert pages_of(item, "worst")
    assert pages_of(item, "en", format="docx") is None


def pages_of(item: Starter, name: str, **options: str) -> int | None:
    version = VersionSource(item.engine, item.sources(), {}, item.schema())
    chosen = RenderOptions(check_text=True, **options)
    return services.render_one(version=version, row=item.sample(name), options=chosen).pages
