"""Who walks the routes, and the objects of the one organization that they walk to."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from docuai.bulk import rendering
from docuai.bulk import services as bulk
from docuai.bulk.services import drafts
from docuai.library import services as library
from platform_core.files import services as files
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import CustomRole, Invitation, Membership, Team
from platform_core.webhooks import services as webhooks
from platform_core.webhooks.models import WebhookEvent
from tests.factories.keys import make_key
from tests.factories.organizations import make_member, make_organization

SOURCE = b"""#let row = json("data.json")
#set document(title: "Hello", date: datetime(year: 2026, month: 11, day: 24))
#set text(lang: "en")
Hello #row.name
"""


@dataclass
class Cast:
    """Four people as browsers, three keys, and values for the parameters of paths."""

    owner: Client
    viewer: Client
    outsider: Client
    anonymous: Client
    key: str
    bare_key: str
    other_key: str
    values: dict[str, Any]


def make_cast() -> Cast:
    """This will make two organizations: all objects belong to andina, the outsider owns norte."""
    andina, norte = make_organization("andina"), make_organization("norte")
    owner, viewer = make_member(andina, "owner@andina.example"), make_member(andina, "viewer@andina.example", "viewer")
    outsider = make_member(norte, "owner@norte.example")
    key, secret = make_key(andina)
    return Cast(
        owner=_signed_in(owner),
        viewer=_signed_in(viewer),
        outsider=_signed_in(outsider),
        anonymous=Client(raise_request_exception=False),
        key=secret,
        bare_key=make_key(andina, ["platform_core.file.view"])[1],
        other_key=make_key(norte)[1],
        values={"slug": "andina", "key_id": key.pk, "user_id": viewer.pk, **_objects(andina, owner, viewer)},
    )


def _objects(andina: Any, owner: Any, viewer: Any) -> dict[str, Any]:
    with tenant(andina.pk):
        invitation = Invitation.objects.create(
            organization=andina,
            email="new@andina.example",
            token_hash="0" * 64,
            expires_at=timezone.now() + timedelta(days=7),
        )
        job = Job.objects.create(organization=andina, kind="t", title="T")
        file = files.store(
            organization_id=andina.pk, name="a.csv", content=b"name\nAna\n", purpose="docuai.table", actor=None
        )
        first = library.create_template(
            actor=None, organization=andina, name="Greeting", engine="typst", sources={"en": SOURCE}
        )
        version = library.publish(actor=None, version=first)
        run = bulk.request_run(
            actor=None, organization=andina, version=version, rows=[{"name": "Ana"}], today=date(2026, 11, 24)
        )
        while rendering.render_rows(organization_id=andina.pk, run_id=run.pk):
            pass
        draft = drafts.create_draft(actor=owner, organization=andina, version=version)
        drafts.add_table(actor=owner, draft=draft, name="people.csv", content=b"name\nAna\n")
        return {
            "draft_id": draft.pk,
            **_webhooks(andina),
            "invitation_id": invitation.pk,
            "member_id": Membership.objects.get(user=viewer).pk,
            "job_id": job.pk,
            "file_id": file.pk,
            "upload_id": new_id(),
            "run_id": run.pk,
            "number": run.number,
            "row": 1,
            "template": "greeting",
            "template_id": version.template_id,
            "object_id": version.template_id,
            "share_id": new_id(),
            "role_id": CustomRole.objects.create(organization=andina, name="Guest", permissions=[]).pk,
            "team_id": Team.objects.create(organization=andina, name="Checkers").pk,
            "version_id": version.pk,
            "sample_id": version.pk,  # the first sample has its version's id
            "starter": "certificate",
            "language": "en",
            "token": "none",
            "reason": "longest",
            "name": "none.csv",
            "message_id": "none",
            "handle": new_id(),
            "notice_id": new_id(),
            "session_id": new_id(),
            "device_id": new_id(),
        }


def _webhooks(andina: Any) -> dict[str, Any]:
    """An endpoint that nobody answers at, one event that failed, and a source."""
    endpoint, _secret = webhooks.create_endpoint(
        actor=None, organization=andina, url="https://hooks.andina.invalid/", event_types=["*"]
    )
    event = WebhookEvent.objects.create(
        organization=andina, endpoint=endpoint, source_id=new_id(), type="key.created", body="{}", state="failed"
    )
    source, _secret = webhooks.create_source(actor=None, organization=andina, name="Payroll")
    return {"endpoint_id": endpoint.pk, "event_id": event.pk, "source_id": source.pk}


def _signed_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client
