"""
Companies: the labour law's floor, and what a company adds by its own rule.

Half days are allowed and HR may decide. Rows that a company rule fills are switched off until
somebody has read them; a lawyer checks all of it before launch.
"""

from datetime import date
from decimal import Decimal
from typing import Final

from portal.leave.choices import Family, Issuer, Purpose, Unit
from portal.leave.rules.kinds import EvidenceStep
from portal.leave.rules.profiles.shapes import (
    DOCTORS,
    BandRow,
    KindRow,
    RuleSet,
    WeekRow,
    neutral_bands,
)
from portal.people.choices import Employment

_ALL: Final = (Employment.OTHER, Employment.PNS, Employment.PPPK)
_SINCE_UU_13: Final = date(2003, 3, 25)
_SINCE_PP_35: Final = date(2021, 2, 2)
_BIRTH: Final = (EvidenceStep(1, (*DOCTORS, Issuer.MIDWIFE)),)
_COMPANY: Final = "Peraturan perusahaan"

_KINDS: Final = (
    # M; that days go on is the company's rule, not the law's.
    KindRow(
        code="SWASTA-T",
        family=Family.ANNUAL,
        employments=_ALL,
        name_id="Cuti tahunan",
        name_en="Annual leave",
        unit=Unit.WORKING_DAY,
        service_months=12,
        has_account=True,
        yearly=12,
        carry_one=6,
        half_days=True,
        can_refuse=True,
        can_defer=True,
        can_recall=True,
        valid_from=_SINCE_UU_13,
        legal_basis="UU 13/2003 Ps. 79; peraturan perusahaan",
    ),
    # H; no limit, since nobody is dismissed within twelve months.
    KindRow(
        code="SWASTA-S",
        family=Family.SICK,
        employments=_ALL,
        name_id="Cuti sakit",
        name_en="Sick leave",
        unit=Unit.CALENDAR_DAY,
        evidence=(EvidenceStep(1, DOCTORS),),
        evidence_within=7,
        is_provisional=True,
        valid_from=_SINCE_UU_13,
        legal_basis="UU 13/2003 Ps. 93 dan 153",
        position=1,
    ),
    # H
    KindRow(
        code="SWASTA-S-MISC",
        family=Family.SICK,
        employments=_ALL,
        name_id="Cuti sakit",
        name_en="Sick leave",
        unit=Unit.CALENDAR_DAY,
        most=45,
        purpose=Purpose.MISCARRIAGE,
        evidence=_BIRTH,
        evidence_within=7,
        is_provisional=True,
        valid_from=_SINCE_UU_13,
        legal_basis="UU 13/2003 Ps. 82 ayat (2)",
        position=1,
    ),
    # H on three months; M on three more with a doctor's letter.
    KindRow(
        code="SWASTA-M",
        family=Family.MATERNITY,
        employments=_ALL,
        name_id="Cuti melahirkan",
        name_en="Maternity leave",
        unit=Unit.CALENDAR_DAY,
        most_months=3,
        extra_months=3,
        evidence=(*_BIRTH, EvidenceStep(93, DOCTORS)),
        evidence_within=7,
        is_provisional=True,
        valid_from=_SINCE_UU_13,
        legal_basis="UU 13/2003 Ps. 82; UU 4/2024 Ps. 4",
        position=2,
    ),
    # M; three days is the longest of the occasions the law counts.
    KindRow(
        code="SWASTA-AP",
        family=Family.IMPORTANT,
        employments=_ALL,
        name_id="Izin karena alasan penting",
        name_en="Leave for an important reason",
        unit=Unit.WORKING_DAY,
        most=3,
        valid_from=_SINCE_UU_13,
        legal_basis="UU 13/2003 Ps. 93 ayat (4)",
        position=3,
    ),
    # A company's own rule; the name tells others nothing.
    KindRow(
        code="SWASTA-H",
        family=Family.OWN,
        employments=_ALL,
        name_id="Absen berbayar",
        name_en="Paid absence",
        unit=Unit.WORKING_DAY,
        has_account=True,
        yearly=2,
        half_days=True,
        valid_from=_SINCE_PP_35,
        legal_basis=_COMPANY,
        is_on=False,
        position=4,
    ),
)


def _wages(code: str, percent: str, first: int, last: int | None) -> BandRow:
    """Return a stretch of sick leave; a thirtieth of the month's wage a day, by its share."""
    return BandRow(
        family=Family.SICK,
        code=code,
        percent_a_day=Decimal(percent),
        from_day=first,
        until_day=last,
        legal_basis="UU 13/2003 Ps. 93 ayat (3)",
        valid_from=_SINCE_UU_13,
    )


PRIVATE: Final = RuleSet(
    kinds=_KINDS,
    bands=(
        *(band for band in neutral_bands(_COMPANY, _SINCE_UU_13) if band.family != Family.SICK),
        # Four months each of 100, 75, 50 and 25 per cent of the wage (H).
        _wages("W100", "0", 1, 120),
        _wages("W75", "0.83", 121, 240),
        _wages("W50", "1.67", 241, 360),
        _wages("W25", "2.50", 361, None),
    ),
    weeks=(
        WeekRow(
            days=(1, 2, 3, 4, 5),
            weekly_minutes=40 * 60,
            legal_basis="UU 13/2003 Ps. 77; PP 35/2021",
            valid_from=_SINCE_UU_13,
        ),
    ),
    joint_deducts=True,
    joint_basis="SE Menaker tentang cuti bersama di perusahaan",
)
