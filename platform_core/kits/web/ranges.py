"""Bytes by HTTP: ranges (RFC 9110 section 14), validators, and the headers of a download (RFC 6266).

Whoever has bytes gives their length and a reader; nothing here knows where they lie. One range a request: a client that
asks for several gets the whole, as the standard allows. Markup is never shown inside our origin, whatever its type says.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

Read = Callable[[int, int], Iterator[bytes]]
PDF = "application/pdf"
# What a browser may show in our origin. All else is saved: HTML, SVG and XML could run as us.
SHOWN = frozenset(
    [
        PDF,
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/avif",
        "text/plain",
        "text/csv",
        "audio/mpeg",
        "video/mp4",
    ]
)
# What people brought runs nothing and reaches nothing, even opened as a page of its own. Viewers of PDF need the site's policy.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; frame-ancestors 'self'; sandbox"
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})\Z")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/]')
_NOT_ASCII = re.compile(r"[^\x20-\x7e]")


def ranged(
    request: HttpRequest,
    *,
    length: int,
    read: Read,
    content_type: str,
    file_name: str,
    etag: str = "",
    inline: bool = False,
) -> HttpResponseBase:
    """This will answer GET and HEAD with the bytes, a range of them (206), or 416 where the range lies outside.

    ``read(offset, size)`` yields exactly ``size`` bytes. ``etag`` is an opaque text that changes with the content.
    """
    headers = _headers(length, content_type, file_name, f'"{etag}"' if etag else "", inline)
    if etag and _matches(request.headers.get("If-None-Match", ""), etag):
        return HttpResponse(status=304, headers={name: headers[name] for name in ("ETag", "Cache-Control")})
    wanted = _wanted(request, length, etag)
    if wanted is None:
        kept = {name: headers[name] for name in ("Accept-Ranges", "Cache-Control")}
        return HttpResponse(status=416, headers={**kept, "Content-Range": f"bytes */{length}"})
    start, size = wanted
    status = 200
    if (start, size) != (0, length):
        status = 206
        headers |= {"Content-Range": f"bytes {start}-{start + size - 1}/{length}", "Content-Length": str(size)}
    if request.method == "HEAD" or not size:
        answer: Any = HttpResponse(status=status, headers=headers)
    else:
        answer = StreamingHttpResponse(read(start, size), status=status, headers=headers)
    return answer  # type: ignore[no-any-return]


def disposition(file_name: str, *, inline: bool = False) -> str:
    """This will write Content-Disposition with an ASCII name for old clients and the true one in UTF-8 (RFC 6266, 8187)."""
    name = _UNSAFE.sub("_", file_name).strip() or "download"
    plain = _NOT_ASCII.sub("_", name)
    extended = f"; filename*=UTF-8''{quote(name, safe='')}" if plain != name else ""
    return f'{"inline" if inline else "attachment"}; filename="{plain}"{extended}'


def may_show(content_type: str) -> bool:
    """This will say whether a browser may show it in our origin; else it is saved."""
    return content_type.partition(";")[0].strip().lower() in SHOWN


def _headers(length: int, content_type: str, file_name: str, etag: str, inline: bool) -> dict[str, str]:
    shown = inline and may_show(content_type)
    headers = {
        "Content-Type": content_type,
        "Content-Length": str(length),
        "Content-Disposition": disposition(file_name, inline=shown),
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "" if content_type == PDF else SANDBOX,
        "Cache-Control": "private, no-cache",
        "ETag": etag,
    }
    return {name: value for name, value in headers.items() if value}


def _matches(header: str, etag: str) -> bool:
    return header.strip() == "*" or any(tag.strip().removeprefix("W/") == f'"{etag}"' for tag in header.split(","))


def _wanted(request: HttpRequest, length: int, etag: str) -> tuple[int, int] | None:
    """Start and size of what to send; None for a range that cannot be satisfied."""
    whole = (0, length)
    condition = request.headers.get("If-Range", "")
    if request.method not in ("GET", "HEAD") or (condition and condition != f'"{etag}"'):
        return whole
    found = _RANGE.match(request.headers.get("Range", "").replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return whole
    first, last = found.groups()
    if not first:  # the last n bytes
        size = min(int(last), length)
        return (length - size, size) if size else None
    start, end = int(first), min(int(last or length), length - 1)
    if last and int(last) < start:
        return whole  # not a range at all: to be ignored
    return (start, end - start + 1) if start < length else None
