"""Verifying through the page, the API and the command; exporting; what each says and writes down."""

import hashlib
import json
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from platform_core.audit.models import AuditEvent
from platform_core.evidence import checkpoints, periodic, services, tasks
from platform_core.evidence.canonical import canonical, personal_digest
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization
from tests.factories.seals import seal_all, superuser

pytestmark = pytest.mark.django_db(transaction=True)
AUDIT, VERIFY, EXPORT = "/orgs/andina/audit/", "/orgs/andina/audit/verify/", "/orgs/andina/audit/export/"
API = "/api/v1/orgs/andina/audit/verify/"


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with unscoped():
        yield


@pytest.fixture
def andina():
    organization = make_organization("andina")
    write(organization, 5)
    seal_all()
    return organization


@pytest.fixture
def owner(andina):
    client = Client()
    client.force_login(make_member(andina, "owner@andina.example"))
    return client


def write(organization, count):
    with tenant(organization.pk):
        for number in range(count):
            AuditEvent.objects.create(
                organization=organization, action="organization.rename", actor_kind="system", target_label=f"L{number}"
            )


def tamper(statement):
    with superuser() as db:
        db.execute(statement)


def events(organization, action):
    with tenant(organization.pk):
        return [event.changes for event in AuditEvent.objects.filter(action=action).order_by("at")]


def test_the_button_verifies_and_the_page_says_that_the_log_is_whole(andina, owner):
    answer = owner.post(VERIFY)

    assert (answer.status_code, answer["Location"]) == (302, AUDIT)
    page = owner.get(AUDIT).content.decode()
    assert "every record is as it was written" in page
    assert "5 records checked, signed up to record 5" in page
    assert events(andina, "audit.verify") == [{"records": [None, 5], "faults": [None, 0]}]


def test_after_a_superusers_hand_the_page_names_the_record_and_links_to_it(andina, owner):
    tamper("UPDATE platform_core_auditevent SET outcome = 'denied' WHERE target_label = 'L2'")

    owner.post(VERIFY)
    page = owner.get(AUDIT).content.decode()

    assert "Record 3 was altered after it was sealed." in page
    with tenant(andina.pk):
        id = AuditEvent.objects.get(target_label="L2").pk
    assert f"?q={id}&amp;open={id}" in page
    assert f'id="e-{id}" class="open"' in owner.get(f"{AUDIT}?q={id}&open={id}").content.decode()
    assert events(andina, "audit.verify") == [{"records": [None, 5], "faults": [None, 1]}]


def test_the_api_verifies_at_once_and_answers_the_report(andina):
    _, secret = make_key(andina)
    seal_all()

    answer = Client().post(API, headers=bearer(secret))

    assert answer.status_code == 200
    report = answer.json()["report"]
    assert (report["whole"], report["checked"], report["faults"]) == (True, 6, [])
    assert answer.json()["state"] == "done"


def test_the_api_names_the_fault(andina):
    _, secret = make_key(andina)
    seal_all()
    tamper("DELETE FROM platform_core_auditevent WHERE target_label = 'L1'")

    report = Client().post(API, headers=bearer(secret)).json()["report"]

    assert [(fault["kind"], fault["sequence"], fault["text"]) for fault in report["faults"]] == [
        ("deleted", 2, "Record 2 was deleted.")
    ]


def test_a_long_log_is_verified_by_a_job_that_the_clock_does_not_lose(andina, owner, monkeypatch):
    monkeypatch.setattr(services, "AT_ONCE", 3)
    monkeypatch.setattr(periodic, "SIGN_SECONDS", 0)

    owner.post(VERIFY)
    owner.post(VERIFY)

    assert "5 records are being verified." in owner.get(AUDIT).content.decode()
    with tenant(andina.pk):
        (job,) = Job.objects.all()
    published = []
    monkeypatch.setattr(periodic, "publish", lambda task, **kwargs: published.append((task, kwargs)))
    periodic.sign_audit()
    assert published == [(tasks.verify_log, {"organization_id": str(andina.pk), "job_id": str(job.pk)})]

    tasks.verify_log(**published[0][1])
    tasks.verify_log(**published[0][1])

    assert "every record is as it was written" in owner.get(AUDIT).content.decode()
    assert len(events(andina, "audit.verify")) == 1


