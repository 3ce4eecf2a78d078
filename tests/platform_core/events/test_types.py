"""Every type of event that the code emits is declared, with a label and an example that holds ids and counts."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_core.events.registry import EVENT_TYPES, EventType, declare
from platform_core.jobs.registry import KINDS
from portfolio.stack.places import ROOT

APPS = ("platform_core", "docuai", "academy", "marketing", "portfolio")
# Calls whose type is a name: what they can be, looked at one by one.
GIVEN = {
    "platform_core/organizations/services/belonging.py": {
        "member.role",
        "member.remove",
        "member.leave",
        "organization.transfer",
    },
    "platform_core/organizations/services/teams.py": {"team.created", "team.changed", "team.deleted"},
    "platform_core/access/sharing.py": {"share.granted", "share.ended"},
    "docuai/library/services/publishing.py": {"docuai.template.published", "docuai.template.deprecated"},
}
WITHOUT_NEWS = {"portfolio.demo"}  # jobs that end by themselves


@functools.cache
def calls() -> tuple[tuple[str, ast.expr], ...]:
    return tuple(walked())


def walked() -> Iterator[tuple[str, ast.expr]]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            name, text = str(path.relative_to(ROOT)), path.read_text()
            for node in ast.walk(ast.parse(text)) if "emit(" in text else ():
                if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "emit":
                    yield from ((name, word.value) for word in node.keywords if word.arg == "type")


def types_of(name: str, value: ast.expr) -> set[str]:
    """What an expression can be: a text, one of two, or the end of a job of any kind."""
    if isinstance(value, ast.Constant):
        return {str(value.value)}
    if isinstance(value, ast.IfExp):
        return types_of(name, value.body) | types_of(name, value.orelse)
    if isinstance(value, ast.JoinedStr) and name == "platform_core/jobs/services.py":
        return {f"{kind}.finished" for kind in KINDS if kind not in WITHOUT_NEWS}
    return GIVEN.get(name, {f"{name}:{value.lineno} emits a type that nobody can read: add it to GIVEN"})


def test_every_event_that_is_emitted_is_declared():
    emitted = {type for name, value in calls() for type in types_of(name, value)}

    assert len(emitted) > 15
    assert sorted(emitted - EVENT_TYPES.keys()) == [], "declare them in <app>/event_types.py"


def test_a_type_has_a_label_and_an_example_without_names_or_addresses():
    for one in EVENT_TYPES.values():
        assert str(one.label), one.name
        assert "@" not in str(dict(one.example)), one.name
        one.resource.format(**one.example)


def test_a_type_is_declared_once():
    with pytest.raises(ValueError, match="twice"):
        declare(EventType("key.created", "again"))


def test_the_walk_reads_the_code():
    assert Path(ROOT / "docuai/event_types.py").exists()
    assert ("platform_core/access/services.py", "key.created") in {
        (name, value.value) for name, value in calls() if isinstance(value, ast.Constant)
    }
