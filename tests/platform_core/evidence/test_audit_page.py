"""The audit page: every filter in the address, no event lost between pages, a sentence for every action."""

import ast
import datetime
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from platform_core.audit.models import AuditEvent
from platform_core.evidence import selectors
from platform_core.evidence.sentences import SENTENCES, field, sentence
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from tests.platform_core.organizations.conftest import Cast, cast

__all__ = ["cast"]
AUDIT = "/orgs/andina/audit/"
ROOT = Path(settings.ROOT)

# Actions that the code puts together, and what they can become.
COMPOSED = {
    "f'job.{to}'": {"job.queued", "job.paused", "job.canceled"},
    '''f"{kind.replace('docuai.', 'docuai.run.')}"''': {"docuai.run.verify", "docuai.run.merge", "docuai.run.mail"},
}
PASSED_ON = {"action", "permission"}  # names of parameters: their callers are walked too


def actions_in_code():
    for app in settings.TENANCY_APPS + ("portfolio",):
        for file in set((ROOT / app).rglob("*.py")) - set((ROOT / "platform_core/evidence").rglob("*.py")):
            for call in (n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Call)):
                if getattr(call.func, "id", getattr(call.func, "attr", "")) != "audit_refusal":
                    yield from (k.value for k in call.keywords if k.arg == "action")


def constants(node):
    if isinstance(node, ast.IfExp):
        return constants(node.body) | constants(node.orelse)
    if isinstance(node, ast.Constant):
        return {node.value}
    if isinstance(node, ast.JoinedStr):
        return COMPOSED[ast.unparse(node)]
    assert isinstance(node, ast.Name) and node.id in PASSED_ON, f"say in COMPOSED what {ast.unparse(node)} can be"
    return set()


def test_every_action_of_the_code_has_a_sentence():
    used = {
        action for node in actions_in_code() for action in constants(node) if re.fullmatch(r"[a-z_.]+\.[a-z_]+", action)
    }
    assert len(used) > 10
    assert used - SENTENCES.keys() == set()


def test_an_action_without_a_sentence_shows_its_name():
    assert sentence("new.thing") == "Did: new.thing"
    assert field("new_thing") == "new thing"


@pytest.mark.parametrize("text", ["", "x", "person:", "person:x", "king", "person:' or 1=1"])
def test_nonsense_in_the_address_filters_nothing(text):
    found = selectors.filters_of({"who": text, "outcome": text, "days": text or "9999999999999"})
    assert (found.who, found.outcome, found.days) == ("", "", None)


@pytest.fixture
def log(cast: Cast):
    with unscoped(), tenant(cast.andina.pk):
        write(cast, "member.role", actor=cast.admin, target_label="Ana Quispe", changes={"role": ["viewer", "editor"]})
        write(cast, "docuai.run.start", actor=cast.editor, target_label="Run 7", request_id="01JDB74K9M2QTX")
        write(cast, "docuai.run.start", actor=cast.viewer, outcome="denied")
    return cast


def write(cast, action, *, actor=None, **fields):
    return AuditEvent.objects.create(
        organization=cast.andina, action=action, actor=actor, actor_kind="person" if actor else "system", **fields
    )


def page(cast, query="", who=None):
    response = cast.client(who or cast.owner).get(AUDIT + query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def rows(text):
    return re.findall(r'<span class="main">([^<]*)</span>', text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "status"), [("owner", 200), ("admin", 200), ("editor", 403), ("viewer", 403), ("outsider", 404)]
)
def test_who_may_read_it(log, who, status):
    assert log.client(getattr(log, who)).get(AUDIT).status_code == status


@pytest.mark.django_db
def test_a_visitor_signs_in_first(log):
    assert Client().get(AUDIT).status_code == 302


