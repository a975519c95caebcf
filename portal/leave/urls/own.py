"""Paths of whoever asks for leave."""

from django.urls import URLPattern, path

from portal.leave.views import asking, news, own, papers

_REQUEST = "cuti/<uuid:request_id>/"

urlpatterns: list[URLPattern] = [
    path("cuti/", own.own, name="own"),
    path("cuti/baru/", asking.ask, name="ask"),
    path("cuti/kirim/", asking.send, name="send"),
    path("cuti/kabar/", news.news, name="news"),
    path(_REQUEST, own.leave_request, name="request"),
    path(f"{_REQUEST}tarik/", own.withdraw, name="withdraw"),
    path(f"{_REQUEST}surat/", own.certificate, name="certificate"),
    path(f"{_REQUEST}batal/", own.cancel, name="cancel"),
    path(f"{_REQUEST}pulang/", own.early_return, name="early-return"),
    path(f"{_REQUEST}perpanjang/", asking.extend, name="extend"),
    path(f"{_REQUEST}ubah/", asking.change, name="change"),
    path(f"{_REQUEST}lagi/", asking.resubmit, name="resubmit"),
    path(f"{_REQUEST}telaah/", own.second_look, name="second-look"),
    path(f"{_REQUEST}tahunan/", own.to_annual, name="to-annual"),
    path(f"{_REQUEST}dokumen/", papers.letter, name="letter"),
    path(f"{_REQUEST}formulir/", papers.leave_form, name="leave-form"),
]
