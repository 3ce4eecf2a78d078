"""Ways to grow one's own rights, each tried and refused: roles, keys, teams, shares, two owners in the same moment."""

import json
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from docuai.permissions import RUN_VIEW, TEMPLATE_EDIT, TEMPLATE_VIEW
from platform_core.access import services as keys
from platform_core.access import sharing
from platform_core.access.can import can, principal_of
from platform_core.audit.models import AuditEvent
from platform_core.kits.permissions import PERMISSIONS, composable, held_by
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.errors import (
    LastOwnerError,
    NotAllowedError,
    RoleRefusedError,
)
from platform_core.organizations.models import CUSTOM, CustomRole, Membership, Role, TeamMembership
from platform_core.organizations.services import belonging, inviting, roles, teams
from platform_core.permissions import (
    KEY_MANAGE,
    MEMBER_MANAGE,
    MEMBER_VIEW,
    ORGANIZATION_TRANSFER,
    ROLE_MANAGE,
    SHARE_MANAGE,
    TEAM_MANAGE,
)
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization
from tests.factories.runs import make_version

ROLES_API = "/api/v1/orgs/andina/roles/"


def make_cast():
    andina = make_organization("andina")
    people = {role: make_member(andina, f"{role}@andina.example", role) for role in Role.values}
    return SimpleNamespace(andina=andina, **people)


@pytest.fixture
def cast(db):
    with unscoped():
        found = make_cast()
        with tenant(found.andina.pk):
            yield found


def place(cast, person):
    return Membership.objects.for_organization(cast.andina).select_related("user").get(user=person)


def give(cast, person, *permissions, name="Made"):
    """The owner makes a role of these permissions and gives it."""
    role = roles.create_role(actor=cast.owner, organization=cast.andina, name=name, permissions=permissions)
    return belonging.change_role(actor=cast.owner, member=place(cast, person), role=str(role.pk)).custom_role


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("wanted", ["owner", "admin"])
@pytest.mark.parametrize("who", ["editor", "viewer"])
def test_a_member_cannot_give_themselves_a_role(cast, who, wanted):
    person = getattr(cast, who)

    with pytest.raises(NotAllowedError):
        belonging.change_role(actor=person, member=place(cast, person), role=wanted)

    assert place(cast, person).role == who


def test_an_admin_cannot_make_themselves_owner_nor_a_role_that_may_what_owners_alone_may(cast):
    with pytest.raises(NotAllowedError):
        belonging.change_role(actor=cast.admin, member=place(cast, cast.admin), role="owner")
    with pytest.raises(RoleRefusedError) as refused:
        roles.create_role(actor=cast.owner, organization=cast.andina, name="X", permissions=[ORGANIZATION_TRANSFER])

    assert refused.value.code == "owners_alone"
    assert CustomRole.objects.count() == 0


def test_a_custom_role_cannot_be_made_of_what_its_maker_lacks(cast):
    give(cast, cast.viewer, ROLE_MANAGE, MEMBER_VIEW)

    with pytest.raises(RoleRefusedError) as refused:
        roles.create_role(actor=cast.viewer, organization=cast.andina, name="Grown", permissions=[MEMBER_MANAGE])

    assert refused.value.code == "not_held"
    assert CustomRole.objects.filter(name="Grown").count() == 0


def test_nobody_edits_or_deletes_the_role_that_they_hold(cast):
    role = give(cast, cast.viewer, ROLE_MANAGE, MEMBER_MANAGE, MEMBER_VIEW)

    with pytest.raises(NotAllowedError):
        roles.edit_role(actor=cast.viewer, role=role, name="Grown", permissions=[ROLE_MANAGE])
    with pytest.raises(NotAllowedError):
        roles.delete_role(actor=cast.viewer, role=role, replacement="viewer")

    assert CustomRole.objects.get().permissions == sorted([ROLE_MANAGE, MEMBER_MANAGE, MEMBER_VIEW])


def test_nobody_changes_a_role_that_holds_what_they_lack_not_even_downwards(cast):
    strong = give(cast, cast.editor, TEMPLATE_EDIT, RUN_VIEW, name="Strong")
    give(cast, cast.viewer, ROLE_MANAGE, RUN_VIEW, name="Weak")

    with pytest.raises(RoleRefusedError):
        roles.edit_role(actor=cast.viewer, role=strong, name="Strong", permissions=[RUN_VIEW])

    strong.refresh_from_db()
    assert strong.permissions == sorted([TEMPLATE_EDIT, RUN_VIEW])


