"""A customer's receiver: a real HTTP server in the test, which answers as it is told and remembers what came."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from platform_core.kits.tenancy.scope import tenant
from platform_core.webhooks import services
from platform_core.webhooks.models import WebhookEndpoint, WebhookSource

Answering = Callable[[Any], None]


@dataclass
class Call:
    """One request that came in; names of headers in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """``status`` and ``headers`` say what it answers; ``answering`` takes the whole conversation over."""

    port: int = 0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"thanks"
    answering: Answering | None = None
    calls: list[Call] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def ids(self) -> list[str]:
        return [call.headers["webhook-id"] for call in self.calls]


@contextmanager
def receiver(**fields: Any) -> Iterator[Receiver]:
    """This will run a receiver on a port of its own until the block ends."""
    found = Receiver(**fields)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            found.calls.append(Call(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            found.arrived.set()
            if found.answering is not None:
                found.answering(self)
                return
            self.send_response(found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(found.body)))
            self.end_headers()
            self.wfile.write(found.body)

        def log_message(self, *_args: Any) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a peer that hangs up on us is what some tests are about

    server = Quiet(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.over.set()
        server.shutdown()
        server.server_close()


def make_endpoint(organization: Any, url: str, event_types: tuple[str, ...] = ("*",), **more: Any) -> WebhookEndpoint:
    """This will make an endpoint; call it outside of any scope."""
    with tenant(organization.pk):
        return services.create_endpoint(
            actor=None, organization=organization, url=url, event_types=event_types, **more
        )[0]


def make_source(organization: Any, name: str = "Payroll") -> tuple[WebhookSource, str]:
    """This will make a source, and return it with its secret."""
    with tenant(organization.pk):
        return services.create_source(actor=None, organization=organization, name=name)
