"""Style sheet, script and templates hold what was promised: contrast, size, no inline code."""

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "portal" / "static" / "portal"
CSS = (STATIC / "portal.css").read_text()
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAIRS = [  # text, ground, least contrast
    ("ink", "paper", 7), ("ink", "surface", 7), ("ink2", "paper", 4.5), ("ink2", "sunken", 4.5),
    ("ink2", "surface", 4.5), ("daun", "paper", 4.5), ("daun", "surface", 4.5),
    ("on-daun", "daun", 4.5), ("on-daun", "daun-h", 4.5), ("ink", "daun-soft", 4.5),
    ("ink2", "daun-soft", 4.5), ("daun", "daun-soft", 4.5), ("senja", "senja-soft", 4.5),
    ("ink", "senja-soft", 4.5), ("segel", "segel-soft", 4.5), ("segel", "paper", 4.5),
    ("ink", "segel-soft", 4.5), ("bata", "bata-soft", 4.5), ("bata", "surface", 4.5),
    ("bata", "paper", 4.5), ("ink", "bata-soft", 4.5), ("ink2", "bata-soft", 4.5),
    ("on-bata", "bata", 4.5), ("ok", "ok-soft", 4.5), ("ink", "ok-soft", 4.5),
    ("daun", "ok-soft", 4.5), ("warn", "warn-soft", 4.5), ("ink", "warn-soft", 4.5),
    ("info", "info-soft", 4.5), ("ink", "info-soft", 4.5), ("daun", "info-soft", 4.5),
    ("edge", "paper", 3), ("edge", "surface", 3), ("focus", "paper", 3),
]  # fmt: skip


def _tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):(#[0-9A-Fa-f]{3,6})", block))


def _themes() -> dict[str, dict[str, str]]:
    light = _tokens(CSS[CSS.index(":root{color-scheme") : CSS.index("@media (prefers-color")])
    by_system = _tokens(
        CSS[CSS.index("@media (prefers-color") : CSS.index(":root[data-theme=t")]
    )
    chosen = CSS.index(":root[data-theme=gelap]")
    dark = _tokens(CSS[chosen : CSS.index("}", chosen)])
    assert by_system == dark, "the two dark palettes differ"
    return {"light": light, "dark": dark}


def _light(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS)
def test_contrast(theme, text, ground, least):
    tokens = _themes()[theme]
    bright, dim = sorted((_light(tokens[text]), _light(tokens[ground])), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= least


def test_the_first_view_is_light():
    sizes = {
        name: len(gzip.compress((STATIC / name).read_bytes()))
        for name in ("portal.css", "portal.js")
    }
    font = (STATIC / "font" / "jakarta.woff2").stat().st_size
    assert sizes["portal.js"] <= 1300
    assert sizes["portal.css"] <= 7000
    assert sum(sizes.values()) + font <= 34_000  # leaves 26 of 60 KB for pages and icons


def test_the_font_brings_its_licence():
    assert "SIL Open Font License" in (STATIC / "font" / "OFL.txt").read_text()


def test_no_style_sheet_calls_outside():
    assert not re.search(r"url\(['\"]?(https?:|//|data:)", CSS)
    assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg", "", "".join(
        (STATIC / name).read_text() for name in ("portal.js", "ikon.svg")))  # fmt: skip


@pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT / "templates"))
)
def test_templates_hold_no_inline_code(path):
    text = path.read_text()
    markup = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text)
    assert not re.search(r"<[^>]*\sstyle\s*=", markup), "inline style"
    assert not re.search(r"<[^>]*\son\w+\s*=", markup), "inline handler"
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), "inline script"
    assert "<style" not in text
    assert "|safe" not in text
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL):
        assert "{% csrf_token %}" in form or "components/" in form, form[:80]


def test_reduced_motion_print_and_forced_colours_are_thought_of():
    for query in (
        "prefers-reduced-motion:no-preference",
        "forced-colors:active",
        "@media print",
    ):
        assert query in CSS
    outside = CSS[: CSS.index("@media (prefers-reduced-motion:no-preference)")]
    assert "transition" not in outside
    assert "animation" not in CSS
