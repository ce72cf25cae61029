"""What the report says, row by row: each figure, what is promised of it, and whether that holds."""

import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import pages
from .figures import Figures
from .peers import CROWDS
from .sizes import OPERATIONS, SIZES
from .targets import TARGETS

FLOOR, BY_HAND, OURS = (target.title for target in TARGETS)
TIMES_FLOOR = {1: 4.0, 50: 2.5, 200: 1.8, 500: 1.5}
PAGE_ALL_TIMES_BARE = 1.3
FIRST_CARD_MS = 300


@dataclass
class Compared:
    """A figure of floor, Flask-SocketIO and ours.

    promise: its number, 0 for none; must: what is promised; is_kept: whether it holds, if so.
    """

    promise: int
    label: str
    figure: str
    must: str = ""
    is_kept: bool | None = None


@dataclass
class Alone:
    """A figure of ours alone. promise, must, is_kept: as above."""

    promise: int
    label: str
    value: str
    must: str = ""
    is_kept: bool | None = None


def compared(figures: Figures) -> Iterator[Compared]:
    """Give the rows that stand beside the other servers'."""
    for count in CROWDS:
        of_floor = figures.ratio(f"seen {count}", OURS, FLOOR)
        by_hand = figures.ratio(f"seen {count}", OURS, BY_HAND)
        limit, must_lead = TIMES_FLOOR[count], count >= 50
        must = f"<= {limit:g} x floor" + (", < 1 x by hand" if must_lead else "")
        is_kept = of_floor <= limit and (not must_lead or by_hand < 1)
        label = f"create seen by the last of {count}, p50 ms"
        yield Compared(1, label, f"seen {count}", must, is_kept)
    for count in (1, 50):
        more = figures.ratio(f"writes/s {count}", OURS, BY_HAND) > 1 if count == 50 else None
        less = figures.ratio(f"cpu {count}", OURS, BY_HAND) < 1 if count == 50 else None
        promise, must = (2, "{} 1 x by hand") if count == 50 else (0, "")
        who = f"8 writers, {count} subscriber{'s' if count > 1 else ''}"
        yield Compared(promise, f"{who}: writes/s", f"writes/s {count}", must.format(">"), more)
        label = f"{who}: CPU s per 1,000"
        yield Compared(promise, label, f"cpu {count}", must.format("<"), less)
    quick = figures.ratio("start", OURS, BY_HAND) <= 1.2
    yield Compared(6, "second start to first 200, s", "start", "<= 1.2 x by hand", quick)
    small = figures.series["pss"][OURS].median <= 150
    yield Compared(6, "PSS with 500 subscribers, MB", "pss", "<= 150 MB", small)


def alone(figures: Figures) -> Iterator[Alone]:
    """Give the rows about ours alone."""
    for count in CROWDS:
        series, floor = (figures.series[f"seen {count}"][title] for title in (OURS, FLOOR))
        value = f"{series.p99:.1f} ({series.p99 / series.p50:.1f} x)"
        label = f"seen by the last of {count}: p99 ms (floor's: {floor.p99 / floor.p50:.1f} x p50)"
        yield Alone(1, label, value, "<= 3 x p50", series.p99 <= 3 * series.p50)
    yield from _by_size(figures)
    yield from _calls(figures)
    yield from _back(figures)
    yield from _page(figures)
    yield from _far(figures)


def _by_size(figures: Figures) -> Iterator[Alone]:
    sizes, shown = [str(size) for size in SIZES], " / ".join(f"{size:,}" for size in SIZES)
    for figure, unit, limit in (
        ("write seen", "p50 ms", 1.2),
        ("cpu per write", "CPU s per 1,000 writes", 1.2),
        *((f"{operation} seen", "p50 ms", None) for operation in OPERATIONS),
        ("read all", "GET /tasks ms", None),
    ):
        values = _shown(figures.series[figure][size].median for size in sizes)
        label = f"{figure} at {shown} tasks: {unit}"
        if limit:
            growth = figures.ratio(figure, sizes[-1], sizes[0])
            yield Alone(3, label, values, f"<= {limit} x, is {growth:.2f} x", growth <= limit)
        else:
            yield Alone(0, label, values)


