"""
The civil service: kinds of leave, weeks and pay bands by the rules of ASN.

Every row names its legal basis and the day it took effect; a lawyer checks them before launch.
Confidence stands beside each: H seen in several sources, M in one or disputed, L hearsay.
Left out because no column can hold it without asking where somebody lives: the days of travel
added to annual leave in places hard to reach (PNS 12, PPPK 6); the official grants them in
the dates. Joint leave is nobody's request: it is a calendar, a flag by year and a credit.
"""

from datetime import date
from decimal import Decimal
from typing import Final

from portal.leave.choices import Care, Decider, Family, Issuer, PatternKind, Purpose, Unit
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

_PNS: Final = (Employment.PNS,)
"""Candidates (CPNS) are among them."""
_PPPK: Final = (Employment.PPPK,)
_BOTH: Final = (Employment.PNS, Employment.PPPK)

_SINCE_PP_11: Final = date(2017, 4, 7)
_SINCE_PP_49: Final = date(2018, 11, 28)
_SINCE_PP_17: Final = date(2020, 2, 28)
_SINCE_PERPRES_21: Final = date(2023, 4, 12)

_PNS_BASIS: Final = "PP 11/2017 jo. PP 17/2020; Peraturan BKN 24/2017 jo. 7/2021"
_PPPK_BASIS: Final = "PP 49/2018; Peraturan BKN 7/2022"

_BY_A_DOCTOR: Final = (EvidenceStep(1, DOCTORS),)
_BIRTH: Final = (EvidenceStep(1, (*DOCTORS, Issuer.MIDWIFE)),)

_ANNUAL: Final = (
    # H; that it is not refused but only deferred: M, the form still has the box.
    KindRow(
        code="CT-PNS",
        family=Family.ANNUAL,
        employments=_PNS,
        name_id="Cuti tahunan",
        name_en="Annual leave",
        unit=Unit.WORKING_DAY,
        service_months=12,
        has_account=True,
        yearly=12,
        carry_one=6,
        carry_two=6,
        can_defer=True,
        can_recall=True,
        valid_from=_SINCE_PP_11,
        legal_basis=f"{_PNS_BASIS}, Ps. 311-315, 338",
    ),
    # M; that 18 and 24 days hang on the length of the contract: M-L, so not modelled.
    KindRow(
        code="CT-PPPK",
        family=Family.ANNUAL,
        employments=_PPPK,
        name_id="Cuti tahunan",
        name_en="Annual leave",
        unit=Unit.WORKING_DAY,
        service_months=12,
        has_account=True,
        yearly=12,
        carry_one=6,
        carry_two=6,
        can_refuse=True,
        can_defer=True,
        can_recall=True,
        valid_from=_SINCE_PP_49,
        legal_basis=f"{_PPPK_BASIS} Ps. 7; PP 49/2018 Ps. 78-81",
    ),
    # M; in the first year, for the family alone: six days in all.
    KindRow(
        code="CT-PPPK-1",
        family=Family.IMPORTANT,
        employments=_PPPK,
        name_id="Cuti sebelum satu tahun bekerja",
        name_en="Leave in the first year of service",
        unit=Unit.WORKING_DAY,
        most=6,
        service_below=12,
        has_account=True,
        yearly=6,
        can_refuse=True,
        can_recall=True,
        valid_from=_SINCE_PP_49,
        legal_basis="PP 49/2018 Ps. 80",
        position=1,
    ),
)

