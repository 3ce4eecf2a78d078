"""Samples of a version: the rows that try it. The first stands in the version, the others beside it; documents take none.

A sample may change although its version never does: nothing that was made depends on it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from docuai.library.content import TemplateError
from docuai.library.models import TemplateSample, TemplateVersion
from platform_core.accounts.models import User
from platform_core.audit.services import audit

MOST = 20
NAME_LENGTH = 60
MOST_CHARACTERS = 200_000


class SampleError(TemplateError):
    """A sample cannot be kept like this; the message says why."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a version. The first has the version's own id, and is never deleted."""

    id: UUID
    name: str
    row: Mapping[str, Any]
    first: bool


def samples_of(version: TemplateVersion) -> list[Sample]:
    """This will list a version's samples, the first one first; one query."""
    others = _others(version).order_by("id")
    return [_first(version), *(Sample(each.pk, each.name, each.row, False) for each in others)]


def sample_of(version: TemplateVersion, sample_id: UUID | None) -> Sample:
    """This will give one sample of a version, the first without an id; raises SampleError where it is gone."""
    if sample_id in (None, version.pk):
        return _first(version)
    found = _others(version).filter(pk=sample_id).first()
    if found is None:
        raise SampleError(_("This sample is not there any more. Choose another."))
    return Sample(found.pk, found.name, found.row, False)


def set_sample(
    *, actor: User | None, version: TemplateVersion, sample: Mapping[str, Any], sample_id: UUID | None = None
) -> TemplateVersion:
    """This will replace the row of a sample; pictures and checks use it, documents never do. Raises SampleError."""
    _refuse_large(sample)
    with transaction.atomic():
        chosen = sample_of(version, sample_id)
        if chosen.first:
            _versions(version).update(sample=dict(sample))
            version.sample = dict(sample)
        else:
            _others(version).filter(pk=chosen.id).update(row=dict(sample))
        _say("docuai.template.sample", actor, version, chosen.name)
    return version


def add_sample(*, actor: User | None, version: TemplateVersion, name: str, row: Mapping[str, Any]) -> Sample:
    """This will keep another sample row under a name of its own. Raises SampleError.

    The version's row is locked: two who add the twentieth at once do not both.
    """
    _refuse_large(row)
    with transaction.atomic():
        locked = _versions(version).select_for_update().get()
        if _others(version).count() + 1 >= MOST:
            raise SampleError(_("A version has %(most)s samples at most. Delete one first.") % {"most": MOST})
        named = _free_name(locked, name)
        made = TemplateSample.objects.create(
            organization_id=version.organization_id, version=version, name=named, row=dict(row)
        )
        _say("docuai.template.sample_add", actor, version, named)
    return Sample(made.pk, named, made.row, False)


def rename_sample(*, actor: User | None, version: TemplateVersion, sample_id: UUID | None, name: str) -> Sample:
    """This will give a sample another name. Raises SampleError."""
    with transaction.atomic():
        locked = _versions(version).select_for_update().get()
        chosen = sample_of(locked, sample_id)
        named = _free_name(locked, name, but=chosen)
        if chosen.first:
            _versions(version).update(sample_name=named)
            version.sample_name = named
        else:
            _others(version).filter(pk=chosen.id).update(name=named)
        if named != chosen.name:
            _say("docuai.template.sample", actor, version, named, before=chosen.name)
    return Sample(chosen.id, named, chosen.row, chosen.first)


def delete_sample(*, actor: User | None, version: TemplateVersion, sample_id: UUID | None) -> None:
    """This will delete a sample. Raises SampleError for the first, which previews fall back to."""
    with transaction.atomic():
        chosen = sample_of(version, sample_id)
        if chosen.first:
            raise SampleError(
                _("The first sample stays: previews take it where no other is chosen. Change its values.")
            )
        _others(version).filter(pk=chosen.id).delete()
        _say("docuai.template.sample_delete", actor, version, "", before=chosen.name)


def _first(version: TemplateVersion) -> Sample:
    return Sample(version.pk, version.sample_name or _("First sample"), version.sample, True)


def _versions(version: TemplateVersion) -> Any:
    return TemplateVersion.objects.for_organization(version.organization_id).filter(pk=version.pk)


def _others(version: TemplateVersion) -> Any:
    return TemplateSample.objects.for_organization(version.organization_id).filter(version=version)


def _free_name(version: TemplateVersion, name: str, but: Sample | None = None) -> str:
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > NAME_LENGTH:
        raise SampleError(_("Give the sample a name of 1 to %(most)s characters.") % {"most": NAME_LENGTH})
    taken = {each.name.casefold() for each in samples_of(version) if but is None or each.id != but.id}
    if wanted.casefold() in taken:
        raise SampleError(_("There is a sample “%(name)s” already. Choose another name.") % {"name": wanted})
    return wanted


def _refuse_large(row: Mapping[str, Any]) -> None:
    if len(json.dumps(row, ensure_ascii=False, default=str)) > MOST_CHARACTERS:
        raise SampleError(_("The sample row is too long: %(most)s characters at most.") % {"most": MOST_CHARACTERS})


def _say(action: str, actor: User | None, version: TemplateVersion, name: str, *, before: str = "") -> None:
    changes = {} if action == "docuai.template.sample" and not before else {"name": [before or None, name or None]}
    audit(action=action, target=version, actor=actor, target_label=version.template.name, changes=changes)
