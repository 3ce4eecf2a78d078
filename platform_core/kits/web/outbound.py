"""Calls to addresses that customers name (webhooks, later metadata and imports): out to the internet, never back into our net.

A name is resolved once, every address that it gives is checked, and the connection goes to exactly that address, with the
name in SNI, certificate check and ``Host``: a second answer of the DNS changes nothing (rebinding). No redirects, no
proxies, no decompression; one time limit for all of it, one for the connection; what is read is capped. Decision 0007.
"""

import functools
import http.client
import io
import ipaddress
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

CONNECT_SECONDS, TOTAL_SECONDS = 4.0, 12.0
MAX_BODY, MAX_HEADERS, MAX_URL, MAX_ADDRESSES = 64_000, 16_000, 500, 3
LOOPBACK = ("127.0.0.0/8", "::1/128")
# IANA special-purpose registries (RFC 6890 and later), and what clouds keep behind public numbers.
CLOSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
        *("192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
        *("224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
        # of IPv6 only 2000::/3 is open at all: mapped, NAT64, unique local, link-local, multicast lie outside of it
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)
GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")
LOCAL_NAMES = (
    "localhost",
    "local",
    "internal",
    "localdomain",
    "home.arpa",
    "onion",
    "intranet",
    "lan",
    "corp",
    "metadata",
)
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_NUMERIC = re.compile(r"(0x[0-9a-f]*|[0-9]+)\.?")  # the last label of any notation of IPv4
Resolve = Callable[[str, int], list[str]]


class OutboundError(Exception):
    """Nothing came back that could be used. ``code`` is stable: programs and texts go by it.

    ``may_have_arrived``: the peer was connected and the request on its way, so it may have been taken.
    """

    may_have_arrived = False

    def __init__(self, code: str, detail: str = "", *, address: str = "") -> None:
        super().__init__(detail or code)
        self.code, self.address = code, address


class RefusedAddressError(OutboundError):
    """We do not call this address: nothing has left."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be called, as far as its text tells. ``url`` is the one spelling that we store."""

    url: str
    scheme: str
    host: str
    port: int
    path: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: at most ``MAX_BODY`` bytes of the body, as they were sent. ``is_cut``: there was more."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_cut: bool
    address: str
    milliseconds: int

    @property
    def header(self) -> Mapping[str, str]:
        return {name.lower(): value for name, value in self.headers}


@dataclass(slots=True)
class Deadline:
    """One limit over all steps: each wait gets what is left."""

    seconds: float
    began: float = field(default_factory=time.monotonic)
    is_exchanging: bool = False

    def left(self, at_most: float = 3600.0) -> float:
        """This will say how long one step may wait; raises OutboundError when there is no time left."""
        rest = self.seconds - (time.monotonic() - self.began)
        if rest <= 0:
            raise OutboundError("timeout")
        return min(rest, at_most)

    @property
    def milliseconds(self) -> int:
        return round(1000 * (time.monotonic() - self.began))


def target_of(url: str) -> Target:
    """This will read an address and refuse what can be refused by its text; raises RefusedAddressError.

    Numbers that are no dotted IPv4 (decimal, octal, hex, short), names and passwords before an @, fragments, control
    characters, host names of internal networks, ports of other services. ``is_open`` judges what a name resolves to.
    """
    if len(url) > MAX_URL or not url.isprintable() or any(sign in url for sign in ' \\"<>^`{|}'):
        raise RefusedAddressError("malformed")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise RefusedAddressError("malformed") from None
    if parts.scheme not in ("https", "http"):
        raise RefusedAddressError("scheme")
    if "@" in parts.netloc:
        raise RefusedAddressError("credentials")
    if not parts.hostname or "#" in url or "%" in parts.netloc or not (parts.path + parts.query).isascii():
        raise RefusedAddressError("malformed")
    host = _host(parts.hostname)
    is_local = _is_loopback_name(host)
    if is_local and not settings.OUTBOUND_LOOPBACK:
        raise RefusedAddressError("private")
    if parts.scheme == "http" and not is_local:
        raise RefusedAddressError("scheme")
    port = port if port is not None else (443 if parts.scheme == "https" else 80)
    if not is_local and port != 443 and not 1024 <= port <= 65535:
        raise RefusedAddressError("port")
    shown = f"[{host}]" if ":" in host else host
    default = port == (443 if parts.scheme == "https" else 80)
    netloc = shown if default else f"{shown}:{port}"
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return Target(f"{parts.scheme}://{netloc}{path}", parts.scheme, host, port, path)


def is_open(address: str) -> bool:
    """This will say whether an address lies on the public internet; with the development setting, on this machine too."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # also fe80::1%eth0: a zone is never public
        return False
    if settings.OUTBOUND_LOOPBACK and _is_in(found, LOOPBACK):
        return True
    if isinstance(found, ipaddress.IPv6Address) and (found not in GLOBAL_IPV6 or _is_isatap(found)):
        return False
    return not any(found.version == net.version and found in net for net in CLOSED)


def resolve(host: str, port: int) -> list[str]:
    """This will ask the system's resolver once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float = TOTAL_SECONDS,
    connect_seconds: float = CONNECT_SECONDS,
    resolver: Resolve = resolve,
) -> Answer:
    """This will POST once and return whatever was answered, a redirect too; raises OutboundError.

    No network call of the caller's may stand in a transaction: this one waits up to ``seconds``.
    """
    target, deadline = target_of(url), Deadline(seconds)
    addresses = _checked_addresses(target, deadline, resolver, connect_seconds)
    try:
        return _posted(target, addresses, body, headers, deadline, connect_seconds)
    except OutboundError as error:
        error.may_have_arrived = deadline.is_exchanging
        raise


