"""Pictures that people send: read by their content within limits, so that what is kept can be drawn anew."""

import base64
import io
import warnings

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from platform_core.kits.web import sniffing

MOST_BYTES = 5_000_000
MOST_PIXELS = 40_000_000
KINDS = ("PNG", "JPEG", "WEBP")


class PictureError(Exception):
    """The file is no picture we take; the message says what to do."""


def read_picture(content: bytes, *, shrink_to: int = 0) -> Image.Image:
    """This will read a PNG, JPEG or WebP as RGBA, upright; raises PictureError. ``shrink_to`` spares memory: no side
    comes out longer than that many pixels."""
    if not content:
        raise PictureError(_("The file is empty. Choose a PNG, JPEG or WebP picture."))
    if len(content) > MOST_BYTES:
        raise PictureError(_("The picture is larger than 5 MB. Choose a smaller one."))
    if sniffing.kind_of(content) not in sniffing.PICTURES:
        raise _no_picture()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of suspicious sizes: the limit below refuses them
            picture = Image.open(io.BytesIO(content), formats=KINDS)
            if picture.width * picture.height > MOST_PIXELS:
                raise PictureError(_("The picture has more than 40 million pixels. Choose a smaller one."))
            if shrink_to:
                picture.draft("RGB", (shrink_to // 2, shrink_to // 2))
                picture.thumbnail((shrink_to, shrink_to))
            return ImageOps.exif_transpose(picture).convert("RGBA")
    except UnidentifiedImageError:
        raise _no_picture() from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise PictureError(_("The picture is damaged. Open it, save it anew and try again.")) from None


def _no_picture() -> PictureError:
    return PictureError(
        _("This is no PNG, JPEG or WebP picture (SVG is not taken: it can hold scripts). Choose another file.")
    )


def as_svg(png: bytes, *, most_bytes: int = 60_000) -> str:
    """This will give a picture of ours as SVG text that holds it, drawn smaller until it is light enough to travel in rows."""
    picture = Image.open(io.BytesIO(png), formats=("PNG",))
    content, (width, height) = png, picture.size
    for side in (480, 320, 160):
        if len(content) <= most_bytes:
            break
        small = picture.copy()
        small.thumbnail((side, side))
        out = io.BytesIO()
        small.save(out, "PNG", optimize=True)
        content, (width, height) = out.getvalue(), small.size
    data = base64.b64encode(content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}"><image width="{width}" height="{height}"'
        f' xlink:href="data:image/png;base64,{data}"/></svg>'
    )
