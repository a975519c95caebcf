"""Pages travel without the indentation of their templates, and with every word apart."""

from pathlib import Path

from django.template import engines
from django.template.base import Origin

from portal.common.loaders import PageLoader

DJANGO = engines["django"].engine


def loaded(folder: Path, name: str, text: str) -> str:
    """Return what the loader makes of a file."""
    path = folder / name
    path.write_text(text, "utf-8")
    return PageLoader(DJANGO).get_contents(Origin(str(path), name))


def test_a_page_loses_indentation_and_no_line(tmp_path):
    text = "<p>\n    one\n\t<b>two</b>\n\n  three four</p>\n"
    assert loaded(tmp_path, "a.html", text) == "<p>\none\n<b>two</b>\n\nthree four</p>\n"


def test_a_letter_stays_as_it_was_written(tmp_path):
    assert loaded(tmp_path, "a.txt", "one\n    two\n") == "one\n    two\n"


def test_the_house_loads_its_pages_with_it():
    page = DJANGO.get_template("base.html")
    assert not [line for line in page.source.splitlines() if line.startswith((" ", "\t"))]
