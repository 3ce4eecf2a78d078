"""What is left to do in a new organization: read from what exists, so that nothing has to be ticked off."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from platform_core.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One thing to do: where it is done, and how to see that it has been."""

    title: Any
    text: Any
    icon: str
    route: str
    is_done: Callable[[Organization], bool]


STEPS: list[SetupStep] = []


def register_setup_step(step: SetupStep) -> None:
    """This will add a step to the end of the checklist; nothing when it is there already."""
    if step not in STEPS:
        STEPS.append(step)


def checklist_of(organization: Organization) -> list[tuple[SetupStep, bool]]:
    """This will tell each step and whether it is done, one query a step; nothing once all are or it was put away."""
    if organization.setup_dismissed_at is not None:
        return []
    found = [(step, step.is_done(organization)) for step in STEPS]
    return found if not all(done for _step, done in found) else []
