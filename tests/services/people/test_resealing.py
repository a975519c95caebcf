"""A new row key: second factors, sealed inside JSON of a package, are carried over as well."""

import pytest
from allauth.mfa.models import Authenticator

from portal.people.adapters import MFAAdapter
from portal.vault import keys, services
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def directory(tmp_path, settings):
    settings.KEYS_DIR = tmp_path / "keys"
    keys.forget()
    keys.make_all(settings.KEYS_DIR)
    yield settings.KEYS_DIR
    keys.forget()


def test_the_house_knows_of_them_from_the_start(directory):
    sealed = MFAAdapter().encrypt(SECRET)
    app = Authenticator.objects.create(
        user=make_user(), type=Authenticator.Type.TOTP, data={"secret": sealed}
    )
    codes = Authenticator.objects.create(
        user=app.user,
        type=Authenticator.Type.RECOVERY_CODES,
        data={"seed": MFAAdapter().encrypt("benih"), "used_mask": 3},
    )
    passkey = Authenticator.objects.create(
        user=app.user, type=Authenticator.Type.WEBAUTHN, data={"credential": {"id": "x"}}
    )
    keys.add_row_key(directory)

    assert services.reseal().done["second factors"] == 2

    newest = (directory / "row.keys").read_text().splitlines()[1]
    (directory / "row.keys").unlink()
    (directory / "row.keys").write_text(newest + "\n")
    keys.forget()
    for row in (app, codes, passkey):
        row.refresh_from_db()
    assert app.data["secret"] != sealed
    assert MFAAdapter().decrypt(app.data["secret"]) == SECRET
    assert MFAAdapter().decrypt(codes.data["seed"]) == "benih"
    assert codes.data["used_mask"] == 3
    assert passkey.data == {"credential": {"id": "x"}}
