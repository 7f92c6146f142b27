#!/usr/bin/env python3
"""Due instants counted a second time, by another language, another time zone library and another principle.

The product walks forward from a day with the TC39 calendar. This program never adds a day to anything: it lists the
days of a calendar, crosses out the free ones, and picks the last day by its place in that list. The end of a day is
found by looking at what a wall clock shows, not by asking a library for midnight. Holidays are computed from the laws
that name them. Nothing but Python's own library is used.

    python3 tools/oracle/generate.py --cases 2000 --seed 1 > test/domain/vectors/oracle.tsv

Each line: how it is counted, mode, calendar, zone, anchor in UTC, length, due instant in UTC. A second kind of line,
`wall`, has a local time and what it means: an instant, `gap` or `fold`.
"""

import argparse
import bisect
import calendar
import random
import sys
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Iterator
from zoneinfo import ZoneInfo, available_timezones

UTC = timezone.utc
SECOND = timedelta(seconds=1)

# All zones in years whose rules every database has; the present and the future where no change is on the way.
PAST = (2000, 2022)
FUTURE = (2023, 2034)
STEADY_ZONES = ["UTC", "Asia/Tokyo", "Asia/Kolkata", "Europe/Berlin", "Europe/London", "America/New_York",
                "America/Los_Angeles", "Australia/Sydney", "Pacific/Auckland"]


# What a wall clock shows

def wall(instant: datetime, zone: str) -> datetime:
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def offset(instant: datetime, zone: str) -> timedelta:
    return instant.astimezone(ZoneInfo(zone)).utcoffset()


def changes(start: datetime, end: datetime, zone: str) -> list[datetime]:
    """The instants at which the offset of a zone changes, by halving the hours in which it does."""
    found = []
    left = start
    while left < end:
        right = left + timedelta(hours=1)
        if offset(left, zone) != offset(right, zone):
            low, high = left, right
            while high - low > SECOND:
                middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                low, high = (middle, high) if offset(middle, zone) == offset(low, zone) else (low, middle)
            found.append(high)
        left = right
    return found


@lru_cache(maxsize=200_000)
def end_of_day(day: date, zone: str) -> datetime:
    """The first instant at which the wall shows a later day: one of the offsets' midnights, or a change of the clock."""
    naive = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    around = [naive + timedelta(hours=hours) for hours in range(-27, 28, 3)]
    offsets = {offset(each, zone) for each in around}
    candidates = [naive - each for each in offsets]
    if len(offsets) > 1:
        candidates += changes(naive - timedelta(hours=27), naive + timedelta(hours=27), zone)
    return min(each for each in candidates
               if wall(each, zone).date() > day and wall(each - SECOND, zone).date() <= day)


def meanings(local: datetime, zone: str) -> list[datetime]:
    """Every instant at which the wall shows this time."""
    naive = local.replace(tzinfo=UTC)
    offsets = {offset(naive + timedelta(hours=hours), zone) for hours in range(-27, 28, 3)}
    return sorted(naive - each for each in offsets if wall(naive - each, zone) == local)


# Holidays, from the laws that name them

def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    days = [date(year, month, day) for day in range(1, calendar.monthrange(year, month)[1] + 1)]
    return [day for day in days if day.weekday() == weekday][nth - 1 if nth > 0 else nth]


