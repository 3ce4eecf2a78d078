"""Inviting a list: what becomes of each line is said first, then all that can go goes, or nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import CustomRole, Membership, PlanLimit, Team, TeamMembership
from platform_core.permissions import MEMBER_VIEW
from tests.factories.keys import make_key
from tests.platform_core.organizations.test_invitations import invitations, invite, link, mails, signed_in

pytestmark = pytest.mark.django_db
LIST = "/orgs/andina/members/invite/list/"
API = "/api/v1/orgs/andina/invitations/"
MIXED = """email;role;team
ana@new.example;editor;Sales
ANA@NEW.example;;
editor@andina.example;;
bea@@new.example;;
аna@new.example;;
leo@gооgle.example;;
tom@new.example;boss;
zoe@new.example;;Nowhere
old@new.example;viewer;
ｌｉａ@new.example;Checker;
"""


def inside(cast):
    return tenant(cast.andina.pk)


def ask(cast, people="", actor=None, **more):
    return cast.client(actor or cast.admin).post(LIST, {"people": people, "role": "viewer", **more})


def send(cast, page):
    return ask(cast, page.context["ready"], do="send", expected=len(page.context["going"]))


def limited(cast, value):
    with unscoped(), inside(cast):
        PlanLimit.objects.create(organization=cast.andina, name="members", value=value)


@pytest.fixture
def shelves(cast):
    """A team and a role of the organization's own."""
    with unscoped(), inside(cast):
        Team.objects.create(organization=cast.andina, name="Sales")
        CustomRole.objects.create(organization=cast.andina, name="Checker", permissions=[MEMBER_VIEW])
    return cast


def test_each_line_is_told_its_fate_and_nothing_is_sent(shelves):
    cast = shelves
    invite(cast, emails="old@new.example")

    page = ask(cast, MIXED)

    told = {v.entry.line: (v.fate.value, v.reason) for v in page.context["shown"]}
    assert told == {
        2: ("invited", ""),
        3: ("duplicate", "Stands in line 2 already."),
        4: ("member", ""),
        5: ("bad_address", "Is no e-mail address."),
        6: ("bad_address", "Holds “а” (cyrillic small letter a), which is no letter of an address. Type it anew."),
        7: ("bad_address", "The part after the @ holds letters that look like others. Type it anew."),
        8: ("bad_role", "You cannot give a role “boss”. Choose one of the list."),
        9: ("bad_team", "There is no team “Nowhere”."),
        10: ("renewed", ""),
        11: ("invited", ""),
    }
    assert "Invite 3 people" in page.content.decode()
    assert len(mails(cast)) == 1


def test_the_button_sends_exactly_what_was_shown_with_role_and_team(shelves):
    cast = shelves
    page = ask(cast, MIXED)

    assert send(cast, page)["Location"] == "/orgs/andina/members/"

    found = {
        row.email: (row.role, row.custom_role_id is not None, row.team_id is not None) for row in invitations(cast)
    }
    assert found == {
        "ana@new.example": ("editor", False, True),
        "lia@new.example": ("custom", True, False),
        "old@new.example": ("viewer", False, False),
    }
    assert sorted(mail.to_address for mail in mails(cast)) == sorted(found)
    with unscoped(), inside(cast):
        assert AuditEvent.objects.filter(action="invitation.create").count() == 3


def test_who_joins_from_a_list_finds_themselves_in_the_team(shelves):
    cast = shelves
    send(cast, ask(cast, "email,team\nana@new.example,sales\n"))

    assert signed_in().post(link(cast)).status_code == 302
    with unscoped(), inside(cast):
        assert TeamMembership.objects.get().membership.user.email == "ana@new.example"


def test_what_changed_after_the_preview_sends_nothing_and_shows_the_list_again(cast):
    page = ask(cast, "a@x.example\nb@x.example")
    limited(cast, 5)

    refused = send(cast, page)

    assert refused.status_code == 422
    assert "Something changed meanwhile. Look at the list again; nothing was sent." in refused.content.decode()
    assert "Invite 1 person" in refused.content.decode()
    assert mails(cast) == []


