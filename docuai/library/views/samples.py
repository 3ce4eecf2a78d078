"""What the editor does to samples: another one is shown, kept, renamed, deleted. Source and fields in the form stay."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext as _

from docuai.library import services
from docuai.library.views.editing import Editing, choose, chosen_sample
from docuai.library.views.finding import person


def switch(request: HttpRequest, editing: Editing, *, may_edit: bool) -> str:
    """This will show the sample that the form asks for; what an editor typed into the one before is kept in it."""
    wanted = chosen_sample(editing.version, editing.wanted or None)
    if wanted.id == editing.chosen.id:
        return ""
    if editing.faults:
        return _("Mend this sample first, then choose another.")
    said = _keep(request, editing) if may_edit else ""
    choose(editing, chosen_sample(editing.version, str(wanted.id)))
    return said


def act(request: HttpRequest, editing: Editing, action: str) -> str:
    """This will do what a button of the samples asks for and say so. Raises SampleError."""
    if editing.gone and action != "sample:add":
        raise services.SampleError(_("This sample is not there any more. Choose another."))
    if editing.faults:
        raise services.SampleError(_("Mend this sample first: it cannot be kept as it is."))
    return ACTIONS[action](request, editing) if action in ACTIONS else ""


def _keep(request: HttpRequest, editing: Editing) -> str:
    before = editing.chosen
    if editing.gone or editing.row == before.row:
        return ""
    services.set_sample(actor=person(request), version=editing.version, sample=editing.row, sample_id=before.id)
    return _("Sample “%(name)s” saved.") % {"name": before.name}


def _add(request: HttpRequest, editing: Editing) -> str:
    made = services.add_sample(
        actor=person(request), version=editing.version, name=request.POST.get("new_sample", ""), row=editing.row
    )
    choose(editing, made)
    return _("Sample “%(name)s” added.") % {"name": made.name}


def _rename(request: HttpRequest, editing: Editing) -> str:
    name = request.POST.get("sample_name", "")
    renamed = services.rename_sample(
        actor=person(request), version=editing.version, sample_id=editing.chosen.id, name=name
    )
    editing.chosen = renamed
    return _("Sample “%(name)s” saved.") % {"name": renamed.name}


def _delete(request: HttpRequest, editing: Editing) -> str:
    name = editing.chosen.name
    services.delete_sample(actor=person(request), version=editing.version, sample_id=editing.chosen.id)
    choose(editing, chosen_sample(editing.version, None))
    return _("Sample “%(name)s” deleted.") % {"name": name}


ACTIONS: dict[str, Callable[[HttpRequest, Editing], str]] = {
    "sample:add": _add,
    "sample:rename": _rename,
    "sample:delete": _delete,
}
