"""
Every setting of the house, read from the environment and safe when the environment is silent.

One file for every place it runs; the demo and the tests differ only by environment.
"""

import os
from datetime import time
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from portal.environment import (
    broker,
    database,
    flag,
    secret_key,
    single_sign_on,
    single_sign_on_origin,
)

BASE_DIR = Path(__file__).resolve().parent.parent


DEMO = flag("TEDUH_DEMO", default=False)
DEBUG = False
TEDUH_HOME = Path(os.environ.get("TEDUH_HOME", BASE_DIR / ".portal"))
KEYS_DIR = Path(os.environ.get("TEDUH_KEYS_DIR", TEDUH_HOME / "keys"))
LOG_DIR = Path(os.environ["TEDUH_LOG_DIR"]) if os.environ.get("TEDUH_LOG_DIR") else None
PORT = int(os.environ.get("PORT", "8000"))
PUBLIC_URL = os.environ.get("TEDUH_PUBLIC_URL", f"http://localhost:{PORT}").rstrip("/")
BRAND = os.environ.get("TEDUH_BRAND", "Portal Pegawai")
EXIT_URL = os.environ.get("TEDUH_EXIT_URL", "/kalender/")
TLS_INSPECTED = flag("TEDUH_TLS_INSPECTED", default=True)
REQUIRE_STAFF_MFA = flag("TEDUH_REQUIRE_STAFF_MFA", default=True)
SIGNUP_DOMAIN = os.environ.get("TEDUH_SIGNUP_DOMAIN", "").strip().lower()


SECRET_KEY = secret_key(KEYS_DIR) or "no-key-yet: run `manage.py make_keys`"

_public = urlsplit(PUBLIC_URL)
SECURE = _public.scheme == "https"
ALLOWED_HOSTS = [
    *filter(None, os.environ.get("TEDUH_ALLOWED_HOSTS", "").split(",")),
    _public.hostname or "localhost",
]
if not SECURE:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]

# --- rooms ---------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "portal.home",
    "portal.privacy",
    "counselling",
    "groups",
    "portal.leave",
    "portal.wellbeing",
    "portal.notifications",
    "portal.people",
    "portal.audit",
    "portal.vault",
    "portal.calendars",
    "portal.common",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.middleware.HeadersMiddleware",
    "portal.people.middleware.ReliefMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "portal.middleware.SizeMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.people.middleware.VaultMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "portal.common.loaders.PageLoader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "portal.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "portal.templatetags.portal_ui",
            ],
        },
    }
]

# --- PostgreSQL and Redis ------------------------------------------------------------------


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {"BACKEND": "portal.common.cache.BreakerCache", "LOCATION": "teduh"},
}


