"""Shares of single objects: what they open, what they leave shut, and when they end."""

from types import SimpleNamespace

import pytest
from django.test import Client

from docuai.library.models import TemplatePersonShare
from docuai.permissions import TEMPLATE_EDIT, TEMPLATE_VIEW
from platform_core.access import sharing
from platform_core.access.can import can, principal_of, visible
from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.errors import NotAllowedError
from platform_core.organizations.models import Membership
from platform_core.organizations.services import belonging, roles, teams
from tests.factories.organizations import make_member, make_organization
from tests.factories.runs import make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(settings):
    with unscoped():
        andina = make_organization("andina")
        people = {role: make_member(andina, f"{role}@andina.example", role) for role in ("owner", "editor", "viewer")}
        with tenant(andina.pk):
            made = [make_version(andina, name=name).template for name in ("Offer", "Letter")]
            yield SimpleNamespace(organization=andina, offer=made[0], letter=made[1], **people)


def membership(cast, user):
    return Membership.objects.for_organization(cast.organization).get(user=user)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def describe(client, slug):
    return client.post(f"/orgs/andina/docuai/templates/{slug}/describe/", {"about-name": "New name", "about-tags": ""})


def test_a_viewer_edits_the_one_template_that_is_shared_with_them_for_editing(cast):
    sharing.share(actor=cast.editor, obj=cast.offer, level="edit", member=membership(cast, cast.viewer))
    with unscoped():
        client = signed_in(cast.viewer)
        page = client.get("/orgs/andina/docuai/templates/offer/")
        there, elsewhere = describe(client, "offer"), describe(client, "letter")
        gone = client.post("/orgs/andina/docuai/templates/offer/delete/")

    assert "Rename, describe, tag" in page.content.decode()
    assert (there.status_code, elsewhere.status_code, gone.status_code) == (302, 403, 403)
    cast.offer.refresh_from_db()
    cast.letter.refresh_from_db()
    assert (cast.offer.name, cast.letter.name, cast.offer.deleted_at) == ("New name", "Letter", None)


def test_a_share_with_a_team_opens_the_object_for_its_members_through_the_api(cast):
    team = teams.create_team(actor=cast.owner, organization=cast.organization, name="Checkers")
    teams.add_to_team(actor=cast.owner, team=team, member=membership(cast, cast.viewer))
    sharing.share(actor=cast.owner, obj=cast.offer, level="edit", team=team)
    with unscoped():
        client = signed_in(cast.viewer)
        address = "/api/v1/orgs/andina/docuai/templates/offer/"
        tag = client.get(address)["ETag"]
        changed = client.patch(address, {"tags": ["A"]}, content_type="application/json", headers={"If-Match": tag})
        made = client.post("/api/v1/orgs/andina/docuai/templates/", {}, content_type="application/json")

    assert changed.status_code == 200, changed.content
    assert made.status_code == 403
    teams.take_from_team(actor=cast.owner, team=team, member=membership(cast, cast.viewer))
    assert not can(principal_of(membership(cast, cast.viewer)), TEMPLATE_EDIT, cast.offer)


def test_a_list_shows_who_has_no_role_for_it_what_is_shared_with_them(cast, django_assert_num_queries):
    role = roles.create_role(
        actor=cast.owner, organization=cast.organization, name="Guest", permissions=["platform_core.member.view"]
    )
    belonging.change_role(actor=cast.owner, member=membership(cast, cast.viewer), role=str(role.pk))
    sharing.share(actor=cast.owner, obj=cast.offer, level="read", member=membership(cast, cast.viewer))
    principal = principal_of(membership(cast, cast.viewer))

    with django_assert_num_queries(1):
        rows = list(visible(type(cast.offer).objects.all(), principal, TEMPLATE_VIEW))
    with unscoped():
        page = signed_in(cast.viewer).get("/orgs/andina/docuai/templates/").content.decode()

    assert rows == [cast.offer]
    assert "Offer" in page and "Letter" not in page


def test_a_list_stays_shut_for_who_has_neither_role_nor_share(cast):
    role = roles.create_role(
        actor=cast.owner, organization=cast.organization, name="Guest", permissions=["platform_core.member.view"]
    )
    belonging.change_role(actor=cast.owner, member=membership(cast, cast.viewer), role=str(role.pk))
    with unscoped():
        answer = signed_in(cast.viewer).get("/orgs/andina/docuai/templates/")

    assert answer.status_code == 403


