"""Who goes leaves nothing stopped: what runs in their name passes to a new owner, the rest is listed and said."""

import pytest

from docuai.bulk.models import RunDraft
from platform_core.access.freshness import FRESH_AT
from platform_core.access.models import ApiKey
from platform_core.audit.models import AuditEvent
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Membership, Team, TeamMembership
from platform_core.webhooks.models import WebhookEndpoint
from tests.factories.keys import make_key
from tests.factories.receivers import make_endpoint
from tests.factories.runs import make_version

pytestmark = pytest.mark.django_db


def remove(cast, person, **given):
    return cast.client(cast.admin).post(f"/orgs/andina/members/{cast.membership(person).pk}/remove/", given)


def api(cast, person, more=""):
    return f"/api/v1/orgs/andina/members/{cast.membership(person).pk}/{more}"


@pytest.fixture
def holding(cast):
    """The editor has a job paused, one done, a draft, an endpoint, a key, a version and a team."""
    with unscoped():
        key, _secret = make_key(cast.andina)
        with tenant(cast.andina.pk):
            version = make_version(cast.andina)
            type(version).objects.filter(pk=version.pk).update(created_by=cast.editor)
            for state in ("paused", "done"):
                Job.objects.create(organization=cast.andina, kind="t", title=state, state=state, started_by=cast.editor)
            RunDraft.objects.create(
                organization=cast.andina, created_by=cast.editor, template=version.template, version=version
            )
            endpoint = make_endpoint(cast.andina, "https://hooks.example/in")
            WebhookEndpoint.objects.filter(pk=endpoint.pk).update(created_by=cast.editor)
            type(key).objects.filter(pk=key.pk).update(created_by=cast.editor)
            team = Team.objects.create(organization=cast.andina, name="Sales")
            TeamMembership.objects.create(
                organization=cast.andina, team=team, membership=Membership.objects.get(user=cast.editor)
            )
    return cast


def owners(cast):
    with unscoped(), tenant(cast.andina.pk):
        jobs = dict(Job.objects.filter(title__in=["paused", "done"]).values_list("title", "started_by__name"))
        return {
            **jobs,
            "draft": RunDraft.objects.get().created_by.name,
            "endpoint": WebhookEndpoint.objects.get().created_by.name,
        }


def test_the_page_lists_what_the_person_holds(holding):
    page = holding.client(holding.admin).get(f"/orgs/andina/members/{holding.membership(holding.editor).pk}/remove/")
    assert [(one.belonging.name, one.n, one.passes_on) for one in page.context["held"]] == [
        ("jobs", 1, True),
        ("drafts", 1, True),
        ("webhooks", 1, True),
        ("keys", 1, False),
        ("versions", 1, False),
        ("teams", 1, False),
    ]
    with unscoped(), tenant(holding.andina.pk):
        key = ApiKey.objects.get(created_by=holding.editor)
    assert f'<a class="sm" href="/orgs/andina/keys/{key.pk}/">{key.name}</a>' in page.content.decode()
    assert holding.client(holding.admin).get(api(holding, holding.editor, "belongings/")).json()[0] == {
        "name": "jobs",
        "count": 1,
        "passes_on": True,
    }


def test_who_changes_a_role_sees_the_keys_that_outlive_it(holding):
    path = f"/orgs/andina/members/{holding.membership(holding.editor).pk}/role/"
    client = holding.client(holding.admin)
    with unscoped(), tenant(holding.andina.pk):
        key = ApiKey.objects.get(created_by=holding.editor)

    page = client.get(path).content.decode()
    after = client.post(path, {"role": "viewer"}, follow=True).content.decode()

    assert f'<a href="/orgs/andina/keys/{key.pk}/">{key.name}</a>' in page
    assert "editor is Viewer now. 1 API key that they made goes on." in after


def test_without_a_new_owner_nobody_is_removed(holding):
    before = owners(holding)

    refused = remove(holding, holding.editor)

    assert refused.status_code == 422
    assert "Runs and jobs under way (1), Drafts of runs (1), Webhook endpoints (1) run in the name of editor." in (
        refused.content.decode()
    )
    assert "editor" in holding.roles()
    assert owners(holding) == before


def test_the_new_owner_gets_what_runs_and_history_keeps_its_names(holding):
    heir = holding.membership(holding.viewer)
    open_page = holding.client(holding.editor)
    assert open_page.get("/orgs/andina/members/").status_code == 200

    assert remove(holding, holding.editor, heir=heir.pk)["Location"] == "/orgs/andina/members/"

    assert open_page.get("/orgs/andina/members/").status_code == 404
    assert owners(holding) == {"paused": "viewer", "done": "editor", "draft": "viewer", "endpoint": "viewer"}
    with unscoped(), tenant(holding.andina.pk):
        event = AuditEvent.objects.get(action="member.remove")
        assert Job.objects.get(title="paused").state == "paused"
    assert event.changes == {
        "role": ["editor", None],
        "passed_to": [None, "viewer"],
        "jobs": [1, None],
        "drafts": [1, None],
        "webhooks": [1, None],
    }


@pytest.mark.parametrize("heir", ["", "no-id", "0199c2e4-6f1a-7c35-9d1e-3f2b8a4c5d6e"])
def test_an_heir_who_is_none_changes_nothing(holding, heir):
    assert remove(holding, holding.editor, heir=heir).status_code == 422
    assert "editor" in holding.roles()


def test_the_removed_person_is_no_heir(holding):
    mine = holding.membership(holding.editor).pk
    assert remove(holding, holding.editor, heir=mine).status_code == 422


def test_who_leaves_passes_things_to_the_owner(holding):
    assert holding.client(holding.editor).post("/orgs/andina/members/leave/")["Location"] == "/"
    assert owners(holding) == {"paused": "owner", "done": "editor", "draft": "owner", "endpoint": "owner"}


def test_the_api_asks_for_the_heir_and_then_removes(holding):
    admin = holding.client(holding.admin)
    refused = admin.delete(api(holding, holding.editor))
    assert (refused.status_code, refused.json()["code"]) == (409, "heir_needed")

    heir = holding.membership(holding.admin).pk
    assert admin.delete(f"{api(holding, holding.editor)}?heir={heir}").status_code == 204
    assert "editor" not in holding.roles()
    assert owners(holding)["paused"] == "admin"


def test_who_holds_nothing_is_removed_without_asking_for_an_heir(cast):
    page = cast.client(cast.admin).get(f"/orgs/andina/members/{cast.membership(cast.viewer).pk}/remove/")
    assert "Nothing runs in their name, and nothing is theirs." in page.content.decode()
    remove(cast, cast.viewer)
    assert "viewer" not in cast.roles()


def test_removing_by_a_direct_post_needs_a_fresh_proof_of_who_it_is(cast):
    client, url = cast.client(cast.admin), f"/orgs/andina/members/{cast.membership(cast.viewer).pk}/remove/"
    session = client.session
    session[FRESH_AT] = 0
    session.save()

    answer = client.post(url)

    assert (answer.status_code, "viewer" in cast.roles()) == (403, True)
