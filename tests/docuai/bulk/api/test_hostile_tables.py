"""Values and options of programs that no table should hold: refused with a pointer, or a fault of their row alone."""

import io

import pytest

from docuai.bulk.models import BulkRun, RunRow
from platform_core.kits.tenancy.scope import tenant


def table(text, name="people.csv"):
    file = io.BytesIO(text.encode())
    file.name = name
    return file


@pytest.mark.parametrize("encoding", ["nope", "zip", "base64", "idna", "utf-16"])
def test_an_encoding_that_is_none_or_none_of_this_file_is_refused(program, andina, encoding):
    options = f'{{"encoding": "{encoding}"}}'

    answer = program.post("", {"template": "greeting", "file": table("name\nZoë\n"), "options": options})

    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_encoding"
    with tenant(andina.pk):
        assert not BulkRun.objects.exists()


def test_a_nul_in_a_mapping_is_refused(program, andina):
    options = '{"mapping": {"name": {"value": "\\u0000"}}}'

    answer = program.post("", {"template": "greeting", "file": table("name\nAna\n"), "options": options})

    assert answer.status_code == 422
    assert answer.json()["code"] == "nul_character"
    with tenant(andina.pk):
        assert not BulkRun.objects.exists()


def test_a_nul_in_a_correction_is_refused_and_the_row_stays(program, andina, worked):
    run = worked(program.post("", {"template": "greeting", "rows": [{"name": "Ana"}]}).json()["id"])

    answer = program.patch(f"{run.pk}/rows/1/", {"data": {"name": "A\0na"}})

    assert answer.status_code == 422
    assert answer.json()["code"] == "nul_character"
    with tenant(andina.pk):
        assert RunRow.objects.get(run=run, number=1).data["name"] == "Ana"


def test_a_number_of_thirty_digits_in_json_lines_is_a_fault_of_its_row(program, worked, andina):
    line = f'{{"name": "Ana", "hours": {"9" * 30}}}'

    answer = program.post("", {"template": "greeting", "file": table(line, "people.jsonl")})

    worked(answer.json()["id"])
    with tenant(andina.pk):
        row = RunRow.objects.get()
    assert (row.state, row.error["code"]) == ("failed", "not_exact")