_SICK: Final = (
    # H. Since 2020 no government doctor is asked for, however long it lasts; past one year the
    # letter of the examination board, for six months more.
    KindRow(
        code="CS",
        family=Family.SICK,
        employments=_PNS,
        name_id="Cuti sakit",
        name_en="Sick leave",
        unit=Unit.CALENDAR_DAY,
        most_months=12,
        extra_months=6,
        evidence=(EvidenceStep(1, DOCTORS), EvidenceStep(366, (Issuer.BOARD,))),
        evidence_within=7,
        is_provisional=True,
        valid_from=_SINCE_PP_17,
        legal_basis=f"{_PNS_BASIS}, Ps. 319-324 dan III.C",
        position=2,
    ),
    # H on 15 days and one month. One source asks for a government doctor earlier: not followed.
    KindRow(
        code="CS-PPPK",
        family=Family.SICK,
        employments=_PPPK,
        name_id="Cuti sakit",
        name_en="Sick leave",
        unit=Unit.CALENDAR_DAY,
        most_months=1,
        evidence=(
            EvidenceStep(1, DOCTORS),
            EvidenceStep(15, (Issuer.GOVERNMENT, Issuer.BOARD)),
        ),
        evidence_within=7,
        is_provisional=True,
        valid_from=_SINCE_PP_49,
        legal_basis=f"{_PPPK_BASIS} Ps. 12-17; PP 49/2018 Ps. 83",
        position=2,
    ),
    # H; a month and a half is counted as 45 days.
    KindRow(
        code="CS-MISC",
        family=Family.SICK,
        employments=_BOTH,
        name_id="Cuti sakit",
        name_en="Sick leave",
        unit=Unit.CALENDAR_DAY,
        most=45,
        purpose=Purpose.MISCARRIAGE,
        evidence=_BIRTH,
        evidence_within=7,
        is_provisional=True,
        valid_from=_SINCE_PP_49,
        legal_basis="PP 11/2017 Ps. 322; PP 49/2018 Ps. 85",
        position=2,
    ),
    # M; until recovered. That it was an accident at work is HR's finding, not a certificate.
    KindRow(
        code="CS-ACC",
        family=Family.SICK,
        employments=_PNS,
        name_id="Cuti sakit",
        name_en="Sick leave",
        unit=Unit.CALENDAR_DAY,
        purpose=Purpose.ACCIDENT,
        evidence=_BY_A_DOCTOR,
        evidence_within=7,
        is_provisional=True,
        valid_from=_SINCE_PP_11,
        legal_basis="PP 11/2017 Ps. 323",
        position=2,
    ),
    # H; until the end of the contract.
    KindRow(
        code="CS-PPPK-ACC",
        family=Family.SICK,
        employments=_PPPK,
        name_id="Cuti sakit",
        name_en="Sick leave",
        unit=Unit.CALENDAR_DAY,
        purpose=Purpose.ACCIDENT,
        evidence=_BY_A_DOCTOR,
        evidence_within=7,
        is_provisional=True,
        valid_from=_SINCE_PP_49,
        legal_basis="Peraturan BKN 7/2022 Ps. 15",
        position=2,
    ),
)

_MATERNITY: Final = (
    # H; three months more by UU 4/2024 Ps. 4 without an implementing rule for ASN: L, left out.
    KindRow(
        code="CM",
        family=Family.MATERNITY,
        employments=_BOTH,
        name_id="Cuti melahirkan",
        name_en="Maternity leave",
        unit=Unit.CALENDAR_DAY,
        most_months=3,
        evidence=_BIRTH,
        evidence_within=7,
        is_provisional=True,
        valid_from=_SINCE_PP_11,
        legal_basis="PP 11/2017 Ps. 325-327; PP 49/2018 Ps. 86-87",
        position=3,
    ),
)


def _important(
    code: str, purpose: Purpose | None, evidence: tuple[EvidenceStep, ...]
) -> KindRow:
    return KindRow(
        code=code,
        family=Family.IMPORTANT,
        employments=_PNS,
        name_id="Cuti karena alasan penting",
        name_en="Leave for an important reason",
        unit=Unit.CALENDAR_DAY,
        most_months=1,
        purpose=purpose,
        evidence=evidence,
        evidence_within=7,
        can_recall=True,
        valid_from=_SINCE_PP_11,
        legal_basis=f"{_PNS_BASIS}, Ps. 328-331, 338",
        position=4,
    )


_REASONS: Final = (
    # H; the letter of inpatient care and that of the birth by section are certificates, the
    # other reasons are shown to HR.
    _important("CAP", None, ()),
    _important("CAP-ILL", Purpose.FAMILY_ILL, _BY_A_DOCTOR),
    _important("CAP-SECTIO", Purpose.CAESAREAN, _BIRTH),
)


