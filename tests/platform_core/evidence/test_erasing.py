"""A person is erased: nothing in the logs speaks of them any more, and every chain proves the rest as before."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from platform_core.accounts.models import User
from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit
from platform_core.evidence import checkpoints, erasing, verifying
from platform_core.kits.observability.context import Client, forget_client, set_client
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Membership
from platform_core.organizations.services import belonging
from tests.factories.organizations import make_member, make_organization
from tests.factories.seals import seal_all, superuser

pytestmark = pytest.mark.django_db(transaction=True)
NAME, EMAIL = "Ximena Quispe", "ximena@people.example"


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with unscoped():
        yield


@pytest.fixture
def andina():
    return make_organization("andina")


@pytest.fixture
def ximena(andina):
    """She was invited, did something from home, was made viewer and shown to others; her colleague did other things."""
    owner, ximena = make_member(andina, "owner@andina.example"), make_member(andina, EMAIL, "editor")
    User.objects.filter(pk=ximena.pk).update(name=NAME)
    ximena.refresh_from_db()
    with tenant(andina.pk):
        audit(action="invitation.create", actor=owner, target_label=EMAIL, changes={"role": [None, "editor"]})
        token = set_client(Client("203.0.113.7", "Mozilla/5.0"))
        audit(
            action="organization.rename", target=andina, actor=ximena, changes={"name": ["Andina", "Andina Textiles"]}
        )
        forget_client(token)
        audit(action="team.changed", actor=owner, target_label="Sales", changes={"member": [None, NAME]})
        audit(action="organization.rename", actor=owner, target_label="Andina", changes={"name": ["A", "B"]})
        member = Membership.objects.select_related("user").get(user=ximena)
        belonging.change_role(actor=owner, member=member, role="viewer")
    seal_all()
    return ximena


def erase(*arguments):
    out = StringIO()
    call_command("erase_from_audit", *arguments, stdout=out)
    return out.getvalue()


def check(organization):
    with tenant(organization.pk):
        return verifying.verify(organization.pk)


def everything_said(organization):
    with tenant(organization.pk):
        rows = AuditEvent.objects.values_list("target_label", "changes", "ip", "user_agent")
        return str(list(rows))


def test_what_speaks_of_the_person_goes_and_the_chain_is_whole_before_and_after(andina, ximena):
    before = check(andina)
    assert (before.whole, before.checked, before.erased) == (True, 5, 0)

    assert erase(EMAIL) == "andina: 4 records erased.\n"
    seal_all()

    after = check(andina)
    assert (after.whole, after.checked, after.erased) == (True, 6, 4)
    said = everything_said(andina)
    assert [word for word in (NAME, EMAIL, "203.0.113.7", "Mozilla") if word in said] == []
    assert "'B'" in said


def test_who_did_what_stays_by_reference(andina, ximena):
    erase(EMAIL)
    User.objects.filter(pk=ximena.pk).update(name="", email=f"{ximena.pk}@erased.invalid")  # as the register says
    seal_all()

    with tenant(andina.pk):
        hers = AuditEvent.objects.get(actor=ximena)
        erasure = AuditEvent.objects.get(action="audit.erase")
    assert (hers.action, hers.target_id) == ("organization.rename", str(andina.pk))
    assert hers.changes == {"name": [None, None]}
    assert (erasure.target_id, erasure.target_label) == (str(ximena.pk), str(ximena.pk))
    assert check(andina).whole


def test_an_anonymized_account_alone_leaves_the_chain_whole_too(andina, ximena):
    User.objects.filter(pk=ximena.pk).update(name="", email=f"{ximena.pk}@erased.invalid")

    assert check(andina).whole


def test_other_organizations_are_erased_too_and_a_second_time_nothing_is_left(andina, ximena):
    norte = make_organization("norte")
    with tenant(norte.pk):
        audit(action="invitation.create", target_label=EMAIL)
    seal_all()

    assert erase(EMAIL) == "andina: 4 records erased.\nnorte: 1 records erased.\n"
    seal_all()
    assert [check(each).whole for each in (andina, norte)] == [True, True]
    assert erase(EMAIL, "--dry-run") == ""


def test_an_erased_record_that_is_altered_afterwards_is_named(andina, ximena):
    erase(EMAIL)
    with superuser() as db:
        db.execute("UPDATE platform_core_auditevent SET outcome = 'denied' WHERE action = 'invitation.create'")

    assert [(fault.kind, fault.sequence) for fault in check(andina).faults] == [("altered", 1)]


def test_a_journal_without_the_signed_lines_takes_no_erasure_for_one(andina, ximena):
    erase(EMAIL)
    file = checkpoints.folder() / f"{andina.pk}.jsonl"
    file.write_text("".join(line for line in file.read_text().splitlines(True) if '"erased"' not in line))

    assert {fault.kind for fault in check(andina).faults} == {"altered"}


def test_a_dry_run_erases_nothing(andina, ximena):
    assert erase(EMAIL, "--dry-run") == "andina: 4 records speak of the person.\n"
    assert check(andina).erased == 0


def test_an_unknown_address_is_refused():
    with pytest.raises(CommandError, match="no account"):
        erase("nobody@people.example")


def test_a_signed_line_of_another_record_of_this_number_takes_no_blanking_for_an_erasure(andina, ximena):
    checkpoints.sign(andina.pk, sequence=4, hash="0" * 64, event=checkpoints.ERASED)  # before a backup was accepted
    with superuser() as db:
        db.execute(erasing.BLANK, [andina.pk, ids := _numbered(db, andina, 4)])
        db.execute(erasing.UNSALT, [andina.pk, ids])

    assert [(fault.kind, fault.sequence) for fault in check(andina).faults] == [("altered", 4)]


def _numbered(db, organization, sequence):
    found = db.execute(
        "SELECT id FROM platform_core_auditseal WHERE organization_id = %s AND sequence = %s",
        [organization.pk, sequence],
    )
    return [id for (id,) in found]


def test_nobody_else_is_erased_for_an_address_within_theirs_or_a_name_that_is_a_word(andina, ximena):
    norte = make_organization("norte")
    with tenant(norte.pk):
        audit(action="invitation.create", target_label=f"ma.{EMAIL}", changes={"role": [None, "editor"]})
        audit(action="invitation.create", target_label=f"{EMAIL}.co", changes={"to": [None, f"not-{EMAIL}"]})
        audit(action="team.changed", changes={"note": [None, f"ask\n{EMAIL}."]})
    User.objects.filter(pk=ximena.pk).update(name="editor")
    seal_all()

    assert "norte: 1 records" in erase(EMAIL)
    with tenant(norte.pk):
        kept = AuditEvent.objects.filter(action="invitation.create")
        assert {event.changes.get("role", [0, "editor"])[1] for event in kept} == {"editor"}
