"""Templates cannot smuggle script, style or trust past the policy of the browser."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.support.sources import name_of, templates

PAGES = templates((".html",))
_COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}|<!--.*?-->", re.DOTALL)
TITLE_WORDS = re.compile(
    r"konsel|counsel|lelah|tired|sedih|jiwa|mental|psikolog|therap|krisis|crisis|sakit|ill\b|"
    r"depres|stres|trauma|bunuh|suicid|lingkar|support group",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Return a template without its comments."""
    return _COMMENT.sub("", text)


def find_trust(text: str) -> list[str]:
    """Find text that would go out unescaped."""
    return re.findall(
        r"\|\s*safe(?:seq)?\b|\{%\s*autoescape\s+off|\|\s*force_escape", plain(text)
    )


class _Inline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.found += [f"{tag} {name}" for name in names if name.startswith("on")]
        if tag == "style" or "style" in names:
            self.found.append(f"{tag} style")
        if tag == "script" and "src" not in names:
            data = names.get("type") in {"application/json", "text/plain"}
            self.found += [] if data else ["script without src"]
        for name in ("href", "src", "action", "formaction", "srcset", "poster"):
            value = (names.get(name) or "").strip().lower()
            if re.match(r"javascript:|data:|https?://|//", value):
                self.found.append(f"{tag} {name}={value[:40]}")
        if tag in {"iframe", "object", "embed", "base"}:
            self.found.append(tag)


def find_inline(text: str) -> list[str]:
    """Find inline script, style, handlers, and anything fetched from elsewhere."""
    parser = _Inline()
    # Template tags inside an attribute list would confuse the parser; what they say is words.
    parser.feed(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "x", plain(text), flags=re.DOTALL))
    return parser.found


def find_open_forms(text: str) -> list[str]:
    """Find POST forms without a token against forged requests."""
    forms = re.findall(
        r"<form\b[^>]*>.*?(?:</form>|\Z)", plain(text), re.DOTALL | re.IGNORECASE
    )
    return [
        form[:80]
        for form in forms
        if re.search(r"method\s*=\s*[\"']?post", form.partition(">")[0], re.IGNORECASE)
        and "{% csrf_token %}" not in form
    ]


def find_get_forms(text: str) -> list[str]:
    """Find forms that would write what was typed into the address."""
    heads = re.findall(r"<form\b[^>]*>", plain(text), re.IGNORECASE)
    post = re.compile(r"method\s*=\s*[\"']?post", re.IGNORECASE)
    return [head for head in heads if not post.search(head)]


def find_telling_titles(text: str) -> list[str]:
    """Find page titles that tell a glance what the page is about."""
    titles = re.findall(r"\{%\s*block title\s*%\}(.*?)\{%\s*endblock", text, re.DOTALL)
    titles += re.findall(r"<title>(.*?)</title>", text, re.DOTALL)
    return [title for title in titles if TITLE_WORDS.search(title)]


def find_logic(text: str) -> list[str]:
    """Find work a template should not do: queries, privileges, raw includes of variables."""
    return re.findall(
        r"\.objects\.|\.filter\(|user\.groups|is_superuser|is_staff|\{%\s*load\s+static\s*%\}|"
        r"\|\s*length_is|request\.user\.(?:email|full_name|nip)",
        plain(text),
    )


@pytest.mark.parametrize("path", PAGES, ids=name_of)
@pytest.mark.parametrize(
    "find", [find_trust, find_inline, find_open_forms, find_get_forms, find_telling_titles,
             find_logic],
)  # fmt: skip
def test_a_template_keeps_the_rules(path: Path, find: Callable[[str], list[str]]) -> None:
    assert not find(path.read_text("utf-8"))


def test_every_page_has_a_title_of_its_own() -> None:
    silent = [
        name_of(path)
        for path in PAGES
        if re.search(r"\{%\s*extends\s+\"base\.html\"", text := path.read_text("utf-8"))
        and "{% block title %}" not in text
    ]
    assert not silent


@pytest.mark.parametrize(
    ("find", "bad"),
    [
        (find_trust, "{{ note|safe }}"),
        (find_trust, "{% autoescape off %}"),
        (find_inline, '<button onclick="go()">'),
        (find_inline, "<p style='color:red'>"),
        (find_inline, "<style>p{}</style>"),
        (find_inline, "<script>alert(1)</script>"),
        (find_inline, '<script src="https://cdn.example/x.js"></script>'),
        (find_inline, '<img src="data:image/png;base64,xx">'),
        (find_inline, '<a href="javascript:go()">'),
        (find_inline, "<iframe></iframe>"),
        (find_open_forms, '<form method="post"><input></form>'),
        (find_open_forms, '<form action="/x" method=POST>'),
        (find_get_forms, "<form action='/cari'>"),
        (find_telling_titles, "{% block title %}Konseling{% endblock %}"),
        (find_telling_titles, '{% block title %}{% translate "I am tired" %}{% endblock %}'),
        (find_logic, "{% if user.is_staff %}"),
    ],
)
def test_a_check_finds_what_it_looks_for(find: Callable[[str], list[str]], bad: str) -> None:
    assert find(bad)


def test_a_comment_is_no_offence() -> None:
    assert not find_trust("{# never |safe #}")
    assert not find_inline(
        '<a href="tel:119">119</a><script src="{% static \'a.js\' %}"></script>'
    )
