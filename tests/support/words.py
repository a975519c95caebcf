"""Words this house does not use: in code, in sentences, in either language."""

import re

from tests.support.sources import identifiers, words_of

NOT_IN_CODE = {
    "patient": "client", "customer": "client", "therapist": "counsellor",
    "tenant": "agency", "department": "unit", "team": "unit", "boss": "manager",
    "supervisor": "manager", "timeslot": "slot", "reservation": "appointment",
    "voucher": "offer", "enrollment": "enrolment",
    "registration": "enrolment", "quota": "entitlement or capacity",
    "counselor": "counsellor", "counseling": "counselling", "canceled": "cancelled",
    "organization": "organisation", "behavior": "behaviour", "favorite": "favourite",
    "utils": "a name that says what", "utilities": "a name that says what",
    "helper": "a name that says what", "helpers": "a name that says what",
    "misc": "a name that says what",
}  # fmt: skip
"""What stands in the glossary's column "Not", and American spelling, with the word to use."""

AMERICAN = re.compile(
    r"\b(counselors?|counseling|canceled|canceling|enrollments?|organi[z]ations?|behaviors?|"
    r"favorites?|colors?|centers?|personali[z]e|recogni[z]e|apologi[z]e)\b",
    re.IGNORECASE,
)

AVOIDED = [
    "gila", "sinting", "ODGJ", "ODMK", "penderita", "pasien", "gangguan jiwa", "sakit mental",
    "kasus", "laporan", "pengaduan", "terlapor", "lemah", "manja", "kurang iman",
    "kurang bersyukur", "semangat", "tetap kuat", "jangan menyerah", "sabar ya", "hanya",
    "cuma", "kok", "wajib", "harus", "segera", "mohon", "harap", "mangkir", "absen",
    "tidak produktif", "ditolak", "nekat", "klik di sini", "submit", "e-konseling",
    "hubungi admin", "100 %", "100%", "dijamin", "gagal bunuh diri", "berhasil bunuh diri",
]  # fmt: skip
_AVOIDED = re.compile(
    "|".join(rf"(?<![\w-]){re.escape(words)}(?![\w-])" for words in AVOIDED), re.IGNORECASE
)
AVOIDED_ENGLISH = re.compile(
    r"\b(crazy|insane|mental(ly)? ill(ness)?|patients?|sufferers?|stay strong|cheer up|"
    r"never give up|click here|guaranteed|100 ?%|committed suicide|contact (the )?admin)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|%\(\w+\)[sd]", re.DOTALL)


def banned_names(code: str) -> list[tuple[int, str]]:
    """Return the names in a module that use a word of the column "Not", each with the cure."""
    return [
        (line, f"{name}: say {NOT_IN_CODE[word]}")
        for line, name in identifiers(code)
        for word in words_of(name)
        if word in NOT_IN_CODE
    ]


def avoided_in(sentence: str) -> list[str]:
    """Return what a sentence should not say to people, in either language."""
    plain = _MARKUP.sub(" ", sentence)
    found = [match.group() for match in _AVOIDED.finditer(plain)]
    found += [match.group() for match in AVOIDED_ENGLISH.finditer(plain)]
    found += [match.group() for match in AMERICAN.finditer(plain)]
    return found + (["!"] if "!" in plain else [])


def sentences_of(template: str) -> list[str]:
    """Return what a template says: its translated strings and its bare text."""
    quoted = re.findall(r"""\{%\s*translate\s+("[^"]*"|'[^']*')""", template)
    blocks = re.findall(
        r"\{%\s*blocktranslate[^%]*%\}(.*?)\{%\s*endblocktranslate\s*%\}", template, re.DOTALL
    )
    return [text[1:-1] for text in quoted] + blocks + [_MARKUP.sub(" ", template)]
