"""Measure things in turns, so that a noisy machine is noisy for all of them alike."""

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.support.web import Answer

WARM_UP = 5


@dataclass(frozen=True)
class Times:
    """The seconds something took, again and again."""

    seconds: tuple[float, ...]

    @property
    def p50(self) -> float:
        """Return the median."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """Return what nineteen of twenty stay under."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]


def in_turns(deeds: dict[str, Callable[[], Answer]], *, rounds: int) -> dict[str, Times]:
    """
    Do each deed once a round and return what each took.

    :raises AssertionError: if one is answered with an error.
    """
    found: dict[str, list[float]] = {name: [] for name in deeds}
    for number in range(WARM_UP + rounds):
        for name, deed in deeds.items():
            answer = deed()
            if answer.status >= 400:
                raise AssertionError(f"{name}: {answer.status} {answer.text[:300]}")
            if number >= WARM_UP:
                found[name].append(answer.seconds)
    return {name: Times(tuple(seconds)) for name, seconds in found.items()}


def seconds_of(deed: Callable[[], object]) -> float:
    """Return how long a deed took."""
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def alternating(*deeds: Callable[[], object], rounds: int) -> list[Times]:
    """Do the deeds in turns and return the times of each."""
    found: list[list[float]] = [[] for _ in deeds]
    for _ in range(rounds):
        for place, deed in enumerate(deeds):
            found[place].append(seconds_of(deed))
    return [Times(tuple(seconds)) for seconds in found]


def at_once(jobs: Sequence[Callable[[], int]]) -> tuple[int, float]:
    """Run the jobs in threads from one moment on; return the sum of answers and the seconds."""
    counts, barrier = [0] * len(jobs), threading.Barrier(len(jobs) + 1)

    def run(place: int) -> None:
        barrier.wait()
        counts[place] = jobs[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    barrier.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return sum(counts), time.perf_counter() - began
