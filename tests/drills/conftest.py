"""Drills break things on purpose; they run through `make drills`, never with the tests."""

from pathlib import Path

import pytest

from tests.support import paper

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave drills alone unless they were asked for by name."""
    asked = (Path(arg.partition("::")[0]).resolve() for arg in config.args)
    return None if any(one == HERE or HERE in one.parents for one in asked) else True


@pytest.fixture
def report(request, capsys):
    """Print a drill's table and put it into the measurements."""

    def say(title: str, text: str) -> None:
        with capsys.disabled():
            print(f"\n### {title}\n\n{text}\n")
        paper.write_part(title, f"### {title}\n\n{text}")

    if "<!-- drills -->" not in (
        paper.PAPER.read_text("utf-8") if paper.PAPER.exists() else ""
    ):
        paper.write_part("drills", f"## Drills (`make drills`)\n\n{paper.machine()}.")
    return say
