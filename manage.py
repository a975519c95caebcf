#!/usr/bin/env python
"""Django's commands. While a demo runs in this clone, they work on its servers."""

import json
import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

DEMO_ENVIRONMENT = Path(__file__).resolve().parent / ".portal" / "demo.json"


def join_running_demo() -> None:
    """Take over the addresses of the demo in this clone, unless the shell names others."""
    if "DATABASE_URL" in os.environ or not DEMO_ENVIRONMENT.exists():
        return
    for name, value in json.loads(DEMO_ENVIRONMENT.read_text()).items():
        os.environ.setdefault(name, value)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    join_running_demo()
    execute_from_command_line(sys.argv)
