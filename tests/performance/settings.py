"""The house's own settings for a web process that is measured: one constant page more."""

import os

from portal.settings import *  # noqa: F403 - Django's way to build on settings

ROOT_URLCONF = "tests.performance.urls"
PASSWORD_HASHERS = ["tests.hashers.QuickArgon2"]
# Vaults of a throw-away house; no page that is measured opens one.
VAULT_KDF_MEMORY = 8 * 1024
VAULT_KDF_OPS = 1
if os.environ.get("TEDUH_PLAIN_STATIC"):
    STORAGES = {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
