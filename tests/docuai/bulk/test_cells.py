"""A cell becomes the value of its field or a problem with the likely answers; nothing is guessed."""

import pytest

from docuai.bulk.cells import CellProblem, typed


@pytest.mark.parametrize(
    ("text", "kind", "options", "value"),
    [
        ("9.4", "number", {}, 9.4),
        ("9,4", "number", {"decimal": ","}, 9.4),
        ("1,234.50", "number", {}, 1234.5),
        ("1.234,50", "number", {"decimal": ","}, 1234.5),
        ("1 234", "integer", {}, 1234),
        ("14/11/2026", "date", {}, "2026-11-14"),
        ("03/04/2026", "date", {"date_order": "dmy"}, "2026-04-03"),
        ("03/04/2026", "date", {"date_order": "mdy"}, "2026-03-04"),
        ("3.4.2026", "date", {}, "2026-04-03"),
        ("14 de noviembre de 2026", "date", {}, "2026-11-14"),
        ("November 14, 2026", "date", {}, "2026-11-14"),
        ("sí", "boolean", {}, True),
        ("no", "boolean", {}, False),
    ],
)
def test_what_is_plain_is_read(text, kind, options, value):
    assert typed(text, kind, **options) == value


@pytest.mark.parametrize(
    ("text", "kind", "code", "answers"),
    [
        ("03/04/2026", "date", "ambiguous_date", ["2026-04-03", "2026-03-04"]),
        ("30/02/2026", "date", "no_such_date", []),
        ("46350", "date", "bad_date", ["2026-11-24"]),
        ("soon", "date", "bad_date", []),
        ("11,2", "number", "not_a_number", ["11.2"]),
        ("nueve", "number", "not_a_number", []),
        ("9.5", "integer", "not_whole", []),
        ("12345678901234567.5", "number", "not_exact", []),
        ("maybe", "boolean", "not_yes_or_no", []),
    ],
)
def test_what_is_not_is_a_problem_with_its_likely_answers(text, kind, code, answers):
    problem = typed(text, kind)

    assert isinstance(problem, CellProblem)
    assert (problem.code, [answer.value for answer in problem.answers]) == (code, answers)
