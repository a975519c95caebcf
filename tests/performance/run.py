"""One run of the bench: seed, measure small, grow, measure again, say what came of it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from counselling import selectors
from counselling.models import Service
from portal.common.db import database_now
from portal.leave.models import LeaveRequest
from portal.people.models import User
from tests.factories import account
from tests.performance import town as towns
from tests.performance.clock import Times, alternating, at_once, in_turns
from tests.performance.town import Town
from tests.performance.urls import FLOOR
from tests.performance.weight import weigh
from tests.support.clients import book, hold, times_on
from tests.support.paper import machine, table, verdict
from tests.support.web import Answer, Browser, Web, database_url

AT_ONCE = 8
PAGES_OF_TIMES = 5
PAST_OF_BRAM = 12
FEW_REQUESTS = 300
"""Requests for leave at the start of a run."""
BUDGET = {"list of times": 4.0}
OTHERS = 3.0
POST_BUDGET = 6.0
GROWTH = 1.3
QUERIES = {"home, times offered": 8, "home, a meeting ahead": 8, "list of times": 6, "book": 16}
OTHER_QUERIES = 10
PAGES = {
    "list of times": ("rina", "/temu/"),
    "home, times offered": ("rina", "/"),
    "home, a meeting ahead": ("bram", "/"),
    "own list": ("bram", "/saya/"),
    "counsellor's day": ("counsellor", "/k/"),
    "group list": ("rina", "/lingkar/"),
}


@dataclass
class Plan:
    """How large a run is."""

    start: int
    appointments: int
    counsellors: int
    requests: int
    rounds: int
    bookings: int
    role: str = ""
    chromium: str | None = field(default_factory=lambda: shutil.which("chromium"))


def run(plan: Plan) -> str:
    """Measure everything and return the report."""
    today = database_now().astimezone(ZoneInfo("Asia/Jakarta")).date()
    town = towns.found(today=today, crowd=plan.bookings * 3)
    towns.grow(
        town, counsellors=towns.COUNSELLORS + 10, appointments=plan.start, requests=FEW_REQUESTS
    )
    more = {"TEDUH_DB_ROLE": plan.role} if plan.role else {}
    with Web(**more) as web:
        crowd = _Crowd(web, town)
        crowd.book_for(town.bram)
        towns.add_past(town, town.bram, count=PAST_OF_BRAM)
        small_count = town.appointments()
        small, small_queries = _pages(web, town, plan), _queries(town)
        towns.grow(
            town, counsellors=plan.counsellors, appointments=plan.appointments,
            requests=plan.requests,
        )  # fmt: skip
        full_count = town.appointments()
        pages, queries = _pages(web, town, plan), _queries(town)
        short = _short_horizon(web, town, plan)
        posts, failed = _posts(crowd, plan)
        flow = _flow(crowd, plan)
        sql = _sql(town, plan)
        weights = weigh(web, town.rina, plan.chromium) if plan.chromium else {}
    parts = [
        "## Pages (`make bench`)",
        _scene(town, plan, full_count, pages["floor"]),
        _p1(pages, short),
        _p2(pages, posts, failed, flow),
        _p3(small, pages, small_count, full_count, town),
        _p4(sql),
        _p5(small_queries, queries),
        _p7(weights),
    ]
    return "\n\n".join(parts)


def _scene(town: Town, plan: Plan, appointments: int, floor: Times) -> str:
    return (
        f"{machine()}; {appointments:,} appointments of {town.counsellors} counsellors, of whom"
        f" {towns.COUNSELLORS} in the agency measured; {LeaveRequest.objects.count():,}"
        " requests for leave, all of them there; one web process of eight threads; rounds"
        f" in turns: {plan.rounds}. The floor took {_ms(floor.p50)} (median)."
    )


class _Crowd:
    """People who have never booked, each with a browser; and times nobody has pressed yet."""

    def __init__(self, web: Web, town: Town) -> None:
        self.web, self.people = web, iter(town.crowd)
        self.taken: set[tuple[str, str]] = set()

    def draw(self, user: User | None = None) -> tuple[Browser, str]:
        """Return somebody's browser and a time she is offered that nobody else here wants."""
        browser = Browser(self.web, user or next(self.people))
        for page in range(1, PAGES_OF_TIMES + 1):
            answer = browser.get("/temu/" if page == 1 else f"/temu/nanti/{page}/")
            for token in times_on(answer):
                counsellor, _, start, _ = token.split("|")
                hours = {(counsellor, start[:13]), (counsellor, _plus_an_hour(start)[:13])}
                if not hours & self.taken:
                    self.taken |= hours | {(counsellor, _plus_an_hour(start, -1)[:13])}
                    return browser, token
        raise AssertionError(f"no time is left: {answer.status} {answer.location}")

    def book_for(self, user: User) -> None:
        """Book a meeting for somebody."""
        browser, token = self.draw(user)
        answer = book(browser, hold(browser, token), token)
        assert answer.status == 302, answer.text[:500]


