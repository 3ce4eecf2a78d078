"""People's pictures: whatever PNG, JPEG or WebP comes in, one square WebP of 256 px goes out, drawn anew.

Nothing of the sent file survives (metadata, appended bytes, scripts). The whole picture is kept: what is not square is
laid over a blurred copy of itself.
"""

import io

from PIL import Image, ImageFilter, ImageOps

from platform_core.kits.web.pictures import read_picture

SIDE = 256
STORED_BYTES = 65_536


def squared(content: bytes) -> bytes:
    """This will read a picture by its content and return it as a square WebP of at most 64 kB; raises PictureError."""
    picture = read_picture(content, shrink_to=SIDE * 4)
    side = Image.new("RGB", (SIDE, SIDE), "white")
    behind = ImageOps.fit(picture, (SIDE, SIDE)).filter(ImageFilter.GaussianBlur(18))
    whole = ImageOps.contain(picture, (SIDE, SIDE))
    place = ((SIDE - whole.width) // 2, (SIDE - whole.height) // 2)
    side.paste(behind, (0, 0), behind)
    side.paste(whole, place, whole)
    return _written(side)


def _written(picture: Image.Image) -> bytes:
    for quality in (84, 70, 50, 30):
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality)
        if out.tell() <= STORED_BYTES:
            break
    return out.getvalue()
