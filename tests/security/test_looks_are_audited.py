"""Who looks at a list of people, or takes it away, is written down: who, which list, of how many people.

Walks every GET of ``table.TABLE`` as the owner, pages and API, and looks for names and addresses of other people in the answer. Where
there are any, the same request has left a record with their number. What shows single people on the way to something
else stands in ``SHOWN_IN_PASSING`` with its reason; everything else has to be audited, also what comes next year.
"""

import re

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from docuai.bulk.models import RunRow
from platform_core.accounts.models import User
from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from platform_core.notifications.models import Notification, NotificationDelivery
from platform_core.organizations.models import Membership, Organization, TeamMembership
from tests.factories.keys import bearer
from tests.security.cast import make_cast
from tests.security.table import TABLE
from tests.security.walking import path_of

PERSONS = {
    b"viewer@andina.example": "Vera",
    b"Vera Visible": "Vera",
    b"new@andina.example": "invited",
    b"ana@people.example": "Ximena",
    b"Ximena Quispe": "Ximena",
}
OTHERS = re.compile(b"|".join(map(re.escape, PERSONS)))
SHOWN_IN_PASSING = {
    "member-role": "the name of the one member whose role is changed",
    "member-remove": "the name of the one member who is removed",
    "access-explain": "names to pick from: whoever manages members asks about one of them",
    "organization-settings": "names to pick from: to whom the owner hands the organization over",
    "run-mail": "the mail as the first person of the run will get it",
}
LEAST = 18  # pages and operations that show people: a walk that finds fewer does not see them


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "100000/minute")
    with unscoped():
        yield


@pytest.fixture
def cast(db):
    """The cast of the walk, with people in every list."""
    found = make_cast()
    andina = Organization.objects.get(slug="andina")
    with tenant(andina.pk):
        viewer = Membership.objects.select_related("user").get(pk=found.values["member_id"])
        RunRow.objects.for_organization(andina).update(email="ana@people.example", data={"name": "Ximena Quispe"})
        User.objects.filter(pk=viewer.user_id).update(name="Vera Visible")
        audit(action="organization.rename", target=andina, organization_id=andina.pk, actor=viewer.user)
        TeamMembership.objects.create(organization=andina, team_id=found.values["team_id"], membership=viewer)
        told = Notification.objects.create(
            organization=andina, user=viewer.user, kind="docuai.run.finished", facts={}, dedup_key="1"
        )
        NotificationDelivery.objects.create(organization=andina, notification=told, due_at=timezone.now())
    return found


def answered(client, path, headers):
    """The body of a GET, and the records that it left; all of it is taken back."""
    cache.clear()
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        with service("the test reads the log"):
            before = set(AuditEvent.objects.values_list("id", flat=True))
        answer = client.get(path, headers=headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        with service("the test reads the log"):
            left = list(AuditEvent.objects.exclude(id__in=before).values_list("action", "actor_kind", "changes"))
        transaction.set_rollback(True)
    return body if answer.status_code == 200 else b"", left


def test_every_list_of_people_leaves_a_record_of_who_saw_how_many(cast):
    silent, shown = [], set()
    for route in TABLE:
        if route.method != "GET" or route.owner != 200:
            continue
        callers = [(cast.owner, {})] + ([(cast.anonymous, bearer(cast.key))] if route.is_api else [])
        for client, headers in callers:
            body, left = answered(client, path_of(route, cast.values), headers)
            people = {PERSONS[found] for found in OTHERS.findall(body)}
            if not people or route.name in SHOWN_IN_PASSING:
                continue
            shown.add(route.name)
            counted = [
                changes["people"][1]
                for _action, kind, changes in left
                if kind in ("person", "key") and "people" in changes
            ]
            if not any(count >= len(people) for count in counted):
                silent.append(f"{route.name} ({'key' if headers else 'person'}): shows {sorted(people)}, noted {left}")

    assert not silent, "\n".join(["", *silent])
    assert len(shown) >= LEAST, sorted(shown)