def test_a_share_ends_with_the_membership(cast):
    sharing.share(actor=cast.owner, obj=cast.offer, level="read", member=membership(cast, cast.viewer))

    belonging.remove_member(actor=cast.owner, member=membership(cast, cast.viewer))

    assert TemplatePersonShare.objects.count() == 0


def test_nobody_shares_what_they_may_not_do_themselves(cast):
    sharing.share(actor=cast.owner, obj=cast.offer, level="read", member=membership(cast, cast.viewer))

    with pytest.raises(NotAllowedError):
        sharing.share(actor=cast.viewer, obj=cast.offer, level="edit", member=membership(cast, cast.viewer))

    assert TemplatePersonShare.objects.get().permission.codename == "view_documenttemplate"


def test_a_share_is_written_down_with_its_level_before_and_after(cast):
    viewer = membership(cast, cast.viewer)
    sharing.share(actor=cast.owner, obj=cast.offer, level="read", member=viewer)
    row = sharing.share(actor=cast.owner, obj=cast.offer, level="edit", member=viewer)

    assert sharing.end_share(actor=cast.owner, obj=cast.offer, share_id=row.pk)

    found = AuditEvent.objects.filter(action__startswith="share.").order_by("at", "id")
    assert [event.changes["share_level"] for event in found] == [[None, "read"], ["read", "edit"], ["edit", None]]


def test_the_page_shows_shares_with_level_and_giver_changes_a_level_and_ends_one(cast):
    sharing.share(actor=cast.owner, obj=cast.offer, level="read", member=membership(cast, cast.viewer))
    address, whom = f"/orgs/andina/shares/template/{cast.offer.pk}/", f"member:{membership(cast, cast.viewer).pk}"
    with unscoped():
        client = signed_in(cast.owner)
        before = client.get(address).content.decode()
        client.post(address, {"with": whom, "level": "edit"})
        after = client.get(address).content.decode()
    share_id = TemplatePersonShare.objects.get().pk
    with unscoped():
        ended = client.post(address, {"with": whom, "end": str(share_id)}, follow=True).content.decode()

    assert f"may read · by {cast.owner}" in before
    assert "Let edit" in before
    assert f"may read and edit · by {cast.owner}" in after
    assert "Not shared with anybody" in ended


def test_the_page_names_the_roles_that_open_the_object_by_themselves(cast):
    role = roles.create_role(
        actor=cast.owner, organization=cast.organization, name="Printer", permissions=[TEMPLATE_VIEW, TEMPLATE_EDIT]
    )
    make_member(cast.organization, "printer@andina.example", "viewer")
    found = Membership.objects.for_organization(cast.organization).filter(user__email="printer@andina.example")
    found.update(role="custom", custom_role=role)
    with unscoped():
        page = signed_in(cast.owner).get(f"/orgs/andina/shares/template/{cast.offer.pk}/")

    shown = [(each.role.label, each.members, each.edits) for each in page.context["roles"]]
    assert [tuple(map(str, row)) for row in shown] == [
        ("Owner", "1", "True"),
        ("Admin", "0", "True"),
        ("Editor", "1", "True"),
        ("Viewer", "1", "False"),
        ("Printer", "1", "True"),
    ]


def test_sharing_with_nobody_says_so_and_keeps_the_level(cast):
    with unscoped():
        answer = signed_in(cast.owner).post(
            f"/orgs/andina/shares/template/{cast.offer.pk}/", {"with": "", "level": "edit"}
        )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose a member or a team to share it with." in page
    assert 'value="edit" checked' in page
    assert not TemplatePersonShare.objects.exists()


def test_why_somebody_may_is_asked_about_one_object(cast):
    sharing.share(actor=cast.owner, obj=cast.offer, level="edit", member=membership(cast, cast.viewer))
    address = "/orgs/andina/access/explain/"
    asked = {"member": str(membership(cast, cast.viewer).pk), "permission": TEMPLATE_EDIT}
    with unscoped():
        client = signed_in(cast.owner)
        about = client.get(address, asked | {"object": f"template:{cast.offer.pk}"}).content.decode()
        general = client.get(address, asked).content.decode()
        unknown = client.get(address, asked | {"object": "template:nothing"})

    assert "is shared for this." in about
    assert "Yes, they may" in about
    assert "No, they may not" in general
    assert unknown.status_code == 404
