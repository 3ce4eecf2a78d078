"""Why somebody may or may not: on the page of a refusal, in the API, by command; and the access review."""

import json
import time

import pytest
from django.core.management import call_command
from django.test import Client

from platform_core.access import plans
from platform_core.access.can import can, principal_of
from platform_core.access.explaining import explain
from platform_core.access.freshness import FRESH_AT
from platform_core.audit.models import AuditEvent
from platform_core.evidence.checkpoints import is_genuine
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Membership
from platform_core.organizations.services import roles
from platform_core.permissions import MEMBER_VIEW
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization

pytestmark = pytest.mark.django_db
EDIT = "docuai.template.edit"


@pytest.fixture
def andina(db):
    with unscoped():
        found = make_organization("andina")
        for role in ("owner", "editor", "viewer"):
            make_member(found, f"{role}@andina.example", role)
    return found


def client(andina, who, *, fresh=False):
    with unscoped(), tenant(andina.pk):
        user = Membership.objects.select_related("user").get(user__name=who).user
    made = Client()
    made.force_login(user)
    session = made.session
    session[FRESH_AT] = int(time.time()) if fresh else 0
    session.save()
    return made


def test_the_page_of_a_refusal_says_why_and_who_can_grant_it(andina):
    page = client(andina, "viewer").get("/orgs/andina/docuai/templates/new/")

    text = page.content.decode()
    assert page.status_code == 403
    assert "The role Viewer lacks “Edit and publish templates”." in text
    assert "Who can grant it: owner." in text


def test_a_problem_says_why_and_who_can_grant_it_to_a_key_too(andina):
    _key, secret = make_key(andina, ["docuai.template.view"])

    answer = Client().post("/api/v1/orgs/andina/docuai/templates/", {}, headers=bearer(secret))

    body = answer.json()
    assert (answer.status_code, body["code"], body["permission"]) == (403, "permission_denied", EDIT)
    assert body["why"] == f"The API key has not the scope {EDIT}."
    assert body["who_can_grant"] == ["owner"]


def test_a_member_asks_for_themselves_and_who_manages_members_for_others(andina):
    path = f"/api/v1/orgs/andina/access/explain/?permission={EDIT}"

    mine = client(andina, "viewer").get(path)
    others = client(andina, "viewer").get(f"{path}&member=editor@andina.example")
    asked = client(andina, "owner").get(f"{path}&member=editor@andina.example")

    assert (mine.status_code, mine.json()["granted"]) == (200, False)
    assert others.status_code == 403
    assert (asked.status_code, asked.json()["granted"], asked.json()["steps"][0]["source"]) == (200, True, "role")


def test_a_plan_that_leaves_a_permission_out_is_named_and_holds_for_owners(andina, monkeypatch):
    monkeypatch.setitem(plans.GATES, EDIT, lambda _organization_id: False)
    with unscoped(), tenant(andina.pk):
        owner = principal_of(Membership.objects.get(user__name="owner"))
        answer = explain(owner, EDIT)

        assert not can(owner, EDIT)
    assert answer.steps[0].source == "plan" and not answer.granted


def test_the_command_explains_and_exits_with_one_for_a_denial(andina, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("explain_access", organization="andina", member="viewer@andina.example", permission=EDIT)

    assert ended.value.code == 1
    assert capsys.readouterr().out.splitlines()[0] == f"denied: {EDIT} (Edit and publish templates)"


def test_the_review_asks_who_it_is_and_lists_members_and_keys(andina):
    make_key(andina)

    asked = client(andina, "owner").get("/orgs/andina/access/review/").content.decode()
    page = client(andina, "owner", fresh=True).get("/orgs/andina/access/review/").content.decode()

    assert "viewer@andina.example" not in asked
    assert "viewer@andina.example" in page and "Payroll" in page


def test_the_signed_report_is_genuine_until_a_letter_changes(andina, tmp_path, capsys):
    with unscoped(), tenant(andina.pk):
        owner = Membership.objects.select_related("user").get(user__name="owner").user
        roles.create_role(actor=owner, organization=andina, name="Guest", permissions=[MEMBER_VIEW])
    answer = client(andina, "owner", fresh=True).get("/orgs/andina/access/review/report/")
    report = json.loads(answer.content)
    file = tmp_path / "report.json"
    file.write_bytes(answer.content)

    call_command("verify_access_report", str(file))

    assert capsys.readouterr().out.startswith("genuine: andina")
    assert is_genuine(report)
    report["members"][0]["role"] = "owner" if report["members"][0]["role"] != "owner" else "viewer"
    assert not is_genuine(report)
    with unscoped(), tenant(andina.pk):
        assert AuditEvent.objects.filter(action="access.review.report").count() == 1


def test_a_role_is_made_looked_at_and_changed_on_its_pages(andina):
    owner = client(andina, "owner", fresh=True)
    made = owner.post("/orgs/andina/roles/new/", {"name": "Checker", "description": "", "permissions": [MEMBER_VIEW]})
    with unscoped(), tenant(andina.pk):
        role = roles.custom_roles(andina).get()
    asked = {"name": "Checker", "permissions": [MEMBER_VIEW, EDIT], "version": "1"}
    looked = owner.post(f"/orgs/andina/roles/{role.pk}/", {**asked, "do": "look"})
    saved = owner.post(f"/orgs/andina/roles/{role.pk}/", {**asked, "do": "save"})

    assert (made.status_code, looked.status_code, saved.status_code) == (302, 200, 302)
    assert "What will change" in looked.content.decode()
    with unscoped(), tenant(andina.pk):
        role.refresh_from_db()
    assert (role.permissions, role.version) == (sorted([MEMBER_VIEW, EDIT]), 2)
    assert "Checker" in owner.get("/orgs/andina/roles/").content.decode()


def test_a_form_without_permissions_comes_back_with_what_was_typed(andina):
    answer = client(andina, "owner", fresh=True).post("/orgs/andina/roles/new/", {"name": "Checker"})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose at least one thing that the role may do." in text and 'value="Checker"' in text
