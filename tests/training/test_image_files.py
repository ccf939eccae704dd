"""Every mode and depth of an image is read right, or refused."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from search.training.data.image_files import read_image


def content(image: Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def first_pixel(image: Image.Image, file_format: str = "PNG", **options: object) -> list[int]:
    pixel: list[int] = read_image(content(image, file_format, **options), 4)[0, 0].tolist()
    return pixel


def test_what_is_transparent_lies_on_white() -> None:
    assert first_pixel(Image.new("RGBA", (4, 4), (0, 0, 0, 0))) == [255, 255, 255]
    assert first_pixel(Image.new("RGBA", (4, 4), (200, 0, 0, 255))) == [200, 0, 0]
    assert first_pixel(Image.new("LA", (4, 4), (0, 0))) == [255, 255, 255]
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([9, 9, 9])
    assert first_pixel(palette, transparency=0) == [255, 255, 255]
    assert first_pixel(palette) == [9, 9, 9]
    assert first_pixel(Image.new("RGB", (4, 4), (1, 2, 3)), transparency=(1, 2, 3)) == [255, 255, 255]


def test_shapes_that_are_only_in_the_alpha_channel_can_be_told_apart() -> None:
    shape = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    shape.paste((0, 0, 0, 255), (0, 0, 4, 8))
    pixels = read_image(content(shape), 8)
    assert pixels[:, :4].max() == 0
    assert pixels[:, 4:].min() == 255


def test_an_image_is_turned_as_its_orientation_says() -> None:
    image = Image.new("RGB", (8, 4))
    image.paste((250, 250, 250), (0, 0, 4, 4))  # the left half
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise: left becomes top
    pixels = read_image(content(image, "JPEG", exif=exif, quality=100), 4)
    assert pixels[0].min() > 200
    assert pixels[-1].max() < 50


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "PPM", "JPEG2000"])
def test_sixteen_bits_keep_their_grey_levels(file_format: str) -> None:
    ramp = np.repeat(np.array([[0, 128 * 257, 200 * 257, 65_535]], np.uint16), 4, axis=0)
    pixels = read_image(content(Image.fromarray(ramp), file_format), 4)
    assert pixels[0, :, 0].tolist() == [0, 128, 200, 255]


def test_numbers_without_a_fixed_range_are_refused() -> None:
    for values, said in (
        (np.zeros((4, 4), np.float32), "floating point"),
        (np.zeros((4, 4), np.int32), "32-bit"),
    ):
        with pytest.raises(ValueError, match=said):
            read_image(content(Image.fromarray(values), "TIFF"), 4)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr"])
def test_other_modes_are_read_as_colours(mode: str) -> None:
    file_format = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    white = Image.new("RGB", (4, 4), "white").convert(mode)
    assert min(first_pixel(white, file_format)) > 250


def test_no_other_program_is_started_for_a_file_that_only_pretends_to_be_an_image() -> None:
    with pytest.raises(OSError, match="cannot identify"):
        read_image(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 4\nshowpage\n", 4)
