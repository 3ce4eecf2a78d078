"""The whole wizard as a browser without scripts would use it, and what each step says to bad input."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from docuai.bulk.models import BulkRun, RunDraft
from docuai.bulk.services import drafts
from docuai.library import services as library
from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import PlanLimit
from tests.docuai.bulk.wizard.conftest import FAULTY, SAMPLE, SCHEMA, SOURCE, TABLE
from tests.factories.organizations import make_member, make_organization

NEW = "/orgs/andina/docuai/runs/new/"


@pytest.fixture
def client(client, version, signed_in):
    return signed_in("editor")


def text_of(answer):
    return answer.content.decode()


def bring(client, content=TABLE, name="people.csv", **more):
    body = content if isinstance(content, bytes) else content.encode()
    return client.post(NEW, {"template": "certificate", "file": SimpleUploadedFile(name, body), **more})


def draft_at(answer):
    return answer["Location"].removeprefix(NEW).split("/")[0]


def step(draft_id, name):
    return f"{NEW}{draft_id}/{name}/"


def checked(client, content=TABLE):
    draft_id = draft_at(bring(client, content))
    assert client.get(step(draft_id, "check")).status_code == 200
    return draft_id


def the_draft(andina):
    with tenant(andina.pk):
        return RunDraft.objects.get()


def test_from_a_file_to_a_run_step_by_step(client, andina, work):
    answer = bring(client)
    draft_id = draft_at(answer)
    assert answer["Location"] == step(draft_id, "data")

    data = text_of(client.get(step(draft_id, "data")))
    assert "people.csv" in data
    assert "Łukasz Wójcik" in data
    answer = client.post(
        step(draft_id, "data"), {"do": "next", "header_row": "1", "delimiter": ",", "encoding": "utf-8"}
    )
    assert answer["Location"] == step(draft_id, "columns")

    columns = text_of(client.get(step(draft_id, "columns")))
    assert "6 of 7 fields matched" not in columns
    assert "All required fields are filled" in columns
    assert "Same meaning" in columns

    assert "Check 3 rows" in text_of(client.get(step(draft_id, "options")))
    options = {
        "do": "next",
        "format": "pdf",
        "file_name": "{row:04}-{name:slug}",
        "retention_days": "30",
        "sequence": "UA",
    }
    answer = client.post(step(draft_id, "options"), options)
    assert answer["Location"] == step(draft_id, "check")

    check = text_of(client.get(step(draft_id, "check")))
    assert "All 3 rows are ready" in check
    assert "Launch 3 rows" in check

    answer = client.post(step(draft_id, "check"), {"do": "launch"})
    assert answer["Location"] == "/orgs/andina/docuai/runs/1/"
    with tenant(andina.pk):
        run = work(BulkRun.objects.get())
        assert run.job.state == "done"
        assert list(run.rows.order_by("number").values_list("file_name", "serial"))[0] == (
            "0001-zoe-iniguez.pdf",
            "UA-00001",
        )


def test_the_first_page_offers_template_table_samples_and_the_last_runs(client):
    page = text_of(client.get(NEW))

    assert "Start a run" in page
    assert "Use the sample table" in page
    assert "The first run will stand here." in page


@pytest.mark.parametrize("name", ["people.csv", "people_messy.csv"])
def test_a_sample_table_is_used_with_one_press_and_can_be_downloaded(client, name):
    answer = client.post(NEW, {"template": "certificate", "sample": name})

    assert answer.status_code == 302
    assert name in text_of(client.get(answer["Location"]))
    file = client.get(f"/orgs/andina/docuai/samples/{name}")
    assert file["Content-Disposition"] == f'attachment; filename="{name}"'
    assert client.get("/orgs/andina/docuai/samples/other.csv").status_code == 404


def test_pasted_rows_become_the_table(client, andina):
    answer = client.post(NEW, {"template": "certificate", "text": TABLE.replace(",", "\t")})

    assert answer.status_code == 302
    assert the_draft(andina).summary["table"]["found"]["rows"] == 3


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("people.csv", b"", "The file is empty: 0 bytes."),
        ("people.csv", b"\n\n", "there are no rows in it"),
        ("people.csv", b"name,course\n", "The file has column names and no rows."),
        ("people.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 99, "is an old Office file"),
        ("people.pdf", b"%PDF-1.7", "is a PDF, not a table"),
        ("people.xlsx", b"PK\x03\x04broken", "The workbook cannot be opened"),
        ("people.json", b'[{"name": ', "The file is not valid JSON"),
        ("people.csv", b"name\n" + b"x\n" * 200_001, "The table has more than 200000 rows."),
    ],
)
def test_a_table_that_cannot_be_used_says_why_and_leaves_nothing_behind(client, andina, name, content, words):
    answer = bring(client, content, name)

    assert answer.status_code == 422
    assert words in text_of(answer)
    with tenant(andina.pk):
        assert not RunDraft.objects.exists()
        assert not BulkRun.objects.exists()


def test_a_plain_form_takes_eight_megabytes_and_says_so(client):
    answer = bring(client, b"name\n" + b"x" * 8_000_001)

    assert answer.status_code == 422
    assert "a file may have 8 MB at most" in text_of(answer)


def test_an_encoding_that_is_not_certain_is_shown_with_its_readings_and_can_be_corrected(client, andina):
    draft_id = draft_at(bring(client, TABLE.replace("Łukasz Wójcik", "Lukasz Wojcik").encode("cp1252")))

    page = text_of(client.get(step(draft_id, "data")))
    assert "Which reading is right?" in page
    assert "Zo<mark>ë</mark>" in page

    client.post(step(draft_id, "data"), {"do": "look", "encoding": "mac_roman", "delimiter": ",", "header_row": "1"})

    assert the_draft(andina).summary["table"]["preview"][0]["cells"]["name"] != "Zoë Íñiguez"
    client.post(step(draft_id, "data"), {"do": "look", "encoding": "cp1252", "delimiter": ",", "header_row": "1"})
    assert the_draft(andina).summary["table"]["preview"][0]["cells"]["name"] == "Zoë Íñiguez"


def test_a_line_of_names_that_is_not_there_is_refused_and_the_old_reading_kept(client, andina):
    draft_id = draft_at(bring(client))

    answer = client.post(
        step(draft_id, "data"), {"do": "look", "encoding": "utf-8", "delimiter": ",", "header_row": "99"}
    )

    assert answer.status_code == 422
    assert "The file ends before line 99" in text_of(answer)
    assert the_draft(andina).dialect["header_row"] == 1


def test_a_required_field_without_a_column_is_named_and_the_step_stays(client):
    draft_id = draft_at(bring(client, "name,email\nZoë,zoe@iniguez.example\n"))

    answer = client.post(step(draft_id, "columns"), {"do": "next", "column:name": "c:name", "column:number": "#"})

    assert answer.status_code == 422
    assert "“course” is required and no column fills it." in text_of(answer)
    assert client.get(step(draft_id, "check"))["Location"] == step(draft_id, "columns")


def test_columns_constants_joins_and_steps_are_kept(client, andina):
    draft_id = draft_at(bring(client, "nombre,apellidos,fecha\nzoë,íñiguez,03/04/2026\n"))
    chosen = {
        "do": "save",
        "column:name": "c:nombre",
        "join:name": "apellidos",
        "case:name": "title",
        "column:course": "=",
        "value:course": "Data Ethics",
        "column:issued_on": "c:fecha",
        "date:issued_on": "dmy",
        "column:number": "#",
    }

    client.post(step(draft_id, "columns"), chosen)

    draft = the_draft(andina)
    assert draft.mapping["fields"]["name"]["columns"] == ["nombre", "apellidos"]
    assert draft.mapping["fields"]["course"] == {"source": "constant", "value": "Data Ethics"}
    page = text_of(client.get(step(draft_id, "columns")))
    assert "Zoë Íñiguez" in page
    assert "2026-04-03" in page


def test_a_file_name_with_an_unknown_field_names_the_one_that_was_meant(client, andina):
    draft_id = draft_at(bring(client))

    answer = client.post(
        step(draft_id, "options"), {"do": "next", "format": "pdf", "file_name": "{nam}.pdf", "retention_days": "90"}
    )

    assert answer.status_code == 422
    assert "There is no field “nam”. Did you mean “name”?" in text_of(answer)
    assert "{nam}.pdf" in text_of(answer)
    assert the_draft(andina).options["file_name"] == "{row:04}-{name:slug}"


def test_two_tabs_do_not_overwrite_each_other(client, andina):
    draft_id = draft_at(bring(client))
    seen = the_draft(andina).updated_at.isoformat()
    options = {"do": "save", "format": "pdf", "file_name": "{row}", "retention_days": "30", "seen": seen}
    assert client.post(step(draft_id, "options"), options).status_code == 302

    answer = client.post(step(draft_id, "options"), {**options, "retention_days": "365"})

    assert answer.status_code == 422
    assert "This draft was changed in another tab." in text_of(answer)
    assert the_draft(andina).options["retention_days"] == 30


def test_a_bad_cell_is_corrected_in_the_grid_and_its_row_is_checked_at_once(client, andina):
    draft_id = checked(client, FAULTY)
    page = text_of(client.get(step(draft_id, "check")))
    assert "3 rows are ready, 1 need you" in page
    assert "Not an e-mail address" in page

    correction = {"do": "edit", "cell:4": "9.5", "was:4": "11.2", "column:4": "grade"}
    client.post(step(draft_id, "check"), correction)
    with tenant(andina.pk):
        assert list(RunDraft.objects.get().faults.values_list("code", flat=True)) == ["bad_email"]
    client.post(step(draft_id, "check"), {"do": "answer:4|email|bo@li.example"})

    assert "All 4 rows are ready" in text_of(client.get(step(draft_id, "check")))
    assert the_draft(andina).edits == {"4": {"grade": "9.5", "email": "bo@li.example"}}


def test_clear_cases_are_mended_together(client, andina):
    draft_id = checked(client, TABLE + "Bo Li,bo@@li.example,Data Ethics,9,2026-11-14,en\n")
    assert "Mend 1 clear case" in text_of(client.get(step(draft_id, "check")))

    client.post(step(draft_id, "check"), {"do": "mend"})

    assert "All 4 rows are ready" in text_of(client.get(step(draft_id, "check")))


def test_the_messy_table_shows_fourteen_rows_and_what_is_wrong_with_each(client):
    draft_id = draft_at(client.post(NEW, {"template": "certificate", "sample": "people_messy.csv"}))

    page = text_of(client.get(step(draft_id, "check")))

    for words in (
        "Date can be read two ways",
        "There is no such day",
        "Starts with “=”, a formula",
        "12 cells instead of 11",
    ):
        assert words in page
    assert "198 rows are ready, 14 need you" in page


def test_the_file_of_bad_rows_has_reasons_and_starts_no_formula(client):
    draft_id = checked(client, TABLE + "=2+2,bo@li.example,Data Ethics,11,2026-11-14,en\n")

    file = client.get(step(draft_id, "faults"))

    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "row,what is wrong,name,email,course,grade,issued on,language"
    assert lines[1].startswith("4,")
    assert "Grade is above 10" in lines[1]
    assert ",'=2+2," in lines[1]


def test_launching_twice_leads_to_the_same_run(client, andina):
    draft_id = checked(client)

    first = client.post(step(draft_id, "check"), {"do": "launch"})
    second = client.post(step(draft_id, "check"), {"do": "launch"})

    assert first["Location"] == second["Location"] == "/orgs/andina/docuai/runs/1/"
    assert "This draft was launched as run 1." in text_of(client.get(step(draft_id, "columns")))


def test_a_template_that_was_replaced_meanwhile_gives_a_choice(client, andina, version):
    draft_id = checked(client)
    with tenant(andina.pk):
        newer = library.add_version(
            actor=None, template=version.template, sources={"en": SOURCE + b"!"}, schema=SCHEMA, sample=SAMPLE
        )
        library.publish(actor=None, version=newer)

    answer = client.post(step(draft_id, "check"), {"do": "launch"})

    assert answer.status_code == 422
    assert "Version 1 of the template was replaced by version 2" in text_of(answer)
    assert "Check with version 2" in text_of(answer)
    client.post(step(draft_id, "check"), {"do": "version"})
    assert client.post(step(draft_id, "check"), {"do": "launch"}).status_code == 302
    with tenant(andina.pk):
        assert BulkRun.objects.get().version.number == 2


def test_over_the_limit_the_draft_stays_and_the_numbers_are_said(client, andina):
    draft_id = checked(client)
    with tenant(andina.pk):
        PlanLimit.objects.create(organization=andina, name="docuai.rows_per_month", value=2)

    answer = client.post(step(draft_id, "check"), {"do": "launch"})

    assert answer.status_code == 422
    assert "2 of 2 left this month, 3 needed" in text_of(answer)
    with tenant(andina.pk):
        assert not BulkRun.objects.exists()


def test_without_a_broker_the_run_exists_and_waits_for_the_clock(client, andina, monkeypatch):
    from docuai.bulk import tasks

    draft_id = checked(client)

    def down(**kwargs):
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.import_rows, "apply_async", down)

    assert client.post(step(draft_id, "check"), {"do": "launch"}).status_code == 302
    with tenant(andina.pk):
        run = BulkRun.objects.select_related("job").get()
        assert (run.stage, run.job.state) == ("reading", "queued")


def test_the_pictures_of_the_first_and_the_longest_row_are_drawn(client):
    draft_id = checked(client)

    for path in ("rows/1/picture", "extremes/longest"):
        answer = client.get(step(draft_id, path))
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert client.get(step(draft_id, "rows/99/picture")).status_code == 404


def test_the_draft_of_somebody_else_is_not_found(client, andina):
    draft_id = checked(client)
    client.force_login(make_member(andina, "colleague@andina.example", "owner"))

    for name in ("data", "columns", "options", "check", "faults"):
        assert client.get(step(draft_id, name)).status_code == 404

    norte = make_organization("norte")
    client.force_login(make_member(norte, "owner@norte.example"))
    assert client.get(step(draft_id, "data")).status_code == 404
    assert client.get(f"/orgs/norte/docuai/runs/new/{draft_id}/data/").status_code == 404


def test_a_viewer_sees_the_runs_and_may_not_start_one(client, andina):
    draft_id = checked(client)
    client.force_login(make_member(andina, "viewer@andina.example", "viewer"))

    assert "Ask an admin to start one" in text_of(client.get(NEW))
    assert bring(client).status_code == 403
    assert client.get(step(draft_id, "data")).status_code == 403
    with tenant(andina.pk):
        assert RunDraft.objects.count() == 1
        assert AuditEvent.objects.filter(outcome="denied", action="docuai.run.start").exists()


def test_a_draft_can_be_thrown_away(client, andina):
    draft_id = checked(client)

    assert client.post(step(draft_id, "discard"))["Location"] == NEW

    with tenant(andina.pk):
        assert not RunDraft.objects.exists()


def test_a_big_table_is_checked_by_the_workers(client, andina, monkeypatch):
    from docuai.bulk import checking

    monkeypatch.setattr(drafts, "INLINE_ROWS", 2)
    draft_id = draft_at(bring(client))

    assert "Checking every row" in text_of(client.get(step(draft_id, "check")))
    draft = the_draft(andina)
    with tenant(andina.pk):
        checking.run_check(organization_id=andina.pk, draft_id=draft.pk)

    assert "All 3 rows are ready" in text_of(client.get(step(draft_id, "check")))


def test_a_check_that_was_canceled_changes_nothing_and_can_be_asked_for_again(client, andina, monkeypatch):
    monkeypatch.setattr(drafts, "INLINE_ROWS", 2)
    draft_id = draft_at(bring(client))
    client.get(step(draft_id, "check"))
    draft = the_draft(andina)
    with tenant(andina.pk):
        draft.job.__class__.objects.move(draft.job_id, "canceled")

    assert "The rows are not checked yet" in text_of(client.get(step(draft_id, "check")))
    client.post(step(draft_id, "check"), {"do": "again"})

    assert "Checking every row" in text_of(client.get(step(draft_id, "check")))


def test_the_mapping_of_the_last_run_is_offered_and_taken(client, andina):
    first = draft_at(bring(client, "who,what,when\nZoë,Data Ethics,2026-11-14\n"))
    chosen = {"column:name": "c:who", "column:course": "c:what", "column:issued_on": "c:when", "column:number": "#"}
    client.post(step(first, "columns"), {"do": "next", **chosen})
    client.get(step(first, "check"))
    client.post(step(first, "check"), {"do": "launch"})

    second = draft_at(bring(client, "who,what,when\nBo,Data Ethics,2026-11-15\n"))
    page = text_of(client.get(step(second, "columns")))

    assert "Same as last time" in page
    assert "Use mapping of today" in page
    assert "All 1 row" not in page
    check = text_of(client.get(step(second, "check")))
    assert "Columns fill the same fields as then" in check


def test_a_field_that_saves_itself_and_then_the_form_are_one_tab(client, andina):
    draft_id = draft_at(bring(client))
    seen = f"{the_draft(andina).updated_at.isoformat()}~one-tab"
    options = {"do": "save", "format": "pdf", "file_name": "{row}", "retention_days": "30", "seen": seen}
    client.post(step(draft_id, "options"), options)

    again = client.post(step(draft_id, "options"), {**options, "do": "next", "retention_days": "365"})
    other = client.post(step(draft_id, "options"), {**options, "seen": seen.replace("one", "other")})

    assert again["Location"] == step(draft_id, "check")
    assert other.status_code == 422
    assert the_draft(andina).options["retention_days"] == 365


def mend(client, draft_id, content, name="people-to-mend.csv"):
    return client.post(step(draft_id, "corrections"), {"file": SimpleUploadedFile(name, content)})


def bad_rows(client, draft_id):
    return b"".join(client.get(step(draft_id, "faults")).streaming_content).decode("utf-8-sig")


def test_the_file_of_bad_rows_comes_back_corrected_and_replaces_them_by_number(client, andina):
    draft_id = checked(client, FAULTY)
    mended = bad_rows(client, draft_id).replace("bo@@li", "bo@li").replace("11.2", "9.2")
    assert mended.splitlines()[1].startswith("4,")

    answer = mend(client, draft_id, mended.encode())

    assert answer["Location"] == step(draft_id, "check")
    assert "1 row replaced and checked again." in text_of(client.get(answer["Location"]))
    draft = the_draft(andina)
    assert draft.edits == {"4": {"email": "bo@li.example", "grade": "9.2"}}
    assert (draft.summary["check"]["ready"], draft.summary["check"]["faulty"]) == (4, 0)


def test_a_correction_that_does_not_fit_yet_says_what_is_still_wrong(client, andina):
    draft_id = checked(client, FAULTY)

    mend(client, draft_id, bad_rows(client, draft_id).replace("11.2", "12.5").encode())

    page = text_of(client.get(step(draft_id, "check")))
    assert "12.5" in page
    assert the_draft(andina).summary["check"]["faulty"] == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name,email\nBo,bo@li.example\n", "The first column must be"),
        (b"row,what is wrong,name\n99,x,Bo\n", "The table has no row 99."),
        (b"row,name\n4,Bo\n4,Li\n", "Row 4 stands twice in the file."),
        (b"row,name\nfour,Bo\n", "has no row number"),
        (b"row,surname\n4,Bo\n", "The table has no column"),
        (b"", "empty"),
    ],
)
def test_a_file_that_is_no_file_of_bad_rows_is_refused_and_changes_nothing(client, andina, content, words):
    draft_id = checked(client, FAULTY)

    answer = mend(client, draft_id, content)

    assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert the_draft(andina).edits == {}


def test_a_file_that_changes_nothing_and_no_file_at_all_are_said(client):
    draft_id = checked(client, FAULTY)

    mend(client, draft_id, bad_rows(client, draft_id).encode())

    assert "The file changes no cell" in text_of(client.get(step(draft_id, "check")))
    assert "Choose the file of bad rows" in text_of(client.post(step(draft_id, "corrections")))
