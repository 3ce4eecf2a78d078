"""Rows and their run: what the triggers promise in place of a foreign key, and what a failed run of rows leaves."""

import pytest
from django.db import IntegrityError, transaction

from docuai.bulk import rendering
from docuai.bulk.models import BulkRun, RunRow
from docuai.bulk.row_json import rows_json
from docuai.bulk.storing_rows import RowStore
from platform_core.kits.tenancy.ids import new_id, new_ids
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Organization
from tests.factories.runs import make_run, make_version


@pytest.fixture
def run(db, settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        organization = Organization.objects.create(name="Andina", slug="andina")
        with tenant(organization.pk):
            yield make_run(organization)


def add(store, number):
    store.add([number], rows_json([{"name": 'Zoë "\\n"\t\\'}]), [f"{number}.pdf"], ["es"], ["zoe@andina.example"], [""])


def test_a_row_needs_its_run(run):
    row = RunRow.objects.filter(run=run).first()

    with pytest.raises(IntegrityError, match="its docuai_bulkrun is not there|is not there"), transaction.atomic():
        RunRow(organization=row.organization, run_id=new_id(), number=1, data={}, file_name="x").save(force_insert=True)


def test_a_row_stays_in_its_run_and_a_run_with_rows_stays(run):
    rows = RunRow.objects.filter(run=run)
    before = rows.count()

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(run_id=new_id())
    with pytest.raises(IntegrityError), transaction.atomic():
        BulkRun.objects.filter(pk=run.pk)._raw_delete("default")

    assert rows.count() == before > 0


def test_a_number_is_stored_once_and_what_failed_leaves_nothing(run):
    last = RunRow.objects.filter(run=run).count()

    with pytest.raises(IntegrityError, match="row_number_once"), transaction.atomic(), RowStore(run) as store:
        add(store, last + 1)
        add(store, last + 1)
        store.finish()
    with pytest.raises(KeyError), transaction.atomic(), RowStore(run) as store:
        add(store, last + 1)
        raise KeyError

    assert RunRow.objects.filter(run=run).count() == last


def test_what_is_stored_is_what_was_given(run):
    last = RunRow.objects.filter(run=run).count()

    with transaction.atomic(), RowStore(run) as store:
        add(store, last + 1)
        store.add_failed(last + 2, {"name": "a\tb\\"}, "2.pdf", "", {"code": "required"})
        store.finish()

    good, bad = RunRow.objects.filter(run=run, number__gt=last).order_by("number")
    assert (good.data, good.state, good.email, good.run_id) == (
        {"name": 'Zoë "\\n"\t\\'},
        "queued",
        "zoe@andina.example",
        run.pk,
    )
    assert (bad.data, bad.state, bad.error) == ({"name": "a\tb\\"}, "failed", {"code": "required"})
    assert good.finished_at is None and bad.finished_at is not None


def test_ids_made_together_are_distinct_and_sort_as_they_were_made():
    ids = new_ids(1000)

    assert sorted(set(ids)) == ids
    assert {text[14] for text in ids} == {"7"}


def test_a_document_that_shows_a_tag_fails_its_row_with_the_reason(run):
    source = b'#let row = json("data.json")\n#set document(title: "x")\nHello {{ name }}'
    faulty = make_run(run.organization, version=make_version(run.organization, source=source, name="Tags"))

    while rendering.render_rows(organization_id=run.organization_id, run_id=faulty.pk):
        pass

    errors = RunRow.objects.filter(run=faulty).values_list("state", "error__code").distinct()
    assert list(errors) == [("failed", "leftover_tag")]
