"""An organization as large as a plan allows: members, roles, shares, a log, jobs, notifications. Rows are written at once.

Import only after the stack is up: models are loaded here.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone

from docuai.library.models import DocumentTemplate, TemplatePersonShare
from docuai.permissions import TEMPLATE_VIEW
from platform_core.accounts.models import User
from platform_core.audit.models import AuditEvent
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.notifications.models import Notification
from platform_core.organizations.models import CUSTOM, CustomRole, Membership, Organization
from platform_core.permissions import MEMBER_VIEW
from tests.benchmarks import cast

CHUNK = 5_000
FIRST = ("Zoë", "Íñigo", "Marta", "Diego", "Valentina", "Åse", "Bogdan", "Chiara")
LAST = ("Quispe", "Ramírez", "O'Brien", "Schäfer", "Núñez", "Larsen", "Okafor", "Ferrari", "Novák", "Haddad", "Silva")


def in_chunks(model: Any, rows: Iterable[Any]) -> None:
    """This will insert rows some thousands at a time."""
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        model.objects.bulk_create(chunk)


def people(slug: str, count: int) -> list[User]:
    """This will make accounts without a password."""
    found = [
        User(
            id=new_id(),
            email=f"{slug}.{number}@people.example",
            name=f"{FIRST[number % len(FIRST)]} {LAST[number % len(LAST)]} {number:05}",
            password="!",
        )
        for number in range(count)
    ]
    in_chunks(User, found)
    return found


def made(slug: str, *, members: int, roles: int, shares: int) -> Organization:
    """This will make an organization whose members hold built-in and custom roles, with templates shared among them."""
    organization = cast.made_organization(slug)
    with unscoped(), tenant(organization.pk):
        own = [
            CustomRole(organization=organization, name=f"Team {n:03} editor", permissions=[MEMBER_VIEW, TEMPLATE_VIEW])
            for n in range(roles)
        ]
        in_chunks(CustomRole, own)
        joined = list(memberships(organization, people(slug, members), own))
        in_chunks(Membership, joined)
        in_chunks(TemplatePersonShare, shared(organization, joined, shares))
    return organization


def memberships(organization: Organization, users: list[User], roles: list[CustomRole]) -> Iterator[Membership]:
    """This will place people: one in two holds a custom role."""
    for number, user in enumerate(users):
        role = roles[number % len(roles)] if number % 2 else None
        name = CUSTOM if role else ("viewer", "editor")[number % 4 // 2]
        yield Membership(id=new_id(), organization=organization, user=user, role=name, custom_role=role)


def shared(organization: Organization, members: list[Membership], count: int) -> Iterator[TemplatePersonShare]:
    """This will share every template with as many members as make up the count."""
    templates = [
        DocumentTemplate(id=new_id(), organization=organization, name=f"Letter {n}", slug=f"letter-{n}", engine="word")
        for n in range(-(-count // len(members)))
    ]
    in_chunks(DocumentTemplate, templates)
    view = Permission.objects.get(content_type__app_label="docuai", codename="view_documenttemplate")
    for template in templates:
        for member in members[: min(len(members), count)]:
            count -= 1
            yield TemplatePersonShare(
                organization=organization,
                content_object=template,
                membership=member,
                user_id=member.user_id,
                permission=view,
            )


def logged(organization: Organization, count: int) -> None:
    """This will fill an audit log."""
    now = timezone.now()
    in_chunks(
        AuditEvent,
        (
            AuditEvent(
                organization=organization,
                at=now - timedelta(seconds=count - number),
                action=("document.view", "template.publish", "member.invite")[number % 3],
                actor_kind="system",
                target_type="docuai.documenttemplate",
                target_id=str(number),
                target_label=f"{FIRST[number % 8]} {LAST[number % 11]} contract {number:06}",
                changes={},
            )
            for number in range(count)
        ),
    )


def worked(organization: Organization, count: int) -> None:
    """This will leave ended jobs behind."""
    now = timezone.now()
    in_chunks(
        Job,
        (
            Job(
                organization=organization,
                kind="docuai.run",
                title=f"{LAST[number % 11]} certificates {number:06}",
                state="done",
                total=1000,
                done=1000,
                finished_at=now,
            )
            for number in range(count)
        ),
    )


def told(organization: Organization, user: User, count: int) -> None:
    """This will fill a person's inbox, two in three read."""
    now = timezone.now()
    in_chunks(
        Notification,
        (
            Notification(
                organization=organization,
                user=user,
                kind="docuai.run.finished",
                facts={"number": number, "done": 998, "failed": number % 2},
                dedup_key=f"bench-{number}",
                read_at=now if number % 3 else None,
            )
            for number in range(count)
        ),
    )
