"""Staff hold work back, everybody reads why, nothing is lost; and dated notices are shown until they are put away."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from platform_core.audit.models import AuditEvent
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import tenant
from platform_core.kits.work.claiming import claim, claim_in_turns
from platform_core.mail.models import OutgoingMail
from platform_core.mail.services import queue_mail
from platform_core.operations import services
from platform_core.operations.models import Notice, NoticeDismissal, Pause
from platform_core.organizations.models import Organization

REASON = {"reason_en": "The mail provider is down.", "reason_es": "El proveedor de correo no responde."}


def pause(elena, scope, **fields):
    organization = fields.get("organization")
    if organization:
        with tenant(organization.pk):
            return services.pause_work(actor=elena, scope=scope, **REASON, **fields)
    return services.pause_work(actor=elena, scope=scope, **REASON, **fields)


def make_mail(organization, key="1"):
    with tenant(organization.pk):
        return queue_mail(
            organization_id=organization.pk, to="a@b.example", subject="x", text="x", kind="t", idempotency_key=key
        )


def waiting(organization):
    with tenant(organization.pk):
        return list(OutgoingMail.objects.values_list("state", "attempts"))


@pytest.mark.parametrize(("scope", "name"), [("queue", "mail"), ("provider", "smtp")])
def test_rows_of_a_paused_queue_or_provider_wait_and_go_on_when_it_is_lifted(elena, andina, scope, name):
    mail = make_mail(andina)
    held = pause(elena, scope, name=name)

    assert claim_in_turns(OutgoingMail, limit=5).ids == {}
    assert waiting(andina) == [("queued", 0)]
    assert services.lift_pause(actor=elena, pause=held) is True
    assert services.lift_pause(actor=elena, pause=held) is False
    assert claim_in_turns(OutgoingMail, limit=5).ids == {andina.pk: [mail.pk]}


def test_one_organizations_work_waits_while_the_others_goes_on(elena, andina, norte):
    make_mail(andina)
    other = make_mail(norte)
    pause(elena, "organization", organization=andina)

    assert claim_in_turns(OutgoingMail, limit=5).ids == {norte.pk: [other.pk]}
    assert waiting(andina) == [("queued", 0)]
    with tenant(andina.pk):
        Job.objects.create(organization=andina, kind="x", title="x", total=1)
        assert claim(Job.objects.for_organization(andina), limit=5).rows == []


def test_a_pause_ends_by_itself(elena, andina):
    make_mail(andina)
    held = pause(elena, "queue", name="mail", until=timezone.now() + timedelta(hours=1))
    assert claim_in_turns(OutgoingMail, limit=5).ids == {}
    Pause.objects.filter(pk=held.pk).update(until=timezone.now() - timedelta(seconds=1))

    assert len(claim_in_turns(OutgoingMail, limit=5).ids) == 1


def test_users_read_the_reason_in_their_language_where_work_stands_and_may_still_sign_in(client, elena, andina, marta):
    pause(elena, "organization", organization=andina)
    client.force_login(marta)

    assert "The mail provider is down." in client.get("/orgs/andina/jobs/").content.decode()
    assert "The mail provider is down." not in client.get("/orgs/andina/settings/").content.decode()
    type(marta).objects.filter(pk=marta.pk).update(language="es")
    assert "El proveedor de correo no responde." in client.get("/orgs/andina/jobs/").content.decode()
    assert client.get("/orgs/andina/members/").status_code == 200


def test_a_pause_of_an_organization_stands_in_its_log(elena, andina):
    held = pause(elena, "organization", organization=andina)

    with tenant(andina.pk):
        services.lift_pause(actor=elena, pause=held)
        found = list(AuditEvent.objects.filter(action__startswith="platform.").order_by("at"))
    assert [(e.action, e.actor_kind, e.actor_id) for e in found] == [
        ("platform.pause", "staff", elena.pk),
        ("platform.resume", "staff", elena.pk),
    ]


def test_staff_pause_and_lift_in_the_staff_admin(staff, andina):
    made = staff.post("/admin/platform_core/pause/begin/", {"scope": "queue", "name": "mail", **REASON})
    assert made.status_code == 302
    (held,) = Pause.objects.all()
    lifted = staff.post(
        reverse("admin:platform_core_pause_changelist"), {"action": "lift", "_selected_action": [str(held.pk)]}
    )

    assert lifted.status_code == 302
    held.refresh_from_db()
    assert held.lifted_at is not None


@pytest.mark.parametrize(
    "data",
    [{"scope": "queue", "name": ""}, {"scope": "organization"}, {"scope": "queue", "name": "mail", "reason_en": ""}],
)
def test_a_pause_of_nothing_or_without_a_reason_is_refused(staff, data):
    assert staff.post("/admin/platform_core/pause/begin/", {**REASON, **data}).status_code == 422
    assert Pause.objects.count() == 0


def notice(elena, organization=None, **fields):
    now = timezone.now()
    dates = {"starts_at": now - timedelta(minutes=1), "ends_at": now + timedelta(hours=1)} | fields
    words = {"text_en": "Maintenance tonight.", "text_es": "Mantenimiento esta noche."}
    if organization is None:
        return services.publish_notice(actor=elena, level="warn", **words, **dates)
    with tenant(organization.pk):
        return services.publish_notice(actor=elena, level="warn", organization=organization, **words, **dates)


def test_a_notice_is_shown_until_a_person_puts_it_away(client, elena, andina, marta, owner):
    found = notice(elena)
    client.force_login(marta)
    assert "Maintenance tonight." in client.get("/orgs/andina/members/").content.decode()

    answer = client.post(f"/me/notices/{found.pk}/dismiss/", {"next": "/orgs/andina/members/"})
    assert answer["Location"] == "/orgs/andina/members/"
    assert "Maintenance tonight." not in client.get("/orgs/andina/members/").content.decode()
    assert list(NoticeDismissal.objects.values_list("person_id", flat=True)) == [marta.pk]
    client.force_login(owner)
    assert "Maintenance tonight." in client.get("/orgs/andina/members/").content.decode()


def test_a_notice_to_one_organization_is_not_the_others(client, elena, andina, norte, marta):
    notice(elena, norte)
    client.force_login(marta)

    assert "Maintenance tonight." not in client.get("/orgs/andina/members/").content.decode()


@pytest.mark.parametrize("shift", [timedelta(hours=2), timedelta(hours=-2)])
def test_a_notice_before_or_after_its_time_is_not_shown(client, elena, marta, shift):
    found = notice(elena)
    Notice.objects.filter(pk=found.pk).update(starts_at=found.starts_at + shift, ends_at=found.ends_at + shift)
    client.force_login(marta)

    assert "Maintenance tonight." not in client.get("/orgs/andina/members/").content.decode()


def test_notices_and_pauses_cost_no_query_a_page_at_rest(client, elena, andina, marta):
    client.force_login(marta)
    client.get("/orgs/andina/jobs/")

    with CaptureQueriesContext(connection) as asked:
        client.get("/orgs/andina/jobs/")
    assert [q["sql"] for q in asked.captured_queries if "notice" in q["sql"] or "core_pause" in q["sql"]] == []


def test_dismissing_leads_to_no_other_site(client, elena, marta):
    found = notice(elena)
    client.force_login(marta)

    assert client.post(f"/me/notices/{found.pk}/dismiss/", {"next": "https://evil.example/"})["Location"] == "/"
    assert client.post(f"/me/notices/{Organization.objects.first().pk}/dismiss/").status_code == 302
