"""Logos: whatever PNG, JPEG or WebP comes in, one PNG goes out, drawn anew: nothing else of the sent file survives."""

import io

from django.utils.translation import gettext as _

from platform_core.kits.web.pictures import PictureError, read_picture
from platform_core.organizations.errors import RoleRefusedError

BOX = (640, 320)
LEAST_SIDE = 32


class LogoError(RoleRefusedError):
    """The file is no logo we take; the text says what to do."""

    def __init__(self, text: str) -> None:
        super().__init__("logo", "bad_logo", text)


def drawn(content: bytes) -> bytes:
    """This will read a picture by its content and return a PNG of at most 640 by 320; raises LogoError."""
    try:
        picture = read_picture(content)
    except PictureError as error:
        raise LogoError(str(error)) from error
    if min(picture.size) < LEAST_SIDE:
        raise LogoError(_("The picture is smaller than 32 pixels. Choose a larger one."))
    picture.thumbnail(BOX)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