def _posted(
    target: Target,
    addresses: list[str],
    body: bytes,
    headers: Mapping[str, str],
    deadline: Deadline,
    connect_seconds: float,
) -> Answer:
    address = addresses[0]
    try:
        raw, address = _dialed(target, addresses, deadline, connect_seconds)
        line = _secured(raw, target, deadline, connect_seconds)
        try:
            return _exchanged(line, target, address, body, headers, deadline)
        finally:
            line.end()
    except OutboundError as error:
        error.address = address
        raise
    except ssl.SSLCertVerificationError as error:
        raise OutboundError("certificate", error.verify_message, address=address) from error
    except ssl.SSLError as error:
        raise OutboundError("tls", str(error.reason or error), address=address) from error
    except TimeoutError as error:
        raise OutboundError("timeout", address=address) from error
    except (http.client.HTTPException, ValueError) as error:  # RemoteDisconnected is one too
        code = "closed" if isinstance(error, http.client.RemoteDisconnected | http.client.IncompleteRead) else "garbled"
        raise OutboundError(code, type(error).__name__, address=address) from error
    except ConnectionRefusedError as error:
        raise OutboundError("refused", address=address) from error
    except (ConnectionError, EOFError) as error:
        raise OutboundError("closed", address=address) from error
    except OSError as error:
        raise OutboundError("unreachable", str(error.strerror or error), address=address) from error


def _host(name: str) -> str:
    """One spelling for a host: lower case, IDNA in ASCII, no dot at the end; a literal address as the standard writes it."""
    if ":" in name:
        try:
            return _open_literal(str(ipaddress.ip_address(name)))
        except ValueError:
            raise RefusedAddressError("malformed") from None
    try:
        ascii_name = name.encode("idna").decode().lower()  # also turns full-width digits and dots into plain ones
    except UnicodeError:
        raise RefusedAddressError("malformed") from None
    host = ascii_name.removesuffix(".")
    if not host or len(host) > 253 or not _NAME.fullmatch(host):
        raise RefusedAddressError("malformed")
    if _NUMERIC.fullmatch(host.rpartition(".")[2]):
        try:
            return _open_literal(str(ipaddress.IPv4Address(host)))
        except ValueError:
            raise RefusedAddressError("number") from None
    if _is_loopback_name(host):
        return host
    if "." not in host or host.rpartition(".")[2] in LOCAL_NAMES or host.endswith(".home.arpa"):
        raise RefusedAddressError("private")
    return host


def _open_literal(address: str) -> str:
    if not is_open(address):
        raise RefusedAddressError("private", address=address)
    return address


