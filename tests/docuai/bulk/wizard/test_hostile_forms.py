"""Forms of the wizard that no browser of ours would send: said clearly or passed over, never a fault of ours."""

import pytest

from docuai.bulk.models import RunDraft
from docuai.bulk.services import drafts
from platform_core.kits.tenancy.scope import tenant
from tests.docuai.bulk.wizard.conftest import FAULTY

START = "/orgs/andina/docuai/runs/new/"
COLUMNS = {f"column:{name}": f"c:{name}" for name in ("name", "course")} | {"column:issued_on": "c:issued on"}


@pytest.fixture
def draft(signed_in, version):
    client = signed_in("editor")
    answer = client.post(START, {"template": "certificate", "text": FAULTY})
    address = answer["Location"].removesuffix("data/")
    return client, address


@pytest.fixture
def stored(andina):
    def read():
        with tenant(andina.pk):
            return RunDraft.objects.get()

    return read


@pytest.mark.parametrize("value", ["inf", "nan", "1e999", "9" * 30, "9" * 5000])
def test_a_fixed_number_that_cannot_be_stored_stays_text_and_is_named_by_the_check(draft, stored, value):
    client, address = draft

    answer = client.post(f"{address}columns/", {**COLUMNS, "column:grade": "=", "value:grade": value})

    assert answer.status_code == 302
    assert stored().mapping["fields"]["grade"]["value"] == value


@pytest.mark.parametrize("do", ["answer", "answer:x", "answer:1", "answer:²|name|x", f"answer:{'9' * 5000}|name|x"])
def test_an_answer_that_names_no_cell_changes_nothing(draft, stored, do):
    client, address = draft

    answer = client.post(f"{address}check/", {"do": do})

    assert answer.status_code in (200, 302)
    assert stored().edits == {}


@pytest.mark.parametrize("line", ["²", "9" * 5000, "-1", "x"])
def test_a_header_line_that_is_no_number_is_passed_over(draft, stored, line):
    client, address = draft

    answer = client.post(f"{address}data/", {"header_row": line, "encoding": "utf-8", "delimiter": ","})

    assert answer.status_code == 302
    assert stored().dialect["header_row"] == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_an_encoding_that_the_file_is_not_written_in_is_refused_and_the_table_stays(draft, stored, encoding):
    client, address = draft

    answer = client.post(f"{address}data/", {"header_row": "1", "encoding": encoding, "delimiter": ","})

    assert answer.status_code == 422
    assert f"The file cannot be read as “{encoding}”." in answer.content.decode()
    assert stored().dialect["encoding"] == "utf-8"


def test_a_nul_in_a_field_is_said_and_nothing_is_saved(draft, stored):
    client, address = draft

    answer = client.post(f"{address}columns/", {**COLUMNS, "column:grade": "=", "value:grade": "9\x00"})

    assert answer.status_code == 400
    assert "a character that is no text (NUL)" in answer.content.decode()
    assert stored().mapping["fields"]["grade"] != {"source": "constant", "value": "9\x00"}


def test_an_upload_that_is_gone_is_said_and_leaves_no_draft(signed_in, version):
    answer = signed_in("editor").post(
        START, {"template": "certificate", "file_id": "01970000-0000-7000-8000-000000000000"}
    )

    assert answer.status_code == 422
    assert "This upload is not here any more. Choose the file again." in answer.content.decode()
    with tenant(version.organization_id):
        assert not RunDraft.objects.exists()


def test_a_number_longer_than_computers_count_is_a_fault_of_its_row_alone(make_draft):
    draft = make_draft(f"number,name,course,grade,issued on\n1,Ana,D,{'9' * 30},2026-11-14\n2,Bo,D,9,2026-11-14\n")

    drafts.check(actor=None, draft=draft)

    assert draft.summary["check"]["codes"] == {"not_exact": 1}
    assert draft.summary["check"]["ready"] == 1
