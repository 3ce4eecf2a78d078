"""The description as a file and as a page: Swagger UI from our own files, without inline scripts or styles."""

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView

AGE_SECONDS = 300


def schema(request: HttpRequest) -> HttpResponse:
    """This will answer the description as YAML, or as JSON where ``?format=json`` or Accept asks for it. Made once a process."""
    as_json = request.GET.get("format") == "json" or "json" in request.headers.get("Accept", "")
    answer = HttpResponse(
        _described(as_json), content_type="application/vnd.oai.openapi+json" if as_json else "application/yaml"
    )
    answer.headers["Cache-Control"] = f"max-age={AGE_SECONDS}"
    return answer


@functools.cache
def _described(as_json: bool) -> bytes:
    generator: Any = SchemaGenerator
    found = generator().get_schema(request=None, public=True)
    renderer: Any = OpenApiJsonRenderer() if as_json else OpenApiYamlRenderer()
    written: bytes = renderer.render(found, renderer_context={})
    return written


class Docs(SpectacularSwaggerSplitView):
    """``/api/docs/``. With ``?script`` the page's script."""

    template_name = "drf_spectacular/docs.html"
    url_name = "api-schema"
    title = "portfolio API"

    @extend_schema(exclude=True)
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """This will show the page, or its script."""
        return super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
