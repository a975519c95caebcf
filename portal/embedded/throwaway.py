"""
A whole throw-away place for one test run: servers, keys directory, mails, environment.

`python -m portal.embedded.throwaway WORDS…` runs a command in one, with keys made and the
database migrated.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from portal.embedded.binaries import BoxError
from portal.embedded.redis import database_number, with_database
from portal.embedded.servers import Servers

# One worker each; a Redis somebody gives us has 16 databases unless told otherwise.
REDIS_BASE = "TEDUH_TEST_REDIS"


class Throwaway:
    """
    A throw-away home and the environment that leads into it.

    With `DATABASE_URL` the tests make their own databases on that server; with `REDIS_URL`
    they use, and empty, the numbered databases *after* the one it names.
    """

    def __init__(self) -> None:
        self.servers = Servers(Path(tempfile.mkdtemp(prefix="teduh-test-")), throwaway=True)
        self.keys = self.servers.home / "keys"

    def start(self) -> dict[str, str]:
        """
        Start the servers and return the environment of this place.

        :raises BoxError: if a server does not come up.
        """
        self.servers.start()
        for directory in (self.keys, self.servers.home / "mail"):
            directory.mkdir(mode=0o700)
        redis = self.servers.redis_url()
        if self.servers.given_redis is not None:
            redis = with_database(redis, database_number(redis) + 1)
        return {
            "DATABASE_URL": self.servers.owner_url(),
            "REDIS_URL": redis,
            REDIS_BASE: redis,
            "TEDUH_HOME": str(self.servers.home),
            "TEDUH_KEYS_DIR": str(self.keys),
        }

    def stop(self) -> None:
        """Stop the servers and remove the home."""
        self.servers.stop()


def clean_environment() -> None:
    """Forget what the caller's shell says about the house, so that no test depends on it."""
    for name in [name for name in os.environ if name.startswith("TEDUH_") or name == "PORT"]:
        del os.environ[name]


def become_worker(number: int) -> None:
    """Give a test process its own Redis database and mail directory."""
    base = os.environ[REDIS_BASE]
    os.environ["REDIS_URL"] = with_database(base, database_number(base) + number)
    mails = Path(os.environ["TEDUH_HOME"]) / "mail" / str(number)
    mails.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["TEDUH_MAIL_DIR"] = str(mails)


def main(words: list[str]) -> int:
    """Run a command in a throw-away place and return its exit status."""
    clean_environment()
    place = Throwaway()
    try:
        os.environ.update(place.start())
        become_worker(0)
        manage = [sys.executable, "manage.py"]
        for step in (["make_keys"], ["migrate", "-v", "0"], ["grant_roles"]):
            subprocess.run([*manage, *step], check=True)
        return subprocess.run(words, check=False).returncode
    except (BoxError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        place.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
