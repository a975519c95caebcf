"""The house's own settings, with quick hashing and plain static files. Nothing else differs."""

from copy import deepcopy
from importlib import import_module

from tests import place

place.enter()
house = import_module("portal.settings")
globals().update({name: getattr(house, name) for name in dir(house) if name.isupper()})

TESTING = True
# Only tests may empty the record: Django's flush truncates every table.
DATABASES = deepcopy(house.DATABASES)
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"]["OPTIONS"],
    "options": "-c portal.allow_truncate=tests",
}
PASSWORD_HASHERS = ["tests.hashers.QuickArgon2"]
# libsodium's smallest Argon2id: 8 KiB, one pass.
VAULT_KDF_MEMORY = 8 * 1024
VAULT_KDF_OPS = 1
# Hashed names need `collectstatic`; the live server serves the sources.
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
