"""Files that somebody hands in: how many, how large, and that their names stay behind."""

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from portal.common.forms import CertificateField


@pytest.fixture(autouse=True)
def limits(settings):
    settings.CERTIFICATE_MAX_BYTES = 2 * 1024 * 1024
    settings.CERTIFICATE_MAX_FILES = 3


class Paper(forms.Form):
    pages = CertificateField(accept="application/pdf,image/jpeg")


class MaybePaper(forms.Form):
    pages = CertificateField(required=False)


def file(content=b"surat", name="surat dr. Kejora SpKJ.pdf"):
    return SimpleUploadedFile(name, content)


def sent(*files, kind=Paper):
    return kind({}, MultiValueDict({"pages": list(files)} if files else {}))


def errors(form):
    assert not form.is_valid()
    return form.errors["pages"]


def test_one_or_several_files_arrive_as_bytes_in_their_order():
    form = sent(file(b"one"))
    assert form.is_valid()
    assert form.cleaned_data["pages"] == (b"one",)
    form = sent(file(b"one"), file(b"two"), file(b"three"))
    assert form.is_valid()
    assert form.cleaned_data["pages"] == (b"one", b"two", b"three")


def test_the_input_takes_several_and_says_of_which_kinds():
    field = str(Paper()["pages"])
    assert " multiple" in field
    assert 'accept="application/pdf,image/jpeg"' in field
    assert "accept" not in str(MaybePaper()["pages"])


def test_no_file_is_a_sentence_or_nothing():
    form = sent()
    assert len(errors(form)) == 1
    assert form.errors.as_data()["pages"][0].code == "required"
    form = sent(kind=MaybePaper)
    assert form.is_valid()
    assert form.cleaned_data["pages"] == ()
    assert not form.has_changed()
    assert sent(file(), kind=MaybePaper).has_changed()


def test_too_many_too_large_and_empty_are_named_by_number():
    assert "3" in errors(sent(*(file() for _ in range(4))))[0]
    large, empty = file(bytes(2 * 1024 * 1024 + 1)), file(b"")
    found = errors(sent(file(), large, empty))
    assert len(found) == 2
    assert "2" in found[0]
    assert "3" in found[1]
    assert sent(file(bytes(2 * 1024 * 1024))).is_valid()


def test_the_name_of_a_file_is_never_repeated():
    form = sent(file(b""), file(bytes(2 * 1024 * 1024 + 1)))
    assert "Kejora" not in f"{form.as_div()} {form.errors!r}"
    form = sent(file())
    assert form.is_valid()
    assert "Kejora" not in repr(form.cleaned_data)


@pytest.mark.parametrize("odd", ["text", 7])
def test_what_is_no_file_is_refused(odd):
    assert errors(sent(odd))