def test_who_manages_members_by_a_custom_role_cannot_touch_or_invite_above_it(cast):
    give(cast, cast.viewer, MEMBER_MANAGE, MEMBER_VIEW)

    with pytest.raises(NotAllowedError):
        belonging.remove_member(actor=cast.viewer, member=place(cast, cast.editor))
    with pytest.raises(NotAllowedError):
        belonging.change_role(actor=cast.viewer, member=place(cast, cast.editor), role="viewer")
    with pytest.raises(NotAllowedError):
        belonging.change_role(actor=cast.viewer, member=place(cast, cast.viewer), role="editor")
    assert {row.role for row in Membership.objects.all()} == {"owner", "admin", "editor", CUSTOM}


@pytest.mark.django_db(transaction=True)
def test_an_invitation_cannot_carry_more_than_its_sender_holds():
    with unscoped():
        cast = make_cast()
        with tenant(cast.andina.pk):
            give(cast, cast.viewer, MEMBER_MANAGE, MEMBER_VIEW)
            with pytest.raises(NotAllowedError):
                inviting.invite(actor=cast.viewer, organization=cast.andina, email="me@x.example", role="admin")


def test_a_key_cannot_hold_more_than_its_maker(cast):
    give(cast, cast.viewer, KEY_MANAGE, MEMBER_VIEW)

    with pytest.raises(keys.KeyRefusedError) as refused:
        keys.create_key(
            actor=cast.viewer,
            principal=principal_of(place(cast, cast.viewer)),
            organization=cast.andina,
            name="Grown",
            scopes=[MEMBER_MANAGE],
        )

    assert refused.value.code == "not_held"


def test_a_demoted_persons_open_session_may_at_once_no_more_than_the_new_role(cast):
    client = signed_in(cast.admin)
    with unscoped():
        before = client.get("/orgs/andina/members/invite/")
    belonging.change_role(actor=cast.owner, member=place(cast, cast.admin), role="viewer")
    with unscoped():
        after = client.get("/orgs/andina/members/invite/")

    assert (before.status_code, after.status_code) == (200, 403)


def test_an_edit_of_a_custom_role_holds_in_the_next_request_of_an_open_session(cast):
    role = give(cast, cast.viewer, MEMBER_VIEW, RUN_VIEW)
    client = signed_in(cast.viewer)
    with unscoped():
        before = client.get("/orgs/andina/docuai/runs/")
    roles.edit_role(actor=cast.owner, role=role, name=role.name, permissions=[MEMBER_VIEW])
    with unscoped():
        after = client.get("/orgs/andina/docuai/runs/")

    assert (before.status_code, after.status_code) == (200, 403)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("patch", "/api/v1/orgs/andina/members/{member}/role/", {"role": "admin"}),
        ("post", ROLES_API, {"name": "Grown", "permissions": [MEMBER_MANAGE]}),
        ("put", "/api/v1/orgs/andina/teams/{team}/members/{member}/", {}),
    ],
)
def test_the_old_key_of_a_demoted_person_lifts_nobody_up_again(cast, method, path, body):
    _key, secret = make_key(cast.andina)
    team = teams.create_team(actor=cast.owner, organization=cast.andina, name="Checkers")
    belonging.change_role(actor=cast.owner, member=place(cast, cast.admin), role="viewer")
    address = path.format(member=place(cast, cast.admin).pk, team=team.pk)
    with unscoped():
        answer = getattr(Client(), method)(
            address, json.dumps(body), content_type="application/json", headers=bearer(secret)
        )

    assert (answer.status_code, answer.json()["code"]) == (403, "person_required")
    assert place(cast, cast.admin).role == "viewer"
    assert (CustomRole.objects.count(), TeamMembership.objects.count()) == (0, 0)


def test_the_last_owner_can_neither_go_nor_be_lowered(cast):
    mine = place(cast, cast.owner)

    for attempt in (
        lambda: belonging.leave(actor=cast.owner, member=mine),
        lambda: belonging.change_role(actor=cast.owner, member=mine, role="admin"),
        lambda: belonging.remove_member(actor=cast.owner, member=mine),
    ):
        with pytest.raises(LastOwnerError):
            attempt()

    assert place(cast, cast.owner).role == "owner"


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_lower_each_other_in_the_same_moment_leave_one():
    with unscoped():
        andina = make_organization("andina")
        two = [make_member(andina, f"{n}@andina.example", "owner") for n in ("a", "b")]

    def lower(number):
        try:
            with unscoped(), tenant(andina.pk):
                other = Membership.objects.get(user=two[1 - number])
                belonging.change_role(actor=two[number], member=other, role="viewer")
            return "lowered"
        except (LastOwnerError, NotAllowedError) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(lower, range(2)))

    with unscoped(), tenant(andina.pk):
        assert Membership.objects.filter(role="owner").count() == 1
    assert outcomes == ["NotAllowedError", "lowered"]


