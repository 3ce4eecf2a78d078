"""The register of personal data: every model of ours says whose data it holds, why, for how long, and how it goes.

A model sets ``personal_data`` to a :class:`PersonalData` or to :class:`NoPersonalData` with the reason; a test walks all
models and fails for one that does neither. The privacy slice reads the register for exports and erasures.
"""

from dataclasses import dataclass
from typing import Literal

Erasure = Literal["delete", "anonymize", "keep"]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What one row says about a person. ``subject`` is the path to the person (a field, or ``related__field``)."""

    subject: str
    purpose: str
    retention: str
    export: tuple[str, ...]
    erasure: Erasure
    basis: str = "contract"


@dataclass(frozen=True, slots=True)
class NoPersonalData:
    """The row holds nothing about a person; ``why`` is for whoever audits the register."""

    why: str
