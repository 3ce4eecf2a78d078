"""Members: who may change whom; an organization always has an owner, also when owners leave in the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from platform_core.audit.models import AuditEvent
from platform_core.kits.permissions import held_by
from platform_core.kits.tenancy.scope import person, tenant, unscoped
from platform_core.organizations.errors import LastOwnerError
from platform_core.organizations.models import CustomRole, Membership
from platform_core.organizations.selectors.ladder import grantable, may_grant, may_touch
from platform_core.organizations.services import belonging
from platform_core.permissions import MEMBER_VIEW
from tests.factories.organizations import make_member, make_organization

pytestmark = pytest.mark.django_db
MEMBERS = "/orgs/andina/members/"


def events(cast):
    with unscoped(), tenant(cast.andina.pk):
        return list(AuditEvent.objects.order_by("at", "id").values_list("action", "outcome", "changes"))


def change(cast, actor, member, role):
    return cast.client(actor).post(f"{MEMBERS}{cast.membership(member).pk}/role/", {"role": role})


@pytest.mark.parametrize(
    ("actor", "role", "grants", "touches"),
    [
        ("owner", "owner", True, True),
        ("owner", "viewer", True, True),
        ("admin", "owner", False, False),
        ("admin", "admin", True, True),
        ("editor", "viewer", False, False),
        ("", "viewer", False, False),
    ],
)
def test_the_ladder(actor, role, grants, touches):
    assert may_grant(held_by(actor), held_by(role)) is grants
    assert may_touch(held_by(actor), held_by(role)) is touches


def test_nobody_grants_above_their_own_role():
    assert grantable(held_by("owner")) == ("owner", "admin", "editor", "viewer")
    assert grantable(held_by("admin")) == ("admin", "editor", "viewer")
    assert grantable(held_by("editor")) == ()


@pytest.mark.parametrize("who", ["owner", "admin", "editor", "viewer"])
def test_every_member_sees_the_members(cast, who):
    page = cast.client(getattr(cast, who)).get(MEMBERS)

    assert page.status_code == 200
    assert "editor@andina.example" in page.content.decode()
    assert ("Invite members" in page.content.decode()) is (who in ("owner", "admin"))


def test_a_stranger_finds_no_such_page_and_a_visitor_signs_in(cast):
    assert cast.client(cast.outsider).get(MEMBERS).status_code == 404
    assert Client().get(MEMBERS)["Location"] == f"/accounts/login/?next={MEMBERS}"


def test_an_admin_changes_a_role_and_the_log_says_from_what_to_what(cast):
    change(cast, cast.admin, cast.viewer, "editor")

    assert cast.roles()["viewer"] == "editor"
    assert events(cast) == [("member.role", "done", {"role": ["viewer", "editor"]})]


@pytest.mark.parametrize(("member", "role"), [("owner", "viewer"), ("editor", "owner")])
def test_an_admin_neither_lowers_nor_makes_owners(cast, member, role):
    before = cast.roles()
    response = change(cast, cast.admin, getattr(cast, member), role)

    assert response["Location"] == MEMBERS
    assert cast.roles() == before
    assert events(cast) == []


@pytest.mark.parametrize("who", ["editor", "viewer"])
def test_editors_and_viewers_change_nobody(cast, who):
    before = cast.roles()

    assert change(cast, getattr(cast, who), cast.viewer, "admin").status_code == 403
    assert cast.roles() == before


def test_a_stranger_changes_nobody(cast):
    assert change(cast, cast.outsider, cast.viewer, "admin").status_code == 404


def test_a_role_that_does_not_exist_changes_nothing(cast):
    before = cast.roles()
    change(cast, cast.owner, cast.viewer, "king")
    assert cast.roles() == before


def test_a_member_is_removed_and_is_a_stranger_from_then_on(cast):
    removed = cast.client(cast.editor)
    cast.client(cast.admin).post(f"{MEMBERS}{cast.membership(cast.editor).pk}/remove/")

    assert "editor" not in cast.roles()
    assert removed.get(MEMBERS).status_code == 404
    assert events(cast) == [("member.remove", "done", {"role": ["editor", None]})]


def test_removing_asks_first_where_there_are_no_scripts(cast):
    page = cast.client(cast.admin).get(f"{MEMBERS}{cast.membership(cast.editor).pk}/remove/")

    assert "Remove editor from Andina?" in page.content.decode()
    assert "editor" in cast.roles()


def test_an_admin_removes_no_owner(cast):
    cast.client(cast.admin).post(f"{MEMBERS}{cast.membership(cast.owner).pk}/remove/")
    assert "owner" in cast.roles()


def test_a_viewer_leaves(cast):
    response = cast.client(cast.viewer).post(f"{MEMBERS}leave/")

    assert response["Location"] == "/"
    assert "viewer" not in cast.roles()


def test_the_last_owner_neither_leaves_nor_steps_down_nor_is_removed(cast):
    client = cast.client(cast.owner)
    before = cast.roles()
    own = cast.membership(cast.owner).pk

    client.post(f"{MEMBERS}leave/")
    client.post(f"{MEMBERS}{own}/role/", {"role": "admin"})
    client.post(f"{MEMBERS}{own}/remove/")

    assert cast.roles() == before
    assert "An organization needs an owner" in client.get(MEMBERS).content.decode()


def test_an_owner_hands_over_and_becomes_admin(cast):
    member = cast.membership(cast.editor)
    cast.client(cast.owner).post("/orgs/andina/settings/transfer/", {"member": member.pk})

    assert cast.roles() == {"owner": "admin", "admin": "admin", "editor": "owner", "viewer": "viewer"}
    assert [action for action, *_ in events(cast)] == ["organization.transfer", "member.role"]


def test_only_owners_hand_over(cast):
    before = cast.roles()
    member = cast.membership(cast.admin)

    assert cast.client(cast.admin).post("/orgs/andina/settings/transfer/", {"member": member.pk}).status_code == 403
    assert cast.roles() == before


def test_a_person_of_another_organization_cannot_be_named(cast):
    with unscoped(), person(cast.outsider.pk):
        stranger = Membership.objects.get(user=cast.outsider)
    response = cast.client(cast.owner).post("/orgs/andina/settings/transfer/", {"member": stranger.pk})
    assert response.status_code == 422


def test_members_are_found_by_name_and_role(cast):
    client = cast.client(cast.viewer)

    page = client.get(f"{MEMBERS}?q=EDITOR").content.decode()
    assert "editor@andina.example" in page
    assert "admin@andina.example" not in page
    assert "No member fits" in client.get(f"{MEMBERS}?q=nobody").content.decode()
    assert "admin@andina.example" not in client.get(f"{MEMBERS}?role=viewer").content.decode()


def test_a_visit_is_noted_once_an_hour(cast):
    client = cast.client(cast.viewer)
    assert cast.membership(cast.viewer).last_seen_at is None

    client.get(MEMBERS)
    first = cast.membership(cast.viewer).last_seen_at
    client.get(MEMBERS)

    assert first is not None
    assert cast.membership(cast.viewer).last_seen_at == first


def test_the_page_is_spanish_for_whoever_reads_spanish(cast):
    cast.viewer.language = "es"
    cast.viewer.save()
    page = cast.client(cast.viewer).get(MEMBERS)
    assert 'lang="es"' in page.content.decode()
    assert page["Content-Language"] == "es"


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_in_the_same_moment_do_not_both_leave():
    with unscoped():
        andina = make_organization("andina")
        owners = [make_member(andina, f"o{n}@andina.example", "owner") for n in range(6)]

    def leave(user):
        try:
            with unscoped(), tenant(andina.pk):
                belonging.leave(actor=user, member=Membership.objects.get(user=user))
            return True
        except LastOwnerError:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        left = list(threads.map(leave, owners))

    assert left.count(True) == 5
    with unscoped(), tenant(andina.pk):
        assert Membership.objects.filter(role="owner").count() == 1


def test_many_roles_are_chosen_on_a_page_of_their_own(cast):
    with unscoped(), tenant(cast.andina.pk):
        CustomRole.objects.bulk_create(
            CustomRole(organization=cast.andina, name=f"Role {n:02}", permissions=[MEMBER_VIEW]) for n in range(20)
        )
        last = CustomRole.objects.get(name="Role 19")
    address = f"{MEMBERS}{cast.membership(cast.viewer).pk}/role/"

    listed = cast.client(cast.owner).get(MEMBERS).content.decode()
    asked = cast.client(cast.owner).get(address).content.decode()
    answer = cast.client(cast.owner).post(address, {"role": str(last.pk)})

    assert "Role 19" not in listed
    assert f'href="{address}"' in listed
    assert f'<option value="{last.pk}">Role 19</option>' in asked
    assert '<option value="viewer" selected>Viewer</option>' in asked
    assert answer.status_code == 302
    assert cast.membership(cast.viewer).custom_role_id == last.pk


def test_who_may_not_change_roles_is_not_asked_for_one(cast):
    answer = cast.client(cast.editor).get(f"{MEMBERS}{cast.membership(cast.viewer).pk}/role/")

    assert answer.status_code == 403
