"""
The throw-away place of this test run, opened before the settings are read.

pytest-django reads them before any conftest is loaded, so the settings open the place; the root
conftest closes it. The servers belong to the xdist controller; its workers inherit the way in.
"""

import os

import pytest

from portal.embedded.binaries import BoxError
from portal.embedded.throwaway import Throwaway, become_worker, clean_environment
from portal.vault.keys import make_all

INHERITED = "TEDUH_TEST_PLACE"
"""Set once a place is open: processes that a test starts use their parent's."""

_opened: list[Throwaway] = []


def enter() -> None:
    """Lead this process to the servers of the run; the first process starts them."""
    # Playwright keeps an event loop in its thread, beside which Django would refuse the ORM.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker and INHERITED not in os.environ:
        _open()
    become_worker(int(worker.removeprefix("gw") or 0))


def _open() -> None:
    clean_environment()
    place = Throwaway()
    _opened.append(place)
    try:
        os.environ.update(place.start())
    except BoxError as error:
        close()
        pytest.exit(str(error), returncode=3)
    make_all(place.keys)
    os.environ[INHERITED] = "1"


def close() -> None:
    """Stop the servers, in the process that started them."""
    while _opened:
        _opened.pop().stop()
