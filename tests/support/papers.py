"""Papers as the demo's people would get them."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from portal.papers.choices import Answer, LeaveBox, LengthUnit
from portal.papers.shapes import (
    Agreement,
    AttestationPaper,
    DecisionLetter,
    LeaveForm,
    Paper,
    ReturnPlanPaper,
    Stage,
    YearBalance,
)

ADDRESS = "https://portal.instansi.go.id/periksa/q7Xw2mVb9KfT4sRzLp3c/"
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def letter(**changes: Any) -> DecisionLetter:
    """Return the permit for three days of leave."""
    return DecisionLetter(**{
        "language": "id",
        "agency": "Badan Kepegawaian Daerah Kota Contoh",
        "agency_address": "Jalan Melati Nomor 12, Jakarta 10110 · telepon (021) 345 6789",
        "number": "800.1.11.4/0089/2026",
        "name": "Rina Kartika Sari, S.E.",
        "nip": "199203152015032001",
        "position": "Analis Anggaran Ahli Muda",
        "unit": "Subbagian Perencanaan dan Keuangan",
        "leave_type": "Cuti sakit",
        "starts_on": date(2026, 11, 24),
        "ends_on": date(2026, 11, 26),
        "length": Decimal(3),
        "length_unit": LengthUnit.CALENDAR_DAYS,
        "legal_basis": (
            (
                "Peraturan Pemerintah Nomor 11 Tahun 2017 tentang Manajemen Pegawai Negeri "
                "Sipil, sebagaimana diubah dengan Peraturan Pemerintah Nomor 17 Tahun 2020"
            ),
            "Peraturan Badan Kepegawaian Negara Nomor 7 Tahun 2021",
        ),
        "conditions": (
            "sebelum menjalankan cuti, pekerjaan diserahkan kepada pegawai yang ditunjuk;",
            "setelah selesai menjalankan cuti, pegawai melapor dan bekerja kembali.",
        ),
        "place": "Jakarta",
        "signed_on": date(2026, 11, 23),
        "official_name": "Dr. Hadi Santoso, M.Si.",
        "official_nip": "197001011995031002",
        "official_office": "Kepala Bagian Sumber Daya Manusia",
        "decree": "821/14/SK/2026",
        "decree_on": date(2026, 1, 5),
        "copies": ("Kepala Subbagian Perencanaan dan Keuangan",),
        "verify_url": ADDRESS,
        **changes,
    })  # fmt: skip


def form(**changes: Any) -> LeaveForm:
    """Return the form in its eight sections, decided."""
    return LeaveForm(**{
        "language": "id",
        "agency": "Badan Kepegawaian Daerah Kota Contoh",
        "place": "Jakarta",
        "asked_on": date(2026, 11, 22),
        "addressed_to": "Kepala Bagian Sumber Daya Manusia",
        "name": "Rina Kartika Sari, S.E.",
        "nip": "199203152015032001",
        "position": "Analis Anggaran Ahli Muda",
        "service_length": "11 tahun 8 bulan",
        "unit": "Subbagian Perencanaan dan Keuangan",
        "kind": LeaveBox.ANNUAL,
        "length": Decimal(5),
        "length_unit": LengthUnit.WORKING_DAYS,
        "starts_on": date(2026, 12, 7),
        "ends_on": date(2026, 12, 11),
        "balances": (
            YearBalance(year=2024, left=Decimal(0)),
            YearBalance(year=2025, left=Decimal(6), note="dibawa dari tahun 2025"),
            YearBalance(year=2026, left=Decimal("7.50")),
        ),
        "address": "Jalan Kenanga Nomor 5, RT 02/RW 07, Kelurahan Cikini, Jakarta Pusat",
        "phone": "0812 3456 7890",
        "consideration": Answer.APPROVED,
        "superior_name": "Agus Wijaya, S.Sos.",
        "superior_nip": "198005052005011003",
        "considered_on": date(2026, 11, 22),
        "decision": Answer.APPROVED,
        "official_name": "Dr. Hadi Santoso, M.Si.",
        "official_nip": "197001011995031002",
        "official_office": "Kepala Bagian Sumber Daya Manusia",
        "decided_on": date(2026, 11, 23),
        "decree": "821/14/SK/2026",
        "number": "800.1.11.4/0090/2026",
        "verify_url": ADDRESS,
        **changes,
    })  # fmt: skip


def attestation(**changes: Any) -> AttestationPaper:
    """Return what the reviewer attests."""
    return AttestationPaper(**{
        "language": "id",
        "agency": "Badan Kepegawaian Daerah Kota Contoh",
        "agency_address": "Jalan Melati Nomor 12, Jakarta 10110",
        "number": "KET-2026-0041",
        "place": "Jakarta",
        "issued_on": date(2026, 11, 23),
        "name": "Rina Kartika Sari, S.E.",
        "nip": "199203152015032001",
        "covers": ((date(2026, 11, 24), date(2026, 11, 26)),),
        "verdict": "Mencakup semua tanggal yang diminta",
        "issuer_class": "dokter",
        "certificate_sha256": HASH,
        "reviewer_number": "PM-07",
        "verify_url": ADDRESS,
        **changes,
    })  # fmt: skip


def plan(**changes: Any) -> ReturnPlanPaper:
    """Return a plan of three stages, one agreement still to come."""
    return ReturnPlanPaper(**{
        "language": "id",
        "agency": "Badan Kepegawaian Daerah Kota Contoh",
        "name": "Rina Kartika Sari, S.E.",
        "unit": "Subbagian Perencanaan dan Keuangan",
        "starts_on": date(2026, 12, 7),
        "ends_on": date(2027, 1, 1),
        "stages": (
            Stage(starts_on=date(2026, 12, 7), ends_on=date(2026, 12, 11), percent=50,
                  hours="3 jam 45 menit sehari", place="Rumah",
                  restrictions=("tanpa lembur", "tanpa piket malam")),
            Stage(starts_on=date(2026, 12, 14), ends_on=date(2026, 12, 18),
                  hours="5 jam sehari", place="Kantor, tiga hari seminggu",
                  restrictions=("tanpa lembur",)),
            Stage(starts_on=date(2026, 12, 21), ends_on=date(2027, 1, 1), percent=100,
                  place="Kantor"),
        ),
        "review_dates": (date(2026, 12, 11), date(2026, 12, 18)),
        "agreements": (
            Agreement(party="Pegawai", who="Rina Kartika Sari, S.E.",
                      agreed_on=date(2026, 11, 30)),
            Agreement(party="Penelaah medis", who="nomor PM-07", agreed_on=date(2026, 11, 30)),
            Agreement(party="Atasan langsung", who="Agus Wijaya, S.Sos.", agreed_on=None),
        ),
        "place": "Jakarta",
        "made_on": date(2026, 11, 30),
        "verify_url": "",
        **changes,
    })  # fmt: skip


PAPERS = {"letter": letter, "form": form, "attestation": attestation, "plan": plan}
"""How each paper is made."""


def texts_of(paper: Paper) -> list[str]:
    """Return the names of a paper's fields that hold free text."""
    return [
        field.name
        for field in fields(paper)
        if isinstance(getattr(paper, field.name), str)
        and field.name not in {"language", "verify_url", "certificate_sha256"}
        and not hasattr(getattr(paper, field.name), "label")
    ]