def test_the_plan_s_limit_stops_the_lines_past_it_not_those_before(cast):
    limited(cast, 6)
    page = ask(cast, "a@x.example b@x.example\nc@x.example")
    assert [(v.entry.email, v.fate.value) for v in page.context["shown"]] == [
        ("c@x.example", "over_limit"),
        ("a@x.example", "invited"),
        ("b@x.example", "invited"),
    ]
    send(cast, page)
    assert [row.email for row in invitations(cast)] == ["a@x.example", "b@x.example"]


def test_ten_thousand_lines_with_faults_are_judged_in_one_request(cast):
    lines = ["email"] + [f"p{n}@x.example" if n % 20 else f"p{n}@@x" for n in range(1, 10_001)]
    file = SimpleUploadedFile("people.csv", "\n".join(lines).encode())

    page = ask(cast, file=file)

    assert [(fate, n) for fate, _label, n in page.context["counts"]] == [
        ("invited", 21),
        ("bad_address", 500),
        ("over_limit", 9479),
    ]
    assert page.context["hidden"] == 9779
    assert mails(cast) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "There is no address in it."),
        (b"PK\0\0", "This is no text file."),
        (b"a@x.example\n" * 170_000, "The list is larger than 2 MB."),
        (b"a@x.example\n" * 10_002, "10002 lines, 10000 at most."),
    ],
)
def test_a_file_that_is_no_list_is_told_apart(cast, content, told):
    response = ask(cast, file=SimpleUploadedFile("people.csv", content))
    assert response.status_code == 422
    assert told in response.content.decode()
    assert invitations(cast) == []


def test_a_list_that_excel_wrote_is_read(cast):
    file = SimpleUploadedFile("gente.csv", "correo;nombre\nana@new.example;Íñiguez\n".encode("cp1252"))
    assert ask(cast, file=file).context["going"][0].entry.email == "ana@new.example"


def test_a_removed_member_can_be_invited_again(cast):
    with unscoped(), inside(cast):
        Membership.objects.get(user=cast.viewer).delete()
    assert ask(cast, "viewer@andina.example").context["counts"][0][0] == "invited"


def test_an_invitation_above_the_inviter_is_not_renewed_downwards(cast):
    invite(cast, cast.owner, role="owner")
    page = ask(cast, "ana@new.example")
    assert [(v.fate.value, v.reason) for v in page.context["shown"]] == [
        ("bad_role", "Was invited to a role above yours. Ask an owner.")
    ]
    assert invite(cast, cast.admin, role="viewer").status_code == 422
    assert invitations(cast)[0].role == "owner"


def test_one_address_gets_five_mails_a_day_from_lists_too(cast, django_capture_on_commit_callbacks):
    for _ in range(5):
        with django_capture_on_commit_callbacks(execute=True):
            send(cast, ask(cast, "ana@new.example"))
    assert ask(cast, "ana@new.example").context["counts"][0][0] == "too_often"
    assert len(mails(cast)) == 5


@pytest.mark.parametrize(("who", "status"), [("editor", 403), ("viewer", 403), ("outsider", 404)])
def test_who_may_not_invite_a_list(cast, who, status):
    assert ask(cast, "a@x.example", getattr(cast, who), do="send").status_code == status
    assert invitations(cast) == []


def test_the_api_says_of_each_item_what_became_of_it(cast):
    body = {
        "invitations": [{"email": "Ana@new.example"}, {"email": "editor@andina.example"}, {"email": "no"}],
        "role": "editor",
    }
    asked = cast.client(cast.admin).post(API, body | {"preview": True}, "application/json")
    assert (asked.json()["sent"], mails(cast)) == (0, [])

    answer = cast.client(cast.admin).post(API, body, "application/json")

    assert answer.json() == {
        "sent": 1,
        "job": None,
        "results": [
            {"item": 1, "email": "ana@new.example", "result": "invited", "reason": None},
            {"item": 2, "email": "editor@andina.example", "result": "member", "reason": "A member already"},
            {"item": 3, "email": "no", "result": "bad_address", "reason": "Is no e-mail address."},
        ],
    }
    listed = cast.client(cast.admin).get(API).json()["results"]
    assert [(row["email"], row["role"]) for row in listed] == [("ana@new.example", "editor")]


def test_a_key_invites_nobody(cast):
    with unscoped():
        _key, secret = make_key(cast.andina)
    refused = cast.client(cast.outsider).post(
        API,
        {"invitations": [{"email": "a@x.example"}]},
        "application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert refused.status_code == 403
    assert invitations(cast) == []
