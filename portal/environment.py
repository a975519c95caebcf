"""What the environment says of the house, in the spelling Django and Celery want."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict


def flag(name: str, *, default: bool) -> bool:
    """Return a yes or no; silence is the default."""
    value = os.environ.get(name, "")
    return default if value == "" else value.lower() in {"1", "true", "yes", "on"}


def secret_key(keys_dir: Path) -> str:
    """Read Django's signing key from its file; without one nothing starts but `make_keys`."""
    path = Path(os.environ.get("TEDUH_SECRET_KEY_FILE", keys_dir / "django.key"))
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def database() -> dict[str, object]:
    """
    Return how this process reaches PostgreSQL; ``TEDUH_DB_ROLE`` names its role.

    :raises ImproperlyConfigured: if DATABASE_URL is no libpq address.
    """
    url = os.environ.get("DATABASE_URL", "")
    try:
        parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except Exception as error:
        raise ImproperlyConfigured("DATABASE_URL is not a libpq address") from error
    known = {"dbname", "user", "password", "host", "port"}
    role = os.environ.get("TEDUH_DB_ROLE", "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "portal"),
        "USER": role or parts.get("user", ""),
        "PASSWORD": os.environ.get("TEDUH_DB_PASSWORD", "") or parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            **{key: value for key, value in parts.items() if key not in known},
            **(
                {"pool": {"min_size": 1, "max_size": 10, "timeout": 5}}
                if flag("TEDUH_DB_POOL", default=False)
                else {}
            ),
        },
    }


def broker(url: str) -> str:
    """Return Celery's spelling of a Redis address: `unix://` is `redis+socket://` there."""
    if not url.startswith("unix://"):
        return url
    path, _, query = url.removeprefix("unix://").partition("?")
    number = dict(parse_qsl(query)).get("db", "0")
    return f"redis+socket://{quote(path, safe='/%')}?virtual_host={number}"


def single_sign_on() -> dict[str, object]:
    """Return the OpenID Connect provider of the agency, if the environment names one."""
    issuer = os.environ.get("TEDUH_OIDC_ISSUER", "")
    if not issuer:
        return {}
    secret = Path(os.environ["TEDUH_OIDC_CLIENT_SECRET_FILE"]).read_text(encoding="utf-8")
    return {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": os.environ.get("TEDUH_OIDC_NAME", "SSO"),
                    "client_id": os.environ["TEDUH_OIDC_CLIENT_ID"],
                    "secret": secret.strip(),
                    "settings": {"server_url": issuer},
                }
            ],
        }
    }


def single_sign_on_origin() -> list[str]:
    """Return the origin that sign-in forms may lead to."""
    issuer = urlsplit(os.environ.get("TEDUH_OIDC_ISSUER", ""))
    return [f"{issuer.scheme}://{issuer.netloc}"] if issuer.netloc else []
