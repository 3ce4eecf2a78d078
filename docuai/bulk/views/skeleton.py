"""Starting a run from one uploaded table at once; gives way to the wizard."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from docuai.bulk import services, tabular
from docuai.library.models import TemplateVersion
from docuai.permissions import RUN_START
from platform_core.access.doors import organization_page
from platform_core.organizations.models import Organization


@require_POST
@organization_page(RUN_START)
def start(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will start a run of the uploaded table, or show what is wrong with it and keep the page."""
    published = TemplateVersion.objects.for_organization(organization).filter(state="published")
    version = get_object_or_404(published.select_related("template"), id=request.POST.get("version") or None)
    try:
        file = request.FILES.get("file")
        rows = tabular.rows_of(file.read() if file else b"")
        run = services.request_run(
            actor=request.user,  # type: ignore[arg-type]
            organization=organization,
            version=version,
            rows=rows,
            today=timezone.localdate(),
        )
    except (tabular.TableError, services.RunError) as error:
        return render(
            request, "docuai/bulk/run_list.html", {"organization": organization, "error": str(error)}, status=422
        )
    return redirect("run", slug=organization.slug, number=run.number)
