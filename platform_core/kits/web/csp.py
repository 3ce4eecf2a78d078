"""The content security policy and the other headers of every answer. ``/admin/`` alone has a policy of its own: its Alpine needs eval."""

import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "style-src-attr": "'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "media-src": "'self' blob:",
    "worker-src": "'self' blob:",
    "frame-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",  # falls back to nothing; signing in elsewhere will name where
    "frame-ancestors": "'self'",
    "report-uri": "/csp-reports/",  # browsers without the Reporting API
    "report-to": "csp",
}
ADMIN_POLICY = {**POLICY, "script-src": "'self' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"}
TEXTS = {name: "; ".join(f"{k} {v}" for k, v in each.items()) for name, each in (("", POLICY), ("admin", ADMIN_POLICY))}
ADMIN_PATH = "/admin/"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()",
    "Reporting-Endpoints": 'csp="/csp-reports/"',
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class ContentSecurityPolicyMiddleware:
    """Sets the policy. A page with an editor calls ``style_nonce(request)``; its answer alone then carries the nonce."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will add what the view has not set itself."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        policy = TEXTS["admin" if request.path_info.startswith(ADMIN_PATH) else ""]
        if nonce := getattr(request, "_style_nonce", ""):
            policy = re.sub(r"(style-src [^;]*)", rf"\1 'nonce-{nonce}'", policy, count=1)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response


def style_nonce(request: HttpRequest) -> str:
    """This will give the nonce for style elements of this answer; the same one each time it is asked for."""
    nonce: str = getattr(request, "_style_nonce", "") or secrets.token_urlsafe(16)
    request._style_nonce = nonce  # type: ignore[attr-defined]
    return nonce
