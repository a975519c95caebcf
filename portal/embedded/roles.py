"""The two database roles of the house, and its database, in the server of the box."""

from portal.embedded.postgres import Postgres

OWNER = "portal_owner"  # migrates; owns the tables
APP = "portal_app"  # runs the house; owns nothing
DATABASE = "portal"


def make_roles(postgres: Postgres) -> None:
    """
    Make both roles and the database, if they are missing.

    Neither role is a superuser. The owner may become the app (`SET ROLE`), which takes rights
    away from it: that is how tests see what the running house may do.
    """
    rows = postgres.execute("SELECT rolname FROM pg_roles")
    roles = {row[0] for row in rows}
    if OWNER not in roles:
        postgres.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB")
    if APP not in roles:
        postgres.execute(f"CREATE ROLE {APP} LOGIN")
        postgres.execute(f"GRANT {APP} TO {OWNER}")
    databases = {row[0] for row in postgres.execute("SELECT datname FROM pg_database")}
    if DATABASE not in databases:
        postgres.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