def command(*arguments):
    out = StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_of_each_organization_whether_its_log_is_whole(andina):
    make_organization("norte")

    assert command() == (
        0,
        "andina: whole. 5 records, signed up to 5, 0 wait for a seal.\n"
        "norte: whole. 0 records, no signed head here, 0 wait for a seal.\n",
    )


def test_the_command_fails_and_names_the_record(andina):
    tamper("UPDATE platform_core_auditevent SET action = 'x.y' WHERE target_label = 'L4'")

    code, text = command("--organization", "andina", "--json")

    found = json.loads(text)
    assert (code, found["whole"], found["faults"][0]["text"]) == (
        1,
        False,
        "Record 5 was altered after it was sealed.",
    )


def test_an_organization_that_is_none_is_said_so(andina):
    with pytest.raises(Exception, match="There is no organization sur"):
        call_command("verify_audit", "--organization", "sur")


def test_a_restored_backup_is_accepted_by_staff_and_by_nothing_else(andina):
    tamper("DELETE FROM platform_core_auditevent WHERE target_label IN ('L3', 'L4')")
    tamper("DELETE FROM platform_core_auditseal WHERE sequence > 3")

    assert command("--organization", "andina")[0] == 1
    assert "accepted" in command("--organization", "andina", "--accept-restored")[1]
    assert command("--organization", "andina")[0] == 0
    write(andina, 2)
    seal_all()
    assert command("--organization", "andina")[0] == 0


def test_more_than_a_missing_end_is_never_accepted(andina):
    tamper("UPDATE platform_core_auditevent SET action = 'x.y' WHERE target_label = 'L1'")
    before = (checkpoints.folder() / f"{andina.pk}.jsonl").read_text()

    with pytest.raises(Exception, match="nothing was accepted"):
        call_command("verify_audit", "--organization", "andina", "--accept-restored")

    assert (checkpoints.folder() / f"{andina.pk}.jsonl").read_text() == before


def test_the_export_holds_each_record_with_its_seal_and_can_be_checked_by_who_has_it(andina, owner):
    answer = owner.get(EXPORT)

    lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert answer["Content-Disposition"] == 'attachment; filename="audit-andina.jsonl"'
    assert [line["target_label"] for line in lines[:5]] == ["L0", "L1", "L2", "L3", "L4"]
    sealed = [line for line in lines if line["seal"]]
    assert [line["seal"]["sequence"] for line in sealed] == [1, 2, 3, 4, 5]
    assert sealed[1]["seal"]["previous_hash"] == sealed[0]["seal"]["seal_hash"]
    first = sealed[0]
    personal = {name: first[name] for name in ("target_label", "changes", "ip", "user_agent")}
    assert personal_digest(bytes.fromhex(first["seal"]["salt"]), personal).hex() == first["seal"]["personal_digest"]
    link = {
        "sequence": 1,
        "previous": "0" * 64,
        "record": first["seal"]["record_hash"],
        "event": first["id"],
        "organization": first["organization_id"],
        "noted_at": first["seal"]["noted_at"],
    }
    assert hashlib.sha256(canonical(link)).hexdigest() == first["seal"]["seal_hash"]


def test_an_export_is_audited_with_how_many_and_follows_the_filters(andina, owner):
    b"".join(owner.get(f"{EXPORT}?q=L3").streaming_content)

    assert events(andina, "audit.export") == [{"people": [None, 0], "records": [None, 1]}]


def test_a_viewer_may_neither_verify_nor_export(andina):
    client = Client()
    client.force_login(make_member(andina, "viewer@andina.example", "viewer"))

    assert (client.post(VERIFY).status_code, client.get(EXPORT).status_code) == (403, 403)
    assert events(andina, "audit.export") == events(andina, "audit.verify") == []


def test_the_log_is_found_by_the_words_of_what_was_done(andina, owner):
    def shows(words):  # as the text of an element: chance writes L3 into a token, too
        return bool(re.search(r">\s*L3\s*<", owner.get(f"{AUDIT}?q={words}").content.decode()))

    assert shows("renamed+the")
    assert not shows("withdrew")


@pytest.mark.parametrize("days", [1, 364])
def test_a_log_is_not_kept_shorter_than_a_year(andina, days):
    with tenant(andina.pk), pytest.raises(services.RetentionError, match="365 days at least"):
        services.set_retention(actor=None, organization=andina, days=days)

    assert events(andina, "audit.retention") == []