def _calls(figures: Figures) -> Iterator[Alone]:
    for operation in OPERATIONS:
        writes, reads = (
            figures.series[f"{operation} Lists {kind}"]["far"].values
            for kind in ("writes", "reads")
        )
        value = f"{max(writes):g} w, {max(reads):g} r"
        is_kept = set(writes) == {1} and set(reads) == {0}
        label = f"calls to the List for one {operation}, at most"
        yield Alone(3, label, value, "1 write, 0 reads", is_kept)


def _back(figures: Figures) -> Iterator[Alone]:
    back, join = figures.series["back"], figures.series["join"]
    worst = max(back["seconds"].values)
    label = "200 clients back after 3 s and 50 writes, all right again: s"
    yield Alone(4, label, f"{worst:.2f}", "<= 2 s", worst <= 2)
    for figure, label in (
        ("page reads", "200 clients back: pages read"),
        ("wrong", "200 clients back: wrong boards"),
    ):
        count = sum(back[figure].values)
        yield Alone(4, label, f"{count:g}", "0", count == 0)
    wrong = sum(join["wrong"].values)
    yield Alone(4, "60 clients join while 8 write: wrong boards", f"{wrong:g}", "0", wrong == 0)


def _page(figures: Figures) -> Iterator[Alone]:
    shown = " / ".join(f"{size:,}" for size in pages.SIZES)
    every = _shown(figures.series[f"page all {size}"]["ours"].median for size in pages.SIZES)
    yield Alone(0, f"page at {shown} (in one round) tasks: all shown, ms", every)
    ratios = {size: figures.ratio(f"page all {size}", "ours", "bare") for size in pages.SIZES}
    must, is_kept = f"<= {PAGE_ALL_TIMES_BARE} x at 1,000", ratios[1000] <= PAGE_ALL_TIMES_BARE
    label = "page: … by those of a bare page that only reads them with the SDK"
    yield Alone(5, label, _shown(ratios.values()) + " x", must, is_kept)
    reads = [figures.ratio(f"page read {size}", "ours", "bare") for size in pages.SIZES]
    label = "page: until it has read Sync and is live, by the bare page's reading"
    yield Alone(0, label, _shown(reads) + " x")
    first = _shown(figures.series[f"page first {size}"]["ours"].median for size in pages.SIZES)
    yield Alone(0, "page: first card on screen, ms", first)
    after = [figures.series[f"page connected to first {size}"]["ours"] for size in pages.SIZES]
    values = [one.median for one in after]
    is_soon = max(values) <= FIRST_CARD_MS
    label = "page: first card after the SDK is connected, ms"
    yield Alone(5, label, _shown(values), f"<= {FIRST_CARD_MS} ms", is_soon)
    for what in ("remote change", "pointer move"):
        for part in ("in all", "scripts"):
            times = (figures.series[f"{what} {size}"][part].median for size in pages.SIZES)
            yield Alone(0, f"page: main thread per {what}, {part}, ms", _shown(times))
    weight, heads, tasks = (
        figures.series[f"page kB of {part}"]["1000"].median
        for part in ("files", "headers", "tasks")
    )
    value = f"{weight:.0f} (+ {heads:.0f}, {tasks:.0f})"
    label = "page: kB over the wire, in gzip, SDK included (+ headers, 1,000 tasks)"
    yield Alone(5, label, value, "<= 150 kB", weight <= 150)


def _far(figures: Figures) -> Iterator[Alone]:
    trip = figures.series["round trip"]["far"].p50
    yield Alone(0, "Sync 80 ms away: one round trip, p50 ms", f"{trip:.1f}")
    for operation in OPERATIONS:
        value = figures.series[f"far {operation}"]["far"].p50
        shown = f"{value:.1f} ({value / trip:.2f} x)"
        label = f"Sync 80 ms away: {operation} answered, p50 ms"
        yield Alone(7, label, shown, "<= 1.15 x", value <= 1.15 * trip)
    gain = figures.series["far gain"]["far"].median
    yield Alone(
        7,
        "Sync 80 ms away: writes/s of 8 writers by those of one",
        f"{gain:.1f}",
        ">= 4 x",
        gain >= 4,
    )


def noise(figures: Figures) -> float:
    """Give how far the floor's rounds lie apart: median of its figures."""
    return statistics.median(
        servers[FLOOR].spread for servers in figures.series.values() if FLOOR in servers
    )


def short(value: float) -> str:
    """Give a number with three figures."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _shown(values: Iterable[float]) -> str:
    return " / ".join(short(value) for value in values)
