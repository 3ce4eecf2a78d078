"""Platform staff find anything by its id or address, work as the tenant of one organization, and are seen to do so."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from docuai.bulk import services
from docuai.bulk.models import RunTeamShare
from docuai.library import services as library
from docuai.library.models import TemplatePersonShare
from docuai.permissions import TEMPLATE_VIEW
from platform_core.access.models import ApiRequest, KeyPlace
from platform_core.access.sharing import share
from platform_core.accounts.models import User
from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Membership, TeamMembership
from platform_core.organizations.services import roles, teams
from tests.factories.factors import sign_in_verified
from tests.factories.keys import bearer, make_key
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


def shared_things(organization):
    """One of each: a role, a team with a place, a share with a member and one with the team, a place and a call of a key."""
    run = make_run(organization)
    owner = make_member(organization, "owner@andina.example")
    reader = make_member(organization, "reader@andina.example", "viewer")
    key, secret = make_key(organization)
    Client().get(f"/api/v1/orgs/{organization.slug}/docuai/runs/", headers=bearer(secret))
    with tenant(organization.pk):
        member = Membership.objects.get(user=reader)
        role = roles.create_role(
            actor=owner, organization=organization, name="Checker", description="", permissions=[TEMPLATE_VIEW]
        )
        team = teams.create_team(actor=owner, organization=organization, name="Registry")
        teams.add_to_team(actor=owner, team=team, member=member)
        share(actor=owner, obj=run.template, level="read", member=member)
        share(actor=owner, obj=run, level="read", team=team)
        call = ApiRequest.objects.create(
            organization=organization, key=key, at=timezone.now(), method="GET", path="/x", status=200, ms=3, request_id="r-17"
        )  # fmt: skip
        return {
            "customrole": role,
            "team": team,
            "teammembership": TeamMembership.objects.get(),
            "templatepersonshare": TemplatePersonShare.objects.get(),
            "runteamshare": RunTeamShare.objects.get(),
            "apirequest": call,
            "keyplace": KeyPlace.objects.create(organization=organization, key=key, place="10.0"),
        }


def test_roles_teams_shares_calls_and_places_open_by_their_id_and_change_by_no_form(client, staff, andina):
    for name, row in shared_things(andina).items():
        opened = client.get("/admin/find/", {"q": str(row.pk)}, follow=True)
        page = opened.redirect_chain[-1][0]
        listed = client.get(f"/admin/{row._meta.app_label}/{name}/", {"q": str(row.pk)}).content.decode()

        assert page == f"/admin/{row._meta.app_label}/{name}/{row.pk}/change/"
        assert opened.status_code == 200
        assert f"/{name}/{row.pk}/change/" in listed
        assert client.post(page, {"name": "Other"}).status_code == 403
        assert client.post(page.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403
        with tenant(andina.pk):
            assert type(row)._default_manager.filter(pk=row.pk).count() == 1


def test_a_request_id_opens_the_call_and_a_page_s_address_the_role(client, staff, andina):
    rows = shared_things(andina)
    role = reverse("role", kwargs={"slug": andina.slug, "role_id": rows["customrole"].pk})

    assert str(rows["apirequest"].pk) in client.get("/admin/find/", {"q": "r-17"}).headers["Location"]
    assert str(rows["customrole"].pk) in client.get("/admin/find/", {"q": role}).headers["Location"]
