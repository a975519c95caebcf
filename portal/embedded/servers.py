"""The two servers of one home, or the ones somebody named in the environment."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from portal.embedded.places import socket_directory
from portal.embedded.postgres import Postgres
from portal.embedded.redis import Redis
from portal.embedded.roles import APP, DATABASE, OWNER, make_roles


class Servers:
    """
    PostgreSQL and Redis for one home.

    A server whose address the environment gives is used as it is: neither started nor stopped.
    """

    def __init__(
        self,
        home: Path,
        *,
        throwaway: bool = False,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        self.home = home.resolve()
        self.throwaway = throwaway
        self.given_database = environment.get("DATABASE_URL") or None
        self.given_redis = environment.get("REDIS_URL") or None
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.sockets = socket_directory(self.home)
        self.postgres = Postgres(home=self.home, sockets=self.sockets, throwaway=throwaway)
        self.redis = Redis(home=self.home, sockets=self.sockets, throwaway=throwaway)

    def start(self) -> None:
        """
        Start what is missing, with the roles and the database of the house.

        :raises BoxError: if a server does not come up.
        """
        if self.given_database is None:
            self.postgres.start()
            make_roles(self.postgres)
        if self.given_redis is None:
            self.redis.start()

    def stop(self) -> None:
        """Stop what belongs to this home; a throw-away home is removed."""
        if self.given_redis is None:
            self.redis.stop()
        if self.given_database is None:
            self.postgres.stop()
        if self.sockets.parent != self.home:
            shutil.rmtree(self.sockets, ignore_errors=True)
        if self.throwaway:
            shutil.rmtree(self.home, ignore_errors=True)

    def owner_url(self) -> str:
        """Return the address for migrations: the role that owns the tables."""
        return self.given_database or self.postgres.url(user=OWNER, database=DATABASE)

    def app_url(self) -> str:
        """Return the address for the running house: the role that owns nothing."""
        return self.given_database or self.postgres.url(user=APP, database=DATABASE)

    def redis_url(self) -> str:
        """Return the address of Redis."""
        return self.given_redis or self.redis.url()
