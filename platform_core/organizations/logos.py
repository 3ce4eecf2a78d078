"""Logos: whatever PNG, JPEG or WebP comes in, one PNG goes out, drawn anew: nothing else of the sent file survives."""

import io
import warnings

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from platform_core.organizations.errors import RoleRefusedError

BOX = (640, 320)
LEAST_SIDE = 32
MOST_BYTES = 5_000_000
MOST_PIXELS = 40_000_000
KINDS = ("PNG", "JPEG", "WEBP")


class LogoError(RoleRefusedError):
    """The file is no logo we take; the text says what to do."""

    def __init__(self, text: str) -> None:
        super().__init__("logo", "bad_logo", text)


def drawn(content: bytes) -> bytes:
    """This will read a picture by its content and return a PNG of at most 640 by 320; raises LogoError."""
    if not content:
        raise LogoError(_("The file is empty. Choose a PNG, JPEG or WebP picture."))
    if len(content) > MOST_BYTES:
        raise LogoError(_("The picture is larger than 5 MB. Choose a smaller one."))
    picture = _read(content)
    if min(picture.size) < LEAST_SIDE:
        raise LogoError(_("The picture is smaller than 32 pixels. Choose a larger one."))
    picture.thumbnail(BOX)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _read(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of suspicious sizes: the limit below refuses them
            picture = Image.open(io.BytesIO(content), formats=KINDS)
            if picture.width * picture.height > MOST_PIXELS:
                raise LogoError(_("The picture has more than 40 million pixels. Choose a smaller one."))
            return ImageOps.exif_transpose(picture).convert("RGBA")
    except UnidentifiedImageError:
        text = _("This is no PNG, JPEG or WebP picture (SVG is not taken: it can hold scripts). Choose another file.")
        raise LogoError(text) from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise LogoError(_("The picture is damaged. Open it, save it anew and try again.")) from None