CELERY_BROKER_URL = broker(REDIS_URL)
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TASK_SEND_SENT_EVENT = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Shorter than this, a frozen Redis stalls whoever publishes; it must exceed BRPOP's wait.
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "visibility_timeout": 900,
    "global_keyprefix": "teduh:",
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- people, sign-in, sessions -------------------------------------------------------------

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["portal.people.backends.HouseBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("full_name", "email", "nip")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
     "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/masuk/"

ACCOUNT_ADAPTER = "portal.people.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "nip"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _public.scheme
_FORMS = "portal.people.account_forms."
ACCOUNT_FORMS = {
    "login": _FORMS + "LoginForm",
    "signup": _FORMS + "SignupForm",
    "add_email": _FORMS + "AddEmailForm",
    "change_password": _FORMS + "ChangePasswordForm",
    "set_password": _FORMS + "SetPasswordForm",
    "reset_password": _FORMS + "ResetPasswordForm",
    "reset_password_from_key": _FORMS + "ResetPasswordKeyForm",
    "reauthenticate": _FORMS + "ReauthenticateForm",
    "request_login_code": _FORMS + "RequestLoginCodeForm",
    "confirm_login_code": _FORMS + "ConfirmLoginCodeForm",
    "confirm_email_verification_code": _FORMS + "ConfirmEmailVerificationCodeForm",
    "confirm_password_reset_code": _FORMS + "ConfirmPasswordResetCodeForm",
}
MFA_ADAPTER = "portal.people.adapters.MFAAdapter"
MFA_FORMS = {
    "authenticate": _FORMS + "AuthenticateForm",
    "reauthenticate": _FORMS + "ReauthenticateCodeForm",
    "activate_totp": _FORMS + "ActivateTOTPForm",
    "add_webauthn": _FORMS + "AddWebAuthnForm",
    "edit_webauthn": _FORMS + "EditWebAuthnForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # one period either way: half a minute more to read and type
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TRUST_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
SOCIALACCOUNT_ADAPTER = "portal.people.adapters.SocialAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True


SOCIALACCOUNT_PROVIDERS = single_sign_on()

SESSION_ENGINE = "portal.people.sessions"
SESSION_COOKIE_AGE = 12 * 3600  # absolute; thirty idle minutes end it earlier
SESSION_IDLE_SECONDS = 30 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
# Cookies ignore ports, so over plain http each demo has names of its own.
SESSION_COOKIE_NAME = "__Host-teduh" if SECURE else f"teduh_{PORT}"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else f"csrf_{PORT}"
VAULT_COOKIE_NAME = "__Host-vault" if SECURE else f"vault_{PORT}"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

PROXY_COUNT = int(os.environ.get("TEDUH_PROXY_COUNT", "0"))
ALLAUTH_TRUSTED_PROXY_COUNT = PROXY_COUNT

# Argon2id of the vault passphrase: 128 MiB, three passes (confidentiality rules of the house).
VAULT_KDF_MEMORY = 128 * 1024 * 1024
VAULT_KDF_OPS = 3

# --- headers -------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
# Not "no-referrer": browsers then send `Origin: null` on POST and Django answers 403.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SECURE and flag("TEDUH_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if SECURE and PROXY_COUNT else None
)
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        # A form that leads to the agency's single sign-on is followed there, nowhere else.
        "form-action": [SELF, *single_sign_on_origin()],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
CERTIFICATE_MAX_BYTES = 5 * 1024 * 1024
"""One file; a photo taken with a phone is smaller."""
CERTIFICATE_MAX_FILES = 5
UPLOAD_MAX_BYTES = CERTIFICATE_MAX_FILES * CERTIFICATE_MAX_BYTES + 1024 * 1024
"""Everything that one form may send; more is refused before any of it is kept."""
DATA_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES
FILE_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_MAX_BYTES
# In memory only: nothing that somebody hands in may lie on a disk as it came.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# --- language, time, static files ----------------------------------------------------------

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language" if SECURE else f"language_{PORT}"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
FORMAT_MODULE_PATH = "portal.formats"
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("TEDUH_STATIC_ROOT", TEDUH_HOME / "static"))
STORAGES = {
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
WHITENOISE_MAX_AGE = 3600

# --- mail ----------------------------------------------------------------------------------

MAIL_DIR = os.environ.get("TEDUH_MAIL_DIR", str(TEDUH_HOME / "mail") if DEMO else "")
if MAIL_DIR:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAIL_DIR
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("TEDUH_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("TEDUH_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("TEDUH_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("TEDUH_SMTP_PASSWORD", "")
EMAIL_USE_TLS = flag("TEDUH_SMTP_STARTTLS", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("TEDUH_MAIL_FROM", f"{BRAND} <portal@localhost>")
# Everything timed leaves together in these few windows, so that a time tells nothing. In WIB
# they lie between 07.00 and 19.00 in all three Indonesian zones.
MAIL_WINDOWS = (time(7, 15), time(12, 15), time(16, 15))
MAIL_WINDOW_ZONE = TIME_ZONE

# --- logs ----------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"neutral": {"()": "portal.common.logs.NeutralFormatter"}},
    "handlers": {
        "out": {"class": "logging.StreamHandler", "formatter": "neutral"},
        **(
            {
                "file": {
                    "class": "logging.handlers.WatchedFileHandler",
                    "filename": str(LOG_DIR / "portal.log"),
                    "formatter": "neutral",
                    "delay": True,
                }
            }
            if LOG_DIR
            else {}
        ),
    },
    "root": {"handlers": ["out", *(["file"] if LOG_DIR else [])], "level": "INFO"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "ERROR", "propagate": False},
    },
}

SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # subdomains and sister sites of the agency decide about HSTS themselves
    "security.W021",  # browsers' preload lists take whole domains, and this is one name in one
]