@pytest.mark.django_db
def test_the_newest_stands_first_and_a_denial_names_what_was_wanted(log):
    assert rows(page(log)) == ["Was refused: Start runs", "Launched a run", "Changed a member’s role"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?outcome=denied", ["Was refused: Start runs"]),
        ("?action=member.role", ["Changed a member’s role"]),
        ("?q=quispe", ["Changed a member’s role"]),
        ("?q=01JDB74K9M2QTX", ["Launched a run"]),
        ("?q=editor@andina.example", ["Launched a run"]),
        ("?days=7&outcome=done", ["Launched a run", "Changed a member’s role"]),
        ("?who=system", []),
        ("?q=%00", ["Was refused: Start runs", "Launched a run", "Changed a member’s role"]),
        ("?before=nonsense&after=1_2", ["Was refused: Start runs", "Launched a run", "Changed a member’s role"]),
    ],
)
def test_each_filter_of_the_address(log, query, found):
    assert rows(page(log, query)) == found


@pytest.mark.django_db
def test_one_person(log):
    assert rows(page(log, f"?who=person:{log.admin.pk}")) == ["Changed a member’s role"]


@pytest.mark.django_db
def test_after_filtering_everything_away_the_way_back_is_there(log):
    text = page(log, "?action=nothing.here")
    assert "No event fits these filters" in text
    assert "Clear filters" in text


@pytest.mark.django_db
def test_an_empty_log_says_what_will_stand_there(cast):
    assert "No events yet" in page(cast)


@pytest.mark.django_db
def test_the_opened_event_shows_before_and_after(log):
    with unscoped(), tenant(log.andina.pk):
        event = AuditEvent.objects.get(action="member.role")

    text = page(log, f"?open={event.pk}")

    assert '<dt>Before</dt><dd class="break">Viewer</dd>' in text
    assert '<dt>After</dt><dd class="break">Editor</dd>' in text
    assert "Viewer</dd>" not in page(log)


@pytest.mark.django_db
def test_pages_by_position_lose_no_event_though_new_ones_come(cast):
    with unscoped(), tenant(cast.andina.pk):
        for number in range(7):
            write(cast, "file.store", target_label=f"f{number}")
        everything = selectors.events(cast.andina, selectors.Filters(), now=timezone.now())

        first = selectors.stretch(everything, size=3)
        write(cast, "file.store", target_label="late")
        second = selectors.stretch(everything, before=first.older, size=3)
        third = selectors.stretch(everything, before=second.older, size=3)
        back = selectors.stretch(everything, after=third.newer, size=3)

        labels = [[e.target_label for e in part.events] for part in (first, second, third, back)]
    assert labels == [["f6", "f5", "f4"], ["f3", "f2", "f1"], ["f0"], ["f3", "f2", "f1"]]
    assert (first.newer, third.older) == ("", "")
    assert back.newer and back.older


@pytest.mark.django_db
def test_another_organizations_log_is_not_there(log):
    with unscoped(), service("the other organization's owner writes"):
        other = log.outsider.memberships.get().organization
        AuditEvent.objects.create(organization=other, action="file.store", actor_kind="system", target_label="secret")
    assert "secret" not in page(log)


@pytest.mark.django_db
def test_a_hostile_name_is_text(log):
    with unscoped(), tenant(log.andina.pk):
        write(log, "file.store", target_label="<script>alert(1)</script>", changes={"name": ["<b>", ["x", 1]]})
    assert "<script>alert" not in page(log)


@pytest.mark.django_db
def test_the_page_asks_few_questions(log, django_assert_max_num_queries):
    client = log.client(log.owner)
    client.get(AUDIT)
    with django_assert_max_num_queries(12):
        client.get(AUDIT)


@pytest.mark.django_db
def test_periods_are_counted_back_from_now(log):
    with unscoped(), tenant(log.andina.pk):
        later = timezone.now() + datetime.timedelta(days=8)
        found = selectors.events(log.andina, selectors.Filters(days=7), now=later)
        assert found.count() == 0
        assert selectors.events(log.andina, selectors.Filters(days=30), now=later).count() == 3
