"""People's pictures: whatever PNG, JPEG or WebP comes in, one square WebP of 256 px goes out, drawn anew.

Nothing of the sent file survives (metadata, appended bytes, scripts). The whole picture is kept: what is not square is
laid over a blurred copy of itself.
"""

import io
import warnings

from django.utils.translation import gettext as _
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

SIDE = 256
MOST_BYTES = 5_000_000
MOST_PIXELS = 40_000_000
KINDS = ("PNG", "JPEG", "WEBP")
STORED_BYTES = 65_536


class PictureError(Exception):
    """The file is no picture we take; the message says what to do."""


def squared(content: bytes) -> bytes:
    """This will read a picture by its content and return it as a square WebP of at most 64 kB; raises PictureError."""
    if not content:
        raise PictureError(_("The file is empty. Choose a PNG, JPEG or WebP picture."))
    if len(content) > MOST_BYTES:
        raise PictureError(_("The picture is larger than 5 MB. Choose a smaller one."))
    picture = _read(content)
    side = Image.new("RGB", (SIDE, SIDE), "white")
    behind = ImageOps.fit(picture, (SIDE, SIDE)).filter(ImageFilter.GaussianBlur(18))
    whole = ImageOps.contain(picture, (SIDE, SIDE))
    place = ((SIDE - whole.width) // 2, (SIDE - whole.height) // 2)
    side.paste(behind, (0, 0), behind)
    side.paste(whole, place, whole)
    return _written(side)


def _read(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of suspicious sizes: the limit below refuses them
            picture = Image.open(io.BytesIO(content), formats=KINDS)
            if picture.width * picture.height > MOST_PIXELS:
                raise PictureError(_("The picture has more than 40 million pixels. Choose a smaller one."))
            picture.draft("RGB", (SIDE * 2, SIDE * 2))
            picture.thumbnail((SIDE * 4, SIDE * 4))
            return ImageOps.exif_transpose(picture).convert("RGBA")
    except UnidentifiedImageError:
        raise PictureError(_("This is no PNG, JPEG or WebP picture. Choose another file.")) from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise PictureError(_("The picture is damaged. Open it, save it anew and try again.")) from None


def _written(picture: Image.Image) -> bytes:
    for quality in (84, 70, 50, 30):
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality)
        if out.tell() <= STORED_BYTES:
            break
    return out.getvalue()