def easter(year: int) -> date:
    """Anonymous Gregorian computus."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    l = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * l) // 451
    return date(year, (h + l - 7 * m + 114) // 31, (h + l - 7 * m + 114) % 31 + 1)


def after_easter(year: int, days: int) -> date:
    return date.fromordinal(easter(year).toordinal() + days)


def us_federal(year: int) -> set[date]:
    """5 U.S.C. 6103, with Friday for a Saturday and Monday for a Sunday."""
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25),
             date(year + 1, 1, 1)]
    moved = {5: -1, 6: 1}
    return {date.fromordinal(day.toordinal() + moved.get(day.weekday(), 0)) for day in fixed} | {
        nth_weekday(year, 1, 0, 3), nth_weekday(year, 2, 0, 3), nth_weekday(year, 5, 0, -1),
        nth_weekday(year, 9, 0, 1), nth_weekday(year, 10, 0, 2), nth_weekday(year, 11, 3, 4)}


def brazil(year: int) -> set[date]:
    """Leis 662/1949, 6.802/1980, 14.759/2023; Good Friday by Lei 9.093/1995."""
    days = {(1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25)} | (
        {(11, 20)} if year >= 2024 else set())
    return {date(year, *day) for day in days} | {after_easter(year, -2)}


def colombia(year: int) -> set[date]:
    """Ley 51 de 1983: most feasts are kept on the Monday that follows; 9 July is one of them since 2026."""
    def monday(day: date) -> date:
        return date.fromordinal(day.toordinal() + (7 - day.weekday()) % 7)
    fixed = {date(year, *day) for day in [(1, 1), (5, 1), (7, 20), (8, 7), (12, 8), (12, 25)]}
    feasts = [(1, 6), (3, 19), (6, 29), (8, 15), (10, 12), (11, 1), (11, 11)] + ([(7, 9)] if year >= 2026 else [])
    moved = {monday(date(year, *day)) for day in feasts}
    return fixed | moved | {after_easter(year, -3), after_easter(year, -2), after_easter(year, 43),
                            after_easter(year, 64), after_easter(year, 71)}


def germany(year: int) -> set[date]:
    """Those of all states."""
    return {date(year, *day) for day in [(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)]} | {
        after_easter(year, days) for days in (-2, 1, 39, 50)}


def france(year: int) -> set[date]:
    """Code du travail L3133-1."""
    days = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    return {date(year, *day) for day in days} | {after_easter(year, days) for days in (1, 39, 50)}


def japan(year: int) -> set[date]:
    """Act on National Holidays, with substitutes and days in between; offices are closed from 29 December to 3 January."""
    spring = int(20.8431 + 0.242194 * (year - 1980)) - (year - 1980) // 4
    autumn = int(23.2488 + 0.242194 * (year - 1980)) - (year - 1980) // 4
    days = {date(year, *day) for day in [(1, 1), (2, 11), (2, 23), (3, spring), (4, 29), (5, 3), (5, 4), (5, 5),
                                         (8, 11), (9, autumn), (11, 3), (11, 23)]}
    days |= {nth_weekday(year, 1, 0, 2), nth_weekday(year, 7, 0, 3), nth_weekday(year, 9, 0, 3),
             nth_weekday(year, 10, 0, 2)}
    free = set(days)
    for day in sorted(days):
        if day.weekday() == 6:
            free.add(min(each for number in range(1, 8)
                         if (each := date.fromordinal(day.toordinal() + number)) not in days))
        if date.fromordinal(day.toordinal() + 2) in days:
            free.add(date.fromordinal(day.toordinal() + 1))
    closed = [(1, 2), (1, 3), (12, 29), (12, 30), (12, 31)]
    return free | {date(year, *day) for day in closed}


HOLIDAYS = {"us-federal": us_federal, "br": brazil, "co": colombia, "DE": germany, "FR": france, "jp-ppc": japan}


@lru_cache(maxsize=None)
def working_days(name: str) -> list[date]:
    """All working days of a calendar, in order."""
    first, last = date(FUTURE[0] - 1, 1, 1), date(FUTURE[1] + 2, 12, 31)
    free = set().union(*(HOLIDAYS[name](year) for year in range(first.year, last.year + 1)))
    every = (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
    return [day for day in every if day.weekday() < 5 and day not in free]


def nth_working_day_after(day: date, nth: int, name: str) -> date:
    days = working_days(name)
    return days[bisect.bisect_right(days, day) + nth - 1]


def working_day_from(day: date, name: str) -> date:
    days = working_days(name)
    return days[bisect.bisect_left(days, day)]


# Counting

def in_months(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def plain_day(start: date, days: int) -> date:
    return date.fromordinal(start.toordinal() + days)


def due_of(counting: str, mode: str, name: str, zone: str, anchor: datetime, length: str) -> datetime:
    amount, unit = int(length[2:-1] if length[1] == "T" else length[1:-1]), length[-1]
    if length[1] == "T":
        if mode == "legal-max" and counting == "reg-1182-71":
            shown = wall(anchor, zone)
            anchor += timedelta(hours=1) - timedelta(minutes=shown.minute, seconds=shown.second)
        return anchor + timedelta(**{"hours" if unit == "H" else "minutes": amount})
    start = wall(anchor, zone).date()
    if counting in ("business-days", "sec-form-8k"):
        last = nth_working_day_after(start, amount, name)
        if counting == "sec-form-8k":
            return meanings(datetime(last.year, last.month, last.day, 17, 30), zone)[0]
        return end_of_day(last, zone)
    if unit == "M":
        last = in_months(start, amount)
    else:
        last = plain_day(start, amount - 1 if counting == "jp-appi" else amount)
    if mode == "legal-max" and counting in ("reg-1182-71", "jp-appi"):
        if counting == "reg-1182-71" and unit == "D" and amount >= 2:
            last = max(last, nth_working_day_after(start, 2, name))
        last = working_day_from(last, name)
    return end_of_day(last, zone)


# Cases

def zones() -> list[str]:
    return sorted(name for name in available_timezones()
                  if "/" in name and not name.startswith(("posix/", "right/", "SystemV/", "Etc/")))


def every_zone_in_turn(draw: random.Random) -> Iterator[str]:
    while True:
        names = zones()
        draw.shuffle(names)
        yield from names


KINDS = [
    ("elapsed-hours", ["PT15M", "PT1H", "PT24H", "PT72H", "PT96H"], None),
    ("calendar-days", ["P1D", "P3D", "P10D", "P30D", "P45D", "P60D", "P1M", "P2M"], None),
    ("business-days", ["P1D", "P3D", "P5D", "P7D", "P14D", "P15D", "P20D"], ["us-federal", "br", "co", "DE"]),
    ("reg-1182-71", ["PT24H", "PT72H", "P1D", "P2D", "P3D", "P14D", "P1M", "P3M"], ["DE", "FR"]),
    ("sec-form-8k", ["P4D"], ["us-federal"]),
    ("jp-appi", ["P3D", "P30D", "P60D"], ["jp-ppc"]),
]


def instant_in(years: tuple[int, int], zone: str, draw: random.Random) -> datetime:
    """Any second; every third case lies near a change of the clock, the end of a month or of a year."""
    year = draw.randint(*years)
    start = datetime(year, 1, 1, tzinfo=UTC)
    plain = start + timedelta(seconds=draw.randrange(365 * 86_400))
    kind = draw.randrange(6)
    if kind == 0:
        return datetime(year, draw.randint(1, 12), 1, tzinfo=UTC) - timedelta(hours=draw.randint(-14, 40))
    if kind == 1:
        found = yearly_changes(year, zone)
        if found:
            return draw.choice(found) - timedelta(minutes=draw.randint(-600, 4_000))
    if kind == 2:
        return datetime(year, 2, 28, tzinfo=UTC) + timedelta(hours=draw.randint(-72, 48))
    return plain


@lru_cache(maxsize=50_000)
def yearly_changes(year: int, zone: str) -> tuple[datetime, ...]:
    months = [datetime(year, month, 1, tzinfo=UTC) for month in range(1, 13)] + [datetime(year + 1, 1, 1, tzinfo=UTC)]
    found = []
    for left, right in zip(months, months[1:]):
        days = [left + timedelta(days=number) for number in range((right - left).days + 1)]
        for before, after in zip(days, days[1:]):
            if offset(before, zone) != offset(after, zone):
                found += changes(before, after, zone)
    return tuple(found)


def text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def counted_case(number: int, turn: Iterator[str], draw: random.Random) -> str:
    counting, lengths, calendars = KINDS[number % len(KINDS)]
    is_past = calendars is None
    zone = next(turn) if is_past else draw.choice(STEADY_ZONES)
    anchor = instant_in(PAST if is_past else FUTURE, zone, draw)
    mode = draw.choice(["conservative", "legal-max"])
    name = draw.choice(calendars) if calendars else "DE"
    length = draw.choice(lengths)
    due = due_of(counting, mode, name, zone, anchor, length)
    return "\t".join([counting, mode, name, zone, text(anchor), length, text(due)])


def wall_case(turn: Iterator[str], draw: random.Random) -> str:
    zone = next(turn)
    found = yearly_changes(draw.randint(*PAST), zone)
    near = draw.choice(found) if found else instant_in(PAST, zone, draw)
    local = (wall(near, zone) + timedelta(minutes=draw.randint(-180, 180))).replace(second=0)
    read = meanings(local, zone)
    meaning = "gap" if not read else "fold" if len(read) > 1 else text(read[0])
    return "\t".join(["wall", zone, local.strftime("%Y-%m-%dT%H:%M"), meaning])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    draw = random.Random(chosen.seed)
    turn = every_zone_in_turn(draw)
    for number in range(chosen.cases):
        # Seven to one: the two share no factor with the number of kinds.
        case = wall_case(turn, draw) if number % 7 == 6 else counted_case(number, turn, draw)
        sys.stdout.write(case + "\n")


if __name__ == "__main__":
    main()
