"""What a note about a meeting may not carry: nicknames of the group, numbers, addresses."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from portal.people.rules import fold_alias

Span = tuple[int, int]
"""From a sign of the text up to, not including, another."""

WHOLE_WORDS_UNDER: Final = 3
"""Shorter nicknames are found as whole words only: two letters stand in many a word."""
ACROSS_FROM: Final = 5
"""So long a nickname is found across blanks anywhere; a shorter one from word to word."""
MANY_DIGITS: Final = 9
"""So many digits, whatever stands between them, are a NIP, a NIK or a telephone."""
DIGITS_AT_ONCE: Final = 7
"""So many digits without anything between them are one as well."""
_BETWEEN: Final = r"[ \t\u00a0.()/\-\u2010-\u2015]{0,3}"
_NUMBER: Final = re.compile(rf"\+?\(?\d(?:{_BETWEEN}\d)+")
_MAIL: Final = re.compile(
    r"[\w.+%'\-]*[@\uff20](?=[\w.\-]*[^\W\d_])[\w\-]+(?:[.\uff0e][\w\-]+)*"
)
"""With or without what stands before the sign: a name on a social network finds her, too."""
_CLOCK: Final = re.compile(r"(?<![\d.:])\d{1,2}[.:]\d{2}(?![.:]?\d)")
_DATE: Final = re.compile(
    r"(?<![\d./\-])\d{1,2}([./\-])\d{1,2}\1\d{4}(?![./\-]?\d)"
    r"|(?<![\d./\-])\d{4}-\d{2}-\d{2}(?![./\-]?\d)"
)
_YEARS: Final = range(1900, 2100)


def find_spans(text: str, aliases: Iterable[str]) -> tuple[Span, ...]:
    """
    Return where a text names somebody, in order and without overlaps.

    Nicknames are compared as they are told apart (`fold_alias`), inside words and across blanks
    and signs ("ken anga"). Common words that are nicknames here are found as well.
    """
    found = [*_aliases(text, aliases), *_numbers(text)]
    found += [match.span() for match in _MAIL.finditer(text)]
    return _merged(found)


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text as nicknames are compared; each letter knows its sign and its word."""

    letters: str
    signs: Sequence[int]
    words: Sequence[int]

    def begins_word(self, place: int) -> bool:
        return place == 0 or self.words[place - 1] != self.words[place]

    def ends_word(self, place: int) -> bool:
        """Say whether a word ends before this place."""
        return place == len(self.words) or self.words[place - 1] != self.words[place]


def _fold(text: str) -> _Folded:
    letters: list[str] = []
    signs: list[int] = []
    words: list[int] = []
    word = 0
    for place, sign in enumerate(text):
        folded = fold_alias(sign)
        if not folded and _parts_words(sign):
            word += 1
        letters.append(folded)
        signs += [place] * len(folded)
        words += [word] * len(folded)
    return _Folded("".join(letters), signs, words)


def _parts_words(sign: str) -> bool:
    # Accents and what nobody sees (joiners, marks of direction) lie inside a word.
    return unicodedata.category(sign)[0] not in "MC" or sign.isspace()


def _aliases(text: str, aliases: Iterable[str]) -> Iterator[Span]:
    folded = _fold(text)
    for alias in sorted(set(aliases)):
        wanted = _fold(alias)
        if not wanted.letters:
            continue
        start = folded.letters.find(wanted.letters)
        while start >= 0:
            end = start + len(wanted.letters)
            if _is_meant(folded, start, end, wanted):
                yield folded.signs[start], folded.signs[end - 1] + 1
            start = folded.letters.find(wanted.letters, start + 1)


def _is_meant(folded: _Folded, start: int, end: int, wanted: _Folded) -> bool:
    """Say whether letters that match are the nickname, not an accident of two words."""
    length = end - start
    if folded.begins_word(start) and folded.ends_word(end):
        return True
    if length < WHOLE_WORDS_UNDER:
        return False
    in_one_word = folded.words[start] == folded.words[end - 1]
    of_several = wanted.words[0] != wanted.words[-1]
    return in_one_word or of_several or length >= ACROSS_FROM


def _numbers(text: str) -> Iterator[Span]:
    # What is a time or a day is no number of somebody; its place is kept by blanks that part.
    plain = _DATE.sub(_blank, _CLOCK.sub(_blank, text))
    for match in _NUMBER.finditer(plain):
        if _is_somebodys(match.group()):
            yield match.span()


def _blank(match: "re.Match[str]") -> str:
    return "\n" * len(match.group())


def _is_somebodys(number: str) -> bool:
    runs = re.findall(r"\d+", number)
    digits = sum(map(len, runs))
    if digits >= MANY_DIGITS or max(map(len, runs)) >= DIGITS_AT_ONCE:
        return True
    if number.startswith("+") and digits >= DIGITS_AT_ONCE:
        return True
    # 555 0100 and 3845-6789 are telephones of a town; 2024-2026 are years.
    in_two = len(runs) == 2 and digits >= DIGITS_AT_ONCE and min(map(len, runs)) > 2
    return in_two and not all(int(run) in _YEARS for run in runs)


def _merged(found: Iterable[Span]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for start, end in sorted(found):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return tuple(spans)