def _is_loopback_name(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return _is_in(ipaddress.ip_address(host), LOOPBACK)
    except ValueError:
        return False


def _is_in(address: Any, networks: tuple[str, ...]) -> bool:
    return any(address in ipaddress.ip_network(net) for net in networks if (":" in net) == (address.version == 6))


def _is_isatap(address: ipaddress.IPv6Address) -> bool:
    return int(address) >> 32 & 0xFFFF_FFFF in (0x00005EFE, 0x02005EFE)


def _checked_addresses(target: Target, deadline: Deadline, resolver: Resolve, connect_seconds: float) -> list[str]:
    """All addresses of the name must be open: one that is not gives the name away as an attempt."""
    addresses = _resolved(target, deadline.left(connect_seconds), resolver)
    if not addresses:
        raise OutboundError("unknown_host")
    if closed := [address for address in addresses if not is_open(address)]:
        raise RefusedAddressError("private", address=closed[0])
    return addresses[:MAX_ADDRESSES]


def _resolved(target: Target, seconds: float, resolver: Resolve) -> list[str]:
    """The resolver knows no time limit: it runs beside us, and we wait no longer than ours."""
    found: list[Any] = []

    def ask() -> None:
        try:
            found.append(resolver(target.host, target.port))
        except Exception as error:  # noqa: BLE001  handed over to the waiting thread
            found.append(error)

    thread = threading.Thread(target=ask, name="resolver", daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise OutboundError("timeout")
    if isinstance(found[0], OSError | UnicodeError):
        raise OutboundError("unknown_host") from found[0]
    if isinstance(found[0], Exception):
        raise found[0]
    return list(found[0])


def _dialed(
    target: Target, addresses: list[str], deadline: Deadline, connect_seconds: float
) -> tuple[socket.socket, str]:
    """The first of the checked addresses that answers; a machine without IPv6 gets to the next one at once."""
    for address in addresses:
        try:
            return socket.create_connection((address, target.port), timeout=deadline.left(connect_seconds)), address
        except OSError:
            if address == addresses[-1]:
                raise
    raise OutboundError("unreachable")


def _secured(raw: socket.socket, target: Target, deadline: Deadline, connect_seconds: float) -> "_Line":
    try:
        if target.scheme == "https":
            raw.settimeout(deadline.left(connect_seconds))
            raw = _tls(os.environ.get("SSL_CERT_FILE", "")).wrap_socket(raw, server_hostname=target.host)
    except BaseException:
        raw.close()
        raise
    return _Line(raw, deadline)


@functools.cache
def _tls(_authorities: str) -> ssl.SSLContext:
    """The system's certificate authorities, or those of SSL_CERT_FILE: reading them takes longer than a call."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _exchanged(
    line: "_Line", target: Target, address: str, body: bytes, headers: Mapping[str, str], deadline: Deadline
) -> Answer:
    plain: Any = http.client.HTTPConnection(target.host, target.port)
    plain.sock, plain.auto_open = line, 0
    plain.default_port = 443 if target.scheme == "https" else 80
    sent = {"Accept-Encoding": "identity", "Connection": "close", **headers}
    deadline.is_exchanging = True
    plain.request("POST", target.path, body=body, headers=sent)
    answer = plain.getresponse()
    line.allowed = MAX_HEADERS + MAX_BODY + 64_000  # headers are in; what is read ahead may be more than we keep
    kept = _body(answer)
    pairs = tuple((name, value) for name, value in answer.getheaders())
    return Answer(answer.status, pairs, kept[:MAX_BODY], len(kept) > MAX_BODY, address, deadline.milliseconds)


def _body(answer: Any) -> bytes:
    """What the peer sends beyond the status is for people to read: a body that breaks off does not change the status."""
    kept = b""
    try:
        while len(kept) <= MAX_BODY and (more := answer.read1(16_000)):
            kept += more
    except (OSError, http.client.HTTPException, OutboundError, ValueError):
        return kept
    return kept


class _Line:
    """A socket as ``http.client`` wants one: each wait ends at the deadline, and reading at ``allowed`` bytes.

    ``close`` does nothing: the library calls it before it has read the body. ``end`` does.
    """

    def __init__(self, raw: socket.socket, deadline: Deadline) -> None:
        self.raw, self.deadline, self.allowed, self.taken = raw, deadline, MAX_HEADERS, 0

    def sendall(self, content: bytes) -> None:
        self.raw.settimeout(self.deadline.left())
        self.raw.sendall(content)

    def makefile(self, *_mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self), 8192)

    def close(self) -> None:
        pass

    def end(self) -> None:
        self.raw.close()


class _Reading(io.RawIOBase):
    def __init__(self, line: _Line) -> None:
        self.line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        line = self.line
        if line.taken >= line.allowed:
            raise OutboundError("too_large")
        line.raw.settimeout(line.deadline.left())
        got = line.raw.recv_into(buffer)
        line.taken += got
        return got


def describe(status: int) -> str:
    """This will name a status as HTTP does: 404 Not Found."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