def _plus_an_hour(start: str, hours: int = 1) -> str:
    moment = datetime.fromisoformat(start)
    return moment.fromtimestamp(moment.timestamp() + hours * 3600, moment.tzinfo).isoformat()


def _users(town: Town) -> dict[str, User]:
    own = {"rina": town.rina, "bram": town.bram, "counsellor": town.counsellor}
    return own | town.rest.users()


def _pages_of(town: Town) -> dict[str, tuple[str, str]]:
    return PAGES | town.rest.pages


def _pages(web: Web, town: Town, plan: Plan) -> dict[str, Times]:
    browsers = {name: Browser(web, user) for name, user in _users(town).items()}
    deeds: dict[str, Callable[[], Answer]] = {"floor": lambda: browsers["rina"].get(FLOOR)}
    for name, (who, path) in _pages_of(town).items():
        deeds[name] = lambda who=who, path=path: browsers[who].get(path)  # type: ignore[misc]
    return in_turns(deeds, rounds=plan.rounds)


def _short_horizon(web: Web, town: Town, plan: Plan) -> dict[str, Times]:
    """Measure the list with the budget's own fourteen days."""
    service = Service.objects.filter(pk=town.practice.service_id)
    days = service.get().horizon_days
    service.update(horizon_days=14)
    rina = Browser(web, town.rina)
    found = in_turns(
        {"floor": lambda: rina.get(FLOOR), "list": lambda: rina.get("/temu/")},
        rounds=plan.rounds,
    )
    service.update(horizon_days=days)
    return found


def _posts(crowd: _Crowd, plan: Plan) -> tuple[dict[str, Times], int]:
    found: dict[str, list[float]] = {"floor": [], "hold": [], "book": []}
    failed = 0
    for number in range(plan.bookings):
        browser, token = crowd.draw()
        floor = browser.get(FLOOR)
        held = hold(browser, token)
        booked = book(browser, held, token)
        failed += booked.status != 302
        if number >= 3:
            for name, answer in (("floor", floor), ("hold", held), ("book", booked)):
                found[name].append(answer.seconds)
    return {name: Times(tuple(seconds)) for name, seconds in found.items()}, failed


