"""A small tus 1.0 client: opens an upload by the API and sends it in pieces of 8 MB."""

import base64
from collections.abc import Iterable

import httpx
from django.conf import settings
from django.urls import reverse

CHUNK = 8 * 1024 * 1024
VERSION = {"Tus-Resumable": "1.0.0"}


def opened(slug: str, key: str, *, name: str, size: int) -> str:
    """This will open an upload of a table and give its address."""
    metadata = ",".join(
        f"{n} {base64.b64encode(v.encode()).decode()}" for n, v in (("filename", name), ("purpose", "docuai.table"))
    )
    headers = {**VERSION, "Upload-Length": str(size), "Upload-Metadata": metadata, "Authorization": f"Bearer {key}"}
    answer = httpx.post(settings.BASE_URL + reverse("api-uploads", kwargs={"slug": slug}), headers=headers, timeout=30)
    answer.raise_for_status()
    return str(answer.headers["location"])


def sent(place: str, key: str, pieces: Iterable[bytes]) -> str:
    """This will send an upload piece by piece and give the id of the file it became."""
    offset, answer = 0, None
    address = place if place.startswith("http") else settings.BASE_URL + place
    with httpx.Client(timeout=120) as client:
        for piece in pieces:
            headers = {**VERSION, "Upload-Offset": str(offset), "Authorization": f"Bearer {key}"}
            headers["Content-Type"] = "application/offset+octet-stream"
            answer = client.patch(address, content=piece, headers=headers).raise_for_status()
            offset += len(piece)
    assert answer is not None and int(answer.headers["Upload-Offset"]) == offset
    return str(answer.headers["Upload-File-Id"])
