"""Platform staff find anything by its id or address, work as the tenant of one organization, and are seen to do so."""

from datetime import date

import pytest
from django.urls import reverse

from docuai.bulk import services
from docuai.library import services as library
from platform_core.accounts.models import User
from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.factors import sign_in_verified
from tests.factories.organizations import make_member, make_organization

SOURCE = b'#let row = json("data.json")\n#set document(title: "Hello")\n#set text(lang: "en")\nHello #row.name'


@pytest.fixture(autouse=True)
def frame(settings, tmp_path, db):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def andina():
    return make_organization("universidad-andina")


@pytest.fixture
def norte():
    return make_organization("estudio-norte")


@pytest.fixture
def staff(client):
    user = User.objects.create_user("elena@portfolio.example", "x", name="Elena Ruiz", is_staff=True)
    sign_in_verified(client, user)
    return user


def make_run(organization):
    with tenant(organization.pk):
        draft = library.create_template(
            actor=None, organization=organization, name="Greeting", engine="typst", sources={"en": SOURCE}
        )
        version = library.publish(actor=None, version=draft)
        rows = [{"name": "Zoë"}, {"name": "Łukasz"}]
        return services.request_run(
            actor=None, organization=organization, version=version, rows=rows, today=date(2026, 11, 24)
        )


def looks(organization):
    with tenant(organization.pk):
        return list(AuditEvent.objects.filter(action="platform_core.staff.look").values_list("actor_kind", "actor_id"))


def test_a_member_of_an_organization_finds_no_admin(client, andina):
    client.force_login(make_member(andina, "marta@andina.example"))

    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/").status_code == 404
    assert client.get(f"/admin/find/?q={andina.pk}").status_code == 302


def test_a_visitor_is_sent_to_the_one_sign_in_there_is(client):
    answer = client.get("/admin/login/?next=/admin/")

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("how", ["id", "job id", "address", "path"])
def test_an_id_or_an_address_opens_the_object_as_its_organization(client, staff, andina, how):
    run = make_run(andina)
    page = reverse("run", kwargs={"slug": andina.slug, "number": run.number})
    text = {"id": str(run.pk), "job id": str(run.job_id), "address": f"http://127.0.0.1:8000{page}", "path": page}[how]

    answer = client.get("/admin/find/", {"q": text}, follow=True)

    assert answer.status_code == 200
    assert "Greeting" in answer.content.decode()
    assert client.session["staff_organization"] == str(andina.pk)
    assert looks(andina) == [("staff", staff.pk)]


def test_inside_an_organization_nothing_of_another_is_shown(client, staff, andina, norte):
    make_run(andina)
    foreign = make_run(norte)

    client.post("/admin/pick/", {"organization": str(andina.pk)})
    runs = client.get("/admin/docuai/bulkrun/").content.decode()
    gone = client.get(f"/admin/docuai/bulkrun/{foreign.pk}/change/")

    assert str(foreign.pk) not in runs
    assert gone.status_code == 302
    assert looks(norte) == []


def test_what_nothing_has_is_said_so(client, staff):
    answer = client.get("/admin/find/", {"q": "0199ffff-0000-7000-8000-000000000000"}, follow=True)

    assert "Nothing has the id or address" in answer.content.decode()


def test_every_list_and_the_start_page_open(client, staff, andina):
    make_run(andina)
    from django.contrib.admin import site

    pages = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in site._registry]

    assert [page for page in ["/admin/", *pages] if client.get(page).status_code != 200] == []


def test_runs_are_paused_by_an_action_and_the_audit_log_names_the_person(client, staff, andina):
    run = make_run(andina)

    client.post("/admin/docuai/bulkrun/", {"action": "pause", "_selected_action": [str(run.pk)]})

    with tenant(andina.pk):
        run.job.refresh_from_db()
        assert run.job.state == "paused"