def _flow(crowd: _Crowd, plan: Plan) -> tuple[float, float, int]:
    """Return floor pages and POSTs a second with eight people at once, and failures."""
    drawn = [[crowd.draw() for _ in range(plan.bookings // AT_ONCE)] for _ in range(AT_ONCE)]

    def floors(browser: Browser) -> int:
        return sum(browser.get(FLOOR).status == 200 for _ in range(plan.rounds))

    def bookings(mine: list[tuple[Browser, str]]) -> int:
        done = 0
        for browser, token in mine:
            held = hold(browser, token)
            done += (held.status == 302) + (book(browser, held, token).status == 302)
        return done

    pages, page_seconds = at_once([lambda m=m: floors(m[0][0]) for m in drawn])  # type: ignore[misc]
    posts, post_seconds = at_once([lambda m=m: bookings(m) for m in drawn])  # type: ignore[misc]
    asked = 2 * AT_ONCE * (plan.bookings // AT_ONCE)
    return pages / page_seconds, posts / post_seconds, asked - posts


def _sql(town: Town, plan: Plan) -> dict[str, Times]:
    """Time the free-times statement three ways: bare, through Django, with all around it."""
    actor, now = account(town.rina), database_now()
    seen: list[tuple[str, Any]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, many, context)

    def all_of_it() -> object:
        return selectors.list_free_times(actor=actor, now=now, days=14)

    with connection.execute_wrapper(watch):
        all_of_it()
    sql, params = max(seen, key=lambda pair: len(pair[0]))

    def through_django() -> object:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall()

    with psycopg.connect(database_url(), autocommit=True) as line:

        def bare() -> object:
            return line.execute(sql, params).fetchall()

        rounds = plan.rounds
        found = alternating(bare, through_django, all_of_it, rounds=rounds)
    return dict(zip(("bare", "django", "list_free_times"), found, strict=True))


def _queries(town: Town) -> dict[str, int]:
    """Count the statements of each page; the second visit counts, as in a house in use."""
    found = {}
    for name, (who, path) in _pages_of(town).items():
        client = Client(SERVER_NAME="localhost")
        client.force_login(_users(town)[who])
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        found[name] = len(seen)
    return found | _post_queries(town)


def _post_queries(town: Town) -> dict[str, int]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(town.crowd[-1])
    page = client.get("/temu/")
    token = times_on(Answer(200, "", page.content.decode(), 0))[-1]
    with CaptureQueriesContext(connection) as holding:
        held = client.post("/temu/", {"time": token})
    found = {"hold": len(holding)}
    assert held.status_code == 302
    with CaptureQueriesContext(connection) as booking:
        mode = token.rsplit("|", 1)[1]
        fields = {"mode": mode, "consent": "1", "alias": "", "note": "Halo."}
        booked = client.post(f"{held['Location']}pesan/", fields)
    found["book"] = len(booking)
    assert booked.status_code == 302
    client.post(f"{held['Location']}batal/")
    return found


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def _x(value: float) -> str:
    return f"{value:.2f}"


def _p1(pages: dict[str, Times], short: dict[str, Times]) -> str:
    floor = pages["floor"]
    rows = []
    for name, times in pages.items():
        if name == "floor":
            rows.append(["floor", "1.00", _x(floor.p95 / floor.p50), "", "", _ms(floor.p50)])
            continue
        budget, ratio = BUDGET.get(name, OTHERS), times.p50 / floor.p50
        rows.append([name, _x(ratio), _x(times.p95 / floor.p50), f"≤ {budget:g}",
                     verdict(ratio, budget), _ms(times.p50)])  # fmt: skip
    ratio = short["list"].p50 / short["floor"].p50
    rows.append(["list of times, horizon 14 days", _x(ratio),
                 _x(short["list"].p95 / short["floor"].p50), "≤ 4", verdict(ratio, 4.0),
                 _ms(short["list"].p50)])  # fmt: skip
    head = ["P1 page", "p50 ÷ floor", "p95 ÷ floor", "budget", "", "p50"]
    return table(head, rows) + (
        "\n\nThe list looks as far ahead as the service allows (30 days) to name the next week"
        " with a free time; its last row is the budget's own case."
    )


def _p2(
    pages: dict[str, Times], posts: dict[str, Times], failed: int,
    flow: tuple[float, float, int],
) -> str:  # fmt: skip
    floor = posts["floor"].p50
    rows = []
    for name in ("hold", "book"):
        ratio = posts[name].p50 / floor
        rows.append([f"{name}, whole POST", _x(ratio), _x(posts[name].p95 / floor),
                     f"≤ {POST_BUDGET:g}", verdict(ratio, POST_BUDGET)])  # fmt: skip
    floors, booked, missed = flow
    rows.append([f"POSTs a second, {AT_ONCE} at once", f"{booked:.0f} of {floors:.0f}", "",
                 "≥ 1/6", verdict(booked / floors, 1 / 6, least=True)])  # fmt: skip
    note = f"\n\nPOSTs that did not end in a booking: {failed + missed}."
    return table(["P2", "p50 ÷ floor", "p95 ÷ floor", "budget", ""], rows) + note


def _p3(
    small: dict[str, Times], full: dict[str, Times], fewer: int, more: int, town: Town
) -> str:
    rows = []
    for name in _pages_of(town):
        before = small[name].p50 / small["floor"].p50
        after = full[name].p50 / full["floor"].p50
        growth = after / before
        rows.append([name, _x(before), _x(after), _x(growth), f"≤ {GROWTH:g}",
                     verdict(growth, GROWTH)])  # fmt: skip
    head = [
        "P3 growth",
        f"÷ floor at {fewer:,}",
        f"÷ floor at {more:,}",
        "growth",
        "budget",
        "",
    ]
    return table(head, rows) + (
        f"\n\nCounsellors grew from 30 to {town.counsellors} meanwhile, requests for leave from"
        f" {FEW_REQUESTS:,} to {LeaveRequest.objects.count():,}."
    )


def _p4(sql: dict[str, Times]) -> str:
    bare = sql["bare"].p50
    ratio = sql["django"].p50 / bare
    rows = [
        ["the bare statement, psycopg", "1.00", "", "", _ms(bare)],
        ["the statement through Django", _x(ratio), "≤ 2", verdict(ratio, 2.0),
         _ms(sql["django"].p50)],
        ["`list_free_times` whole", _x(sql["list_free_times"].p50 / bare), "", "",
         _ms(sql["list_free_times"].p50)],
    ]  # fmt: skip
    head = ["P4 free times, 20 counsellors, 14 days", "p50 ÷ bare", "budget", "", "p50"]
    return table(head, rows)


def _p5(small: dict[str, int], full: dict[str, int]) -> str:
    rows = []
    for name, number in full.items():
        budget = QUERIES.get(name, OTHER_QUERIES)
        grows = "no" if number <= small[name] else "**yes**"
        rows.append([name, number, f"≤ {budget}", verdict(number, budget), grows])
    return table(["P5 queries", "number", "budget", "", "grows with rows"], rows)


def _p7(weights: dict[str, Any]) -> str:
    if not weights:
        return "P7 was not measured: no Chromium here."
    rows = []
    for name, (cold, warm, paint) in weights.items():
        rows += [
            [f"{name}, cold", f"{cold.bytes / 1024:.1f} KB", "≤ 60 KB",
             verdict(cold.bytes / 1024, 60)],
            [f"{name}, cold", f"{cold.requests} requests", "≤ 6", verdict(cold.requests, 6)],
            [f"{name}, warm", f"{warm.bytes / 1024:.1f} KB", "≤ 8 KB",
             verdict(warm.bytes / 1024, 8)],
            [f"{name}, largest paint on a slow line", f"{paint / 1000:.2f} s", "≤ 1.5 s",
             verdict(paint / 1000, 1.5)],
        ]  # fmt: skip
    return table(["P7 first view", "", "budget", ""], rows)
