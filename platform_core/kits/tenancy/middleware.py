"""The frame of a request: whatever scope a view enters after authentication ends here."""

from typing import Any

from platform_core.kits.tenancy.scope import keep_scope, unscoped


class ScopeMiddleware:
    """Stands first. Template rendering, DRF's error handler and exception views all still run inside the scope.

    A streaming body is produced after every middleware has returned: its chunks are given the scope one by one.
    """

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        with unscoped():
            response = self.get_response(request)
            if response.streaming:
                response.streaming_content = keep_scope(response.streaming_content)
            return response
