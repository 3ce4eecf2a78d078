"""Samples of a version: several rows that try it, kept by name, in the editor and over the API."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from docuai.library import services as library
from docuai.library.models import TemplateSample, TemplateVersion
from docuai.library.starters import STARTERS
from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.docuai.library.conftest import SOURCE
from tests.docuai.library.test_editor import HTMX, PAGE, form, versions

ROW = {"name": "Wolfeschlegelsteinhausenbergerdorff", "city": ""}
API = "/api/v1/orgs/andina/docuai/templates/greeting/versions/"


@pytest.fixture
def inside(andina):
    with tenant(andina.pk):
        yield


@pytest.fixture
def long_one(greeting, inside):
    return library.add_sample(actor=None, version=greeting, name="Long name", row=ROW)


def names(version):
    return [each.name for each in library.samples_of(version)]


def actions():
    return list(AuditEvent.objects.filter(action__contains="sample").order_by("id").values_list("action", flat=True))


def test_a_sample_is_added_renamed_changed_and_deleted_and_the_log_says_so(greeting, inside):
    added = library.add_sample(actor=None, version=greeting, name="  Long   name ", row=ROW)
    library.rename_sample(actor=None, version=greeting, sample_id=added.id, name="Longest")
    library.rename_sample(actor=None, version=greeting, sample_id=greeting.pk, name="Usual")
    library.set_sample(actor=None, version=greeting, sample={"name": "Li"}, sample_id=added.id)

    greeting.refresh_from_db()
    assert [(each.name, each.row, each.first) for each in library.samples_of(greeting)] == [
        ("Usual", {"name": "Zoë", "city": "Quito"}, True),
        ("Longest", {"name": "Li"}, False),
    ]
    library.delete_sample(actor=None, version=greeting, sample_id=added.id)
    assert names(greeting) == ["Usual"]
    assert actions() == ["docuai.template.sample_add", *["docuai.template.sample"] * 3, "docuai.template.sample_delete"]


@pytest.mark.parametrize(("name", "words"), [("", "1 to 60"), ("x" * 61, "1 to 60"), ("LONG NAME", "already")])
def test_a_name_that_cannot_be_used_is_refused(greeting, long_one, name, words):
    with pytest.raises(library.SampleError, match=words):
        library.add_sample(actor=None, version=greeting, name=name, row=ROW)

    assert names(greeting) == ["First sample", "Long name"]


def test_the_first_sample_stays_and_a_row_has_an_end(greeting, long_one):
    with pytest.raises(library.SampleError, match="first sample stays"):
        library.delete_sample(actor=None, version=greeting, sample_id=greeting.pk)
    with pytest.raises(library.SampleError, match="too long"):
        library.set_sample(actor=None, version=greeting, sample={"name": "x" * 200_000}, sample_id=long_one.id)

    assert library.sample_of(greeting, long_one.id).row == ROW


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_add_the_twentieth_at_once_one_does(greeting, andina):
    with tenant(andina.pk):
        for number in range(18):
            library.add_sample(actor=None, version=greeting, name=f"Sample {number}", row=ROW)

    def add(number):
        try:
            with unscoped(), tenant(andina.pk):
                library.add_sample(actor=None, version=greeting, name=f"Last {number}", row=ROW)
        except library.SampleError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(add, range(8))) == 1
    with tenant(andina.pk):
        assert TemplateSample.objects.count() == 19


def test_the_next_version_a_restored_one_and_a_copy_have_all_samples(greeting, long_one):
    second = library.save_version(actor=None, base=greeting, sources={"en": SOURCE + b'#row.at("x", default: 1)'})
    restored = library.restore_version(actor=None, version=greeting)
    copied = library.duplicate(actor=None, version=greeting)

    for version in (second, restored, copied):
        assert [(each.name, dict(each.row)) for each in library.samples_of(version)[1:]] == [("Long name", ROW)]
    assert library.samples_of(second)[1].id != long_one.id


def test_starters_bring_a_spanish_and_a_worst_sample(andina, inside):
    made = library.create_from_starter(actor=None, organization=andina, starter=STARTERS[0])

    assert names(made) == ["First sample", "In Spanish", "Very long and empty values"]


def test_the_editor_shows_another_sample_and_keeps_what_was_typed_into_the_one_before(
    editor, greeting, long_one, andina
):
    sent = form(greeting, sample_id_was=greeting.pk, sample_id=long_one.id, **{"sample.city": "Lima"})
    with unscoped():
        answer = editor.post(PAGE, sent, headers=HTMX)

    page = answer.content.decode()
    assert 'value="Wolfeschlegelsteinhausenbergerdorff"' in page
    said = json.loads(answer.headers["HX-Trigger"])["x-toast"]["toasts"]
    assert [each["message"] for each in said] == ["Sample “First sample” saved."]
    greeting.refresh_from_db()
    assert greeting.sample == {"name": "Zoë", "city": "Lima"}


def test_the_editor_keeps_the_values_in_the_form_as_another_sample_without_saving_the_source(editor, greeting, andina):
    sent = form(greeting, do="sample:add", new_sample="Short", source="= Other", **{"sample.name": "Li"})
    with unscoped():
        page = editor.post(PAGE, sent, headers=HTMX).content.decode()
        whole = editor.post(PAGE, form(greeting, do="sample:add", new_sample="Short"), follow=True).content.decode()

    assert "Short</option>" in page
    assert "There is a sample “Short” already." in whole
    assert len(versions(andina)) == 1
    with tenant(andina.pk):
        assert TemplateSample.objects.get().row == {"name": "Li", "city": "Quito"}


def test_saving_changes_the_chosen_sample_alone(editor, greeting, long_one, andina):
    chosen = {"sample_id_was": long_one.id, "sample_id": long_one.id}
    values = {"sample.name": "Ana", "sample.city": "Cali"}
    with unscoped():
        answer = editor.post(PAGE, form(greeting, do="save", **chosen, **values))

    assert f"sample_id={long_one.id}" in answer["Location"]
    greeting.refresh_from_db()
    assert greeting.sample == {"name": "Zoë", "city": "Quito"}
    assert library.sample_of(greeting, long_one.id).row == {"name": "Ana", "city": "Cali"}


@pytest.mark.parametrize("done", ["save", "sample:rename", ""])
def test_values_of_a_sample_that_somebody_deleted_replace_no_others(editor, greeting, long_one, andina, done):
    library.delete_sample(actor=None, version=greeting, sample_id=long_one.id)
    other = library.add_sample(actor=None, version=greeting, name="Other", row=ROW)
    sent = {"sample_id_was": long_one.id, "sample_id": other.id, "sample_name": "X", "sample.city": "Cali", "do": done}
    with unscoped():
        answer = editor.post(PAGE, form(greeting, **sent))

    assert answer.status_code == (422 if done == "save" else 200)
    greeting.refresh_from_db()
    assert (greeting.sample, greeting.sample_name) == ({"name": "Zoë", "city": "Quito"}, "")
    assert library.sample_of(greeting, other.id).row == ROW


def test_a_viewer_looks_at_samples_and_keeps_none(sign_in, greeting, long_one):
    with unscoped():
        viewer = sign_in("viewer")
        sent = form(greeting, sample_id_was=greeting.pk, sample_id=long_one.id, **{"sample.city": "Lima"})
        looked = viewer.post(PAGE, sent, headers=HTMX)
        added = viewer.post(PAGE, form(greeting, do="sample:add", new_sample="Mine"), headers=HTMX)

    assert "Wolfeschlegelsteinhausenbergerdorff" in looked.content.decode()
    assert added.status_code == 403
    greeting.refresh_from_db()
    assert (greeting.sample["city"], TemplateSample.objects.count()) == ("Quito", 1)


def test_samples_over_the_api(editor, greeting, andina):
    address, plain = f"{API}{greeting.pk}/samples/", {"content_type": "application/json"}

    made = editor.post(address, {"name": "Long", "row": ROW}, **plain)
    again = editor.post(address, {"name": "Long", "row": ROW}, **plain)
    listed = editor.get(address).json()
    one = f"{address}{made.json()['id']}/"
    changed = editor.patch(one, {"name": "Longer", "row": {"name": "Li", "city": "Lima"}}, **plain)
    picture = editor.post(f"{API}{greeting.pk}/preview/", {"sample": made.json()["id"], "format": "png"}, **plain)
    first = editor.delete(f"{address}{greeting.pk}/")
    deleted = editor.delete(one)

    assert (made.status_code, made.json()["name"], made.json()["first"]) == (201, "Long", False)
    assert (again.status_code, again.json()["code"]) == (422, "sample_refused")
    assert [(each["id"], each["first"]) for each in listed] == [(str(greeting.pk), True), (made.json()["id"], False)]
    assert (changed.status_code, changed.json()["name"], changed.json()["row"]) == (
        200,
        "Longer",
        {"name": "Li", "city": "Lima"},
    )
    assert picture.content[:4] == b"\x89PNG"
    assert (first.status_code, deleted.status_code, editor.delete(one).status_code) == (422, 204, 404)
    with tenant(andina.pk):
        assert TemplateVersion.objects.get().sample == greeting.sample
