"""The benchmark table is written from results alone: no timing here."""

import pytest

from tests.benchmarks import table
from tests.benchmarks.measuring import in_turns, percentile, ratio
from tests.benchmarks.results import Bound, Figure, Outcome, shown

RATE = Figure("api rate", 1234.5, "1,234 requests/s", "16 connections", Bound(2.5, "times"), Bound(4, "times"))
SLOW = Figure("largest paint", 1.8, "1.8 s", "Chromium", Bound(1.5, "s", at_most=True))


def test_a_document_target_shows_our_figure_beside_the_documents_own():
    found = {row[0]: row for row in table.rows([Outcome("api", (RATE,))])}

    assert found["1,000 requests/s"] == ("1,000 requests/s", "500 req/s", "1,234 requests/s", "", "16 connections")


def test_a_target_that_nothing_was_measured_for_says_so():
    found = {row[0]: row for row in table.rows([])}

    assert found["page load < 2 s"][2:] == ("not measured", "", "This benchmark was not run.")


def test_a_missed_figure_is_called_missed_and_one_at_its_aim_is_called_so():
    found = {row[0]: row[3] for row in table.rows([Outcome("api", (RATE, SLOW))])}

    assert found["api rate: ≥ 2.5 times; aim ≥ 4 times"] == "aim"
    assert found["largest paint: ≤ 1.5 s"] == "MISSED"


def test_a_benchmark_that_could_not_run_stands_in_the_table_with_the_reason():
    failed = Outcome("csv", error="NotThereError: importing")

    assert table.rows([failed])[-1] == ("csv", "", "not run", "FAILED", "NotThereError: importing")
    assert not failed.passed


def test_an_outcome_survives_its_json():
    outcome = Outcome("api", (RATE, SLOW))

    assert Outcome.from_json(outcome.as_json()) == outcome


def test_the_table_replaces_what_stood_between_the_comments_and_nothing_else(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("# Title\n<!-- bench -->\nold\n<!-- /bench -->\nrest\n")

    table.write_readme(readme, table.as_markdown([("a", "b", "c | d", "", "e")], taken="Today."))

    assert readme.read_text() == (
        "# Title\n<!-- bench -->\nToday.\n\n"
        "| Target | The document's own figure | Ours | | How measured |\n|---|---|---|---|---|\n"
        "| a | b | c \\| d |  | e |\n<!-- /bench -->\nrest\n"
    )


def test_a_readme_without_the_comments_is_left_alone(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("# Title\n")

    with pytest.raises(ValueError, match="<!-- bench -->"):
        table.write_readme(readme, "table")

    assert readme.read_text() == "# Title\n"


def test_contestants_change_places_every_round():
    order = []
    turn = {name: (lambda number, name=name: order.append((number, name)) or 1.0) for name in ("ours", "peer")}

    found = in_turns(turn, rounds=2, say=lambda text: None)

    assert order == [(0, "ours"), (0, "peer"), (1, "peer"), (1, "ours")]
    assert found == {"ours": [1.0, 1.0], "peer": [1.0, 1.0]}


def test_the_ratio_is_the_median_of_the_rounds():
    assert ratio([2, 9, 4], [1, 1, 1]) == 4


@pytest.mark.parametrize(("percent", "expected"), [(50, 50), (95, 95), (99, 99), (100, 100), (1, 1)])
def test_the_percentile_is_the_nearest_rank(percent, expected):
    assert percentile(range(1, 101), percent) == expected


@pytest.mark.parametrize(
    ("number", "text"), [(1234.4, "1,234"), (87, "87"), (43.21, "43.2"), (6.4, "6.4"), (0.714, "0.71"), (5, "5")]
)
def test_numbers_have_as_many_digits_as_say_something(number, text):
    assert shown(number) == text