def test_a_share_gives_no_more_than_the_one_who_shares_holds(cast):
    template = make_version(cast.andina).template
    give(cast, cast.viewer, SHARE_MANAGE, TEMPLATE_VIEW, MEMBER_VIEW)

    with pytest.raises(NotAllowedError):
        sharing.share(actor=cast.viewer, obj=template, level="edit", member=place(cast, cast.viewer))

    assert not can(principal_of(place(cast, cast.viewer)), TEMPLATE_EDIT, template)


def test_who_fills_teams_must_hold_all_that_can_be_shared_with_them(cast):
    team = teams.create_team(actor=cast.owner, organization=cast.andina, name="Checkers")
    sharing.share(actor=cast.owner, obj=make_version(cast.andina).template, level="edit", team=team)
    give(cast, cast.viewer, TEAM_MANAGE, MEMBER_VIEW)

    with pytest.raises(NotAllowedError):
        teams.add_to_team(actor=cast.viewer, team=team, member=place(cast, cast.viewer))

    assert TeamMembership.objects.count() == 0


def test_an_edit_share_of_one_object_neither_makes_others_nor_passes_it_on(cast):
    template = make_version(cast.andina).template
    sharing.share(actor=cast.owner, obj=template, level="edit", member=place(cast, cast.viewer))
    with unscoped():
        client = signed_in(cast.viewer)
        made = client.get("/orgs/andina/docuai/templates/new/")
        deleted = client.post(f"/orgs/andina/docuai/templates/{template.slug}/delete/")
        passed_on = client.get(f"/orgs/andina/shares/template/{template.pk}/")

    assert [made.status_code, deleted.status_code, passed_on.status_code] == [403, 403, 403]


def test_a_role_edit_by_a_stale_form_is_refused(cast):
    role = give(cast, cast.viewer, MEMBER_VIEW)
    roles.edit_role(actor=cast.owner, role=role, name="Made", permissions=[MEMBER_VIEW, RUN_VIEW], version=1)

    with pytest.raises(RoleRefusedError) as refused:
        roles.edit_role(actor=cast.admin, role=role, name="Made", permissions=[MEMBER_MANAGE], version=1)

    assert refused.value.code == "changed"


def test_role_edits_are_written_down_with_before_and_after(cast):
    role = give(cast, cast.viewer, MEMBER_VIEW)
    roles.edit_role(actor=cast.owner, role=role, name="Made", permissions=[RUN_VIEW])

    found = AuditEvent.objects.get(action="role.changed")
    assert found.changes == {"permissions": [[MEMBER_VIEW], [RUN_VIEW]]}


def test_a_role_in_use_is_deleted_only_with_a_replacement_that_the_deleter_may_give(cast):
    role = give(cast, cast.viewer, MEMBER_VIEW)
    with pytest.raises(RoleRefusedError) as refused:
        roles.delete_role(actor=cast.admin, role=role)
    assert (refused.value.code, place(cast, cast.viewer).custom_role_id) == ("in_use", role.pk)
    with pytest.raises(NotAllowedError):
        roles.delete_role(actor=cast.admin, role=role, replacement="owner")

    assert roles.delete_role(actor=cast.admin, role=role, replacement="viewer") == 1

    assert (place(cast, cast.viewer).role, CustomRole.objects.count()) == ("viewer", 0)


def test_the_database_refuses_a_membership_that_says_custom_and_names_no_role(cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(user=cast.viewer).update(role=CUSTOM)


def test_a_permission_of_owners_that_stands_in_a_role_by_raw_sql_counts_for_nothing(cast):
    role = give(cast, cast.viewer, MEMBER_VIEW)
    CustomRole.objects.filter(pk=role.pk).update(permissions=list(PERMISSIONS))

    held = place(cast, cast.viewer).held

    assert held == composable(PERMISSIONS)
    assert ORGANIZATION_TRANSFER not in held
    assert held < held_by("owner")
