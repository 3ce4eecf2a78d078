"""The policy of every answer."""

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from platform_core.kits.web.csp import ContentSecurityPolicyMiddleware, style_nonce


def answer(path: str, *, nonce: bool = False) -> HttpResponse:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(style_nonce(request) if nonce else "")

    return ContentSecurityPolicyMiddleware(view)(RequestFactory().get(path))


def test_an_ordinary_page_allows_no_inline_script_and_no_eval() -> None:
    policy = answer("/")["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe-eval" not in policy
    assert "style-src 'self';" in policy


def test_only_the_admin_may_use_eval() -> None:
    assert "script-src 'self' 'unsafe-eval';" in answer("/admin/x/")["Content-Security-Policy"]
    assert "unsafe-eval" not in answer("/administration/")["Content-Security-Policy"]


def test_a_page_with_an_editor_carries_its_nonce_in_style_src() -> None:
    response = answer("/", nonce=True)
    assert f"style-src 'self' 'nonce-{response.content.decode()}';" in response["Content-Security-Policy"]