def _long(
    code: str, purpose: Purpose | None, *, service_months: int, can_defer: bool
) -> KindRow:
    return KindRow(
        code=code,
        family=Family.LONG,
        employments=_PNS,
        name_id="Cuti besar",
        name_en="Long leave",
        unit=Unit.CALENDAR_DAY,
        most_months=3,
        service_months=service_months,
        purpose=purpose,
        can_defer=can_defer,
        can_recall=True,
        valid_from=_SINCE_PP_11,
        legal_basis=f"{_PNS_BASIS}, Ps. 316-318, 338",
        position=5,
    )


_LONG: Final = (
    # H; the first pilgrimage and the birth of a fourth child wait for no years of service.
    _long("CB", None, service_months=60, can_defer=True),
    _long("CB-HAJI", Purpose.FIRST_HAJJ, service_months=0, can_defer=False),
    _long("CB-LAHIR", Purpose.BIRTH, service_months=0, can_defer=False),
)

_UNPAID: Final = (
    # M; after the consent of BKN, by the appointing official alone.
    KindRow(
        code="CLTN",
        family=Family.UNPAID,
        employments=_PNS,
        name_id="Cuti di luar tanggungan negara",
        name_en="Leave outside state responsibility",
        unit=Unit.CALENDAR_DAY,
        most_months=36,
        extra_months=12,
        service_months=60,
        can_refuse=True,
        decider=Decider.PPK,
        valid_from=_SINCE_PP_11,
        legal_basis=f"{_PNS_BASIS}, Ps. 334-337",
        position=6,
    ),
)

_WEEK_BASIS: Final = "Perpres 21/2023"
_FIVE_DAYS: Final = (1, 2, 3, 4, 5)


def _ramadan(first: date, last: date) -> WeekRow:
    return WeekRow(
        kind=PatternKind.RAMADAN,
        days=_FIVE_DAYS,
        weekly_minutes=32 * 60 + 30,
        legal_basis=_WEEK_BASIS,
        valid_from=first,
        valid_until=last,
    )


ASN: Final = RuleSet(
    kinds=(*_ANNUAL, *_SICK, *_MATERNITY, *_REASONS, *_LONG, *_UNPAID),
    bands=neutral_bands("Sebelum aturan tunjangan kinerja instansi dimasukkan", _SINCE_PP_11),
    weeks=(
        WeekRow(
            days=_FIVE_DAYS,
            weekly_minutes=37 * 60 + 30,
            legal_basis="Keppres 68/1995",
            valid_from=_SINCE_PP_11,
            valid_until=date(2023, 4, 11),
        ),
        WeekRow(
            days=_FIVE_DAYS,
            weekly_minutes=37 * 60 + 30,
            legal_basis=_WEEK_BASIS,
            valid_from=_SINCE_PERPRES_21,
        ),
        # Of 2027 an estimate (M): HR corrects it when the date has been set.
        _ramadan(date(2026, 2, 19), date(2026, 3, 20)),
        _ramadan(date(2027, 2, 8), date(2027, 3, 9)),
    ),
    joint_deducts=False,
    joint_basis="PP 11/2017 Ps. 333 ayat (2)",
)

_EXAMPLE_BASIS: Final = "Peraturan BKKBN 6/2023 Ps. 23"
_EXAMPLE_SINCE: Final = date(2023, 7, 1)
EXAMPLE_BANDS: Final = (
    # One agency's rule as an example (S); loaded for nobody, entered by whom it concerns.
    BandRow(
        family=Family.SICK,
        code="S0",
        percent_a_day=Decimal(0),
        until_day=3,
        legal_basis=_EXAMPLE_BASIS,
        valid_from=_EXAMPLE_SINCE,
    ),
    BandRow(
        family=Family.SICK,
        code="S1",
        percent_a_day=Decimal(1),
        from_day=4,
        until_day=90,
        legal_basis=_EXAMPLE_BASIS,
        valid_from=_EXAMPLE_SINCE,
    ),
    BandRow(
        family=Family.SICK,
        code="S0",
        percent_a_day=Decimal(0),
        care=Care.INPATIENT,
        until_day=30,
        legal_basis=_EXAMPLE_BASIS,
        valid_from=_EXAMPLE_SINCE,
    ),
)
