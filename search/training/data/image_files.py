"""One image file as RGB bytes of a given size, whatever mode and depth it has; what cannot be read right is refused."""

from io import BytesIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

READER = 2
"""Part of every folder's fingerprint: raise it whenever the same file would give other pixels."""

FORMATS = (
    "PNG", "JPEG", "BMP", "DIB", "GIF", "TIFF", "WEBP", "PPM", "TGA", "JPEG2000", "AVIF",
)  # fmt: skip
"""Named, so that no file is handed to a format that starts other programs, whatever its suffix says."""

_SIXTEEN_BITS = ("I;16", "I;16L", "I;16B", "I;16N")
_WITH_ALPHA = ("LA", "PA", "RGBA", "La", "RGBa", "P")


def read_image(content: bytes, size: int) -> npt.NDArray[np.uint8]:
    """A file's first frame, upright and on white, as uint8 [size, size, 3].

    Raises whatever Pillow raises for a damaged file, and ValueError for a mode whose values have no fixed range.
    """
    with Image.open(BytesIO(content), formats=FORMATS) as image:
        image.load()
        upright = ImageOps.exif_transpose(image)
        whole = _as_rgb(upright, image.format or "").resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(whole, np.uint8)


def _as_rgb(image: Image.Image, file_format: str) -> Image.Image:
    if image.mode in _SIXTEEN_BITS or image.mode == "I":
        return _from_sixteen_bits(image, file_format)
    if image.mode == "F":
        raise ValueError(
            "its pixels are floating point numbers without a fixed range; save it with 8 or 16 bits"
        )
    if image.mode == "La":
        image = image.convert("LA")
    if image.mode in _WITH_ALPHA or "transparency" in image.info:
        colours = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", colours.size, "white"), colours).convert("RGB")
    return image.convert("RGB")


def _from_sixteen_bits(image: Image.Image, file_format: str) -> Image.Image:
    """65,535 becomes 255: Pillow's own conversion would cut off at 255 and leave it all but white."""
    if image.mode == "I" and file_format not in ("PNG", "PPM"):  # these have at most 16 bits
        raise ValueError("its pixels are 32-bit numbers without a fixed range; save it with 8 or 16 bits")
    values = np.asarray(image).astype(np.int64)
    if image.mode == "I" and (values.min() < 0 or values.max() > 65_535):
        raise ValueError("its pixels are not within 16 bits; save it with 8 or 16 bits")
    levels = ((values * 255 + 32_767) // 65_535).astype(np.uint8)
    see_through = image.info.get("transparency")
    if isinstance(see_through, int):
        levels[values == see_through] = 255
    return Image.fromarray(levels).convert("RGB")
