"""The depth of JSON from its brackets: texts, escapes and block edges do not mislead it."""

import json

import pytest

from docuai.bulk.tables.depth import MAX_DEPTH, DepthWatch
from docuai.bulk.tables.errors import TableError

TRICKY = json.dumps([{"a[": '[[[ "quoted" {', "b": ["\\", "\\\\[", "line\n[", '\\"[']}]).encode()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_brackets_inside_texts_do_not_count_wherever_the_blocks_are_cut(size):
    watch = DepthWatch()

    for start in range(0, len(TRICKY), size):
        watch.feed(TRICKY[start : start + size])

    assert watch.depth == 0


def test_the_depth_stays_open_until_it_is_closed():
    watch = DepthWatch()
    watch.feed(b'[{"a": [1, {"b": "')

    assert watch.depth == 4


def test_more_than_a_hundred_levels_are_refused():
    watch = DepthWatch()
    watch.feed(b"[" * MAX_DEPTH)

    with pytest.raises(TableError, match="nested deeper than 100 levels"):
        watch.feed(b"{")
