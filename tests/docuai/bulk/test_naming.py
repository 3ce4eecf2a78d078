"""File names: what the strictest system takes, never more than 120 bytes, never the same twice in a run."""

import pytest

from docuai.bulk.naming import UniqueNames, file_name, pattern_problems, safe_name, slug

ROW = {"name": "Zoë Íñiguez", "buyer": {"name": "O'Brien & Co"}, "issued_on": "2026-11-24", "grade": 9.0, "none": None}


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("{row:04}-{name:slug}", "0007-zoe-iniguez.pdf"),
        ("{name}.pdf", "Zoë Íñiguez.pdf"),
        ("{buyer.name} {issued_on:%Y-%m}", "O'Brien & Co 2026-11.pdf"),
        ("{none}-{grade}", "9.pdf"),
        ("{language}_{row}", "es_7.pdf"),
        ("{none}", "document.pdf"),
    ],
)
def test_a_pattern_is_filled_from_the_row(pattern, name):
    assert file_name(pattern, ROW, row=7, extension="pdf", language="es") == name


@pytest.mark.parametrize(
    ("wild", "tame"),
    [
        ("../../etc/passwd", "etc-passwd.pdf"),
        ("a\\b:c*d?e", "a-b-c-d-e.pdf"),
        ("evil\u202efdp.exe", "evilfdp.exe.pdf"),
        ("CON", "_CON.pdf"),
        ("lpt1.txt", "_lpt1.txt.pdf"),
        (".hidden", "hidden.pdf"),
        ("two\nlines\tand tabs", "two lines and tabs.pdf"),
        ("  ...  ", "document.pdf"),
    ],
)
def test_no_name_leaves_its_folder_hides_or_lies(wild, tame):
    assert safe_name(wild, "pdf") == tame


def test_a_name_of_three_hundred_letters_is_cut_to_120_bytes_between_characters():
    name = safe_name("ñ" * 300, "pdf")

    assert len(name.encode()) == 120
    assert name == "ñ" * 58 + ".pdf"


def test_equal_names_get_a_number_without_regard_to_case():
    names = UniqueNames()

    assert [names.give(name) for name in ("Ana.pdf", "ana.pdf", "ANA.pdf", "Ana-2.pdf")] == [
        "Ana.pdf",
        "ana-2.pdf",
        "ANA-3.pdf",
        "Ana-2-2.pdf",
    ]


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("", "empty"),
        ("{nme}", "unknown_field"),
        ("{row:xyz}", "bad_format"),
        ("{row", "stray_brace"),
        ("x" * 121, "too_long"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why(pattern, code):
    assert [problem.code for problem in pattern_problems(pattern, ["name"])] == [code]


def test_slugs_keep_letters_that_have_a_plain_form():
    assert slug("Łukasz Ødegård-Strauß O’Brien") == "lukasz-odegard-strauss-obrien"
