"""The square code: the right points, and nothing a content policy would stop."""

import re
from xml.etree import ElementTree as ET

import pytest
import qrcode
from qrcode.constants import ERROR_CORRECT_M

from portal.papers.codes import QUIET, qr_svg
from tests.support.papers import ADDRESS


def points(svg: str) -> set[tuple[int, int]]:
    """Return the dark modules of a code, as a painter would fill them."""
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", svg)
    assert all(forth == back for _, _, forth, back in runs)
    return {
        (int(left) + step, int(top))
        for left, top, length, _ in runs
        for step in range(int(length))
    }


@pytest.mark.parametrize("text", [ADDRESS, "a", "x" * 300, "é ☃"])
def test_the_points_are_those_of_the_code(text: str) -> None:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    expected = {
        (x + QUIET, y + QUIET)
        for y, row in enumerate(code.get_matrix())
        for x, dark in enumerate(row)
        if dark
    }
    svg = qr_svg(text)
    assert points(svg) == expected
    assert f'viewBox="0 0 {code.modules_count + 8} {code.modules_count + 8}"' in svg


def test_it_is_plain_svg() -> None:
    svg = qr_svg('https://x.example/"><script>alert(1)</script>')
    root = ET.fromstring(svg)
    names = {node.tag.rpartition("}")[2] for node in root.iter()}
    assert names == {"svg", "rect", "path"}
    attributes = {name for node in root.iter() for name in node.attrib}
    assert not attributes & {"style", "id", "onload", "href"}
    assert "script" not in svg


def test_a_code_leads_somewhere() -> None:
    with pytest.raises(ValueError, match="leads somewhere"):
        qr_svg("")
    with pytest.raises(ValueError):  # noqa: PT011 - qrcode's own words
        qr_svg("x" * 5000)
