"""The tables: ratios beside floor and Flask-SocketIO, ours alone, and the machine's noise."""

import json
import os
import platform
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .figures import Figures
from .peers import CROWDS
from .sizes import OPERATIONS, SIZES
from .targets import TARGETS

FLOOR, BY_HAND, OURS = (target.title for target in TARGETS)
TIMES_FLOOR = {1: 4.0, 50: 2.5, 200: 1.8, 500: 1.5}


@dataclass
class Row:
    """One line of the first table. must: what is promised; is_kept: whether it holds, if so."""

    label: str
    figure: str
    must: str = ""
    is_kept: bool | None = None


def print_report(figures: Figures, rounds: int, seconds: float) -> int:
    """Print everything; give the number of promises that were missed."""
    print(f"\n{_machine()}, {rounds} rounds in {seconds:.0f} s; medians over the rounds;")
    print("load: share of one core that the load generator used, for each server in turn\n")
    rows = list(_rows(figures))
    _print_rows(figures, rows)
    print()
    alone = list(_alone(figures))
    for label, value, must, is_kept in alone:
        print(f"{label:62}{value:>22}   {must:30}{_verdict(is_kept)}")
    print(
        f"\nnoise: the floor's rounds lie {_noise(figures):.0%} apart (median of its figures);",
        end="",
    )
    print(f" load average now {os.getloadavg()[0]:.1f}, of which this run itself makes about 1.5")
    return sum(kept is False for kept in [*(r.is_kept for r in rows), *(a[3] for a in alone)])


def write_json(figures: Figures, rounds: int, seconds: float, path: Path) -> None:
    """Write all values, one per round, and p50 and p99 of what was timed singly."""
    series = {
        figure: {server: _as_json(one) for server, one in servers.items()}
        for figure, servers in figures.series.items()
    }
    report: dict[str, Any] = {"machine": _machine(), "rounds": rounds, "seconds": round(seconds)}
    report["load_average"] = round(os.getloadavg()[0], 1)
    text = json.dumps({**report, "noise": _noise(figures), "figures": series}, indent=1)
    path.write_text(text + "\n")


def _as_json(series: Any) -> dict[str, Any]:
    known: dict[str, Any] = {"rounds": [round(value, 4) for value in series.values]}
    if any(series.loads):
        known["load"] = [round(load, 3) for load in series.loads]
    if len(series.samples) > 1:
        known.update(p50=round(series.p50, 3), p99=round(series.p99, 3), n=len(series.samples))
    return known


def _rows(figures: Figures) -> Iterator[Row]:
    for count in CROWDS:
        of_floor = figures.ratio(f"seen {count}", OURS, FLOOR)
        by_hand = figures.ratio(f"seen {count}", OURS, BY_HAND)
        limit, must_lead = TIMES_FLOOR[count], count >= 50
        must = f"<= {limit:g} x floor" + (", < 1 x by hand" if must_lead else "")
        is_kept = of_floor <= limit and (not must_lead or by_hand < 1)
        yield Row(f"seen by the last of {count}, p50 ms", f"seen {count}", must, is_kept)
    for count in (1, 50):
        more = figures.ratio(f"writes/s {count}", OURS, BY_HAND) > 1 if count == 50 else None
        less = figures.ratio(f"cpu {count}", OURS, BY_HAND) < 1 if count == 50 else None
        must = "{} 1 x by hand" if count == 50 else ""
        who = f"8 writers, {count} subscribers"
        yield Row(f"{who}, writes/s", f"writes/s {count}", must.format(">"), more)
        yield Row(f"{who}, CPU s per 1,000", f"cpu {count}", must.format("<"), less)
    quick = figures.ratio("start", OURS, BY_HAND) <= 1.2
    yield Row("second start to first 200, s", "start", "<= 1.2 x by hand", quick)
    small = figures.series["pss"][OURS].median <= 150
    yield Row("PSS with 500 subscribers, MB", "pss", "<= 150 MB", small)


def _print_rows(figures: Figures, rows: list[Row]) -> None:
    print(f"{'':40}{FLOOR:>9}{'by hand':>9}{OURS:>9}{'/ floor':>9}{'/ hand':>9}{'load %':>13}")
    for row in rows:
        servers = figures.series[row.figure]
        values = "".join(f"{_short(servers[title].median):>9}" for title in (FLOOR, BY_HAND, OURS))
        ratios = (figures.ratio(row.figure, OURS, base) for base in (FLOOR, BY_HAND))
        loads = " / ".join(
            f"{statistics.median(servers[title].loads) * 100:.0f}"
            for title in (FLOOR, BY_HAND, OURS)
        )
        print(f"{row.label:40}{values}" + "".join(f"{ratio:>9.2f}" for ratio in ratios), end="")
        print(f"{loads if loads != '0 / 0 / 0' else '':>13}   {row.must:30}{_verdict(row.is_kept)}")


def _alone(figures: Figures) -> Iterator[tuple[str, str, str, bool | None]]:
    """Give the lines about ours alone: label, value, what must be, whether it is."""
    for count in CROWDS:
        series, floor = (figures.series[f"seen {count}"][title] for title in (OURS, FLOOR))
        value = f"{series.p99:.1f} ({series.p99 / series.p50:.1f} x)"
        label = f"seen by the last of {count}: p99 ms (floor's: {floor.p99 / floor.p50:.1f} x p50)"
        yield label, value, "<= 3 x p50", series.p99 <= 3 * series.p50
    yield from _by_size(figures)
    yield from _calls(figures)
    yield from _back(figures)
    yield from _far(figures)


def _by_size(figures: Figures) -> Iterator[tuple[str, str, str, bool | None]]:
    sizes, shown = [str(size) for size in SIZES], " / ".join(f"{size:,}" for size in SIZES)
    for figure, unit, limit in (
        ("write seen", "p50 ms", 1.2),
        ("cpu per write", "CPU s per 1,000 writes", 1.2),
        *((f"{operation} seen", "p50 ms", None) for operation in OPERATIONS),
        ("read all", "GET /tasks ms", None),
    ):
        values = " / ".join(_short(figures.series[figure][size].median) for size in sizes)
        label = f"{figure} at {shown} tasks: {unit}"
        if limit:
            growth = figures.ratio(figure, sizes[-1], sizes[0])
            must = f"<= {limit} x, is {growth:.2f} x"
            yield label, values, must, growth <= limit
        else:
            yield label, values, "", None


def _calls(figures: Figures) -> Iterator[tuple[str, str, str, bool | None]]:
    for operation in OPERATIONS:
        writes, reads = (
            figures.series[f"{operation} Lists {kind}"]["far"].values
            for kind in ("writes", "reads")
        )
        value = f"{max(writes):g} w, {max(reads):g} r"
        is_kept = set(writes) == {1} and set(reads) == {0}
        yield f"calls to the List for one {operation}, at most", value, "1 write, 0 reads", is_kept


def _back(figures: Figures) -> Iterator[tuple[str, str, str, bool | None]]:
    back, join = figures.series["back"], figures.series["join"]
    worst = max(back["seconds"].values)
    yield "200 clients back after 3 s and 50 writes: s", f"{worst:.2f}", "<= 2 s", worst <= 2
    for figure, label in (("page reads", "… pages read by them"), ("wrong", "… wrong boards")):
        count = sum(back[figure].values)
        yield label, f"{count:g}", "0", count == 0
    wrong = sum(join["wrong"].values)
    yield "60 clients join while 8 write: wrong boards", f"{wrong:g}", "0", wrong == 0


def _far(figures: Figures) -> Iterator[tuple[str, str, str, bool | None]]:
    trip = figures.series["round trip"]["far"].p50
    yield "Sync 80 ms away: one round trip, p50 ms", f"{trip:.1f}", "", None
    for operation in OPERATIONS:
        value = figures.series[f"far {operation}"]["far"].p50
        shown = f"{value:.1f} ({value / trip:.2f} x)"
        yield f"… {operation} answered, p50 ms", shown, "<= 1.15 x", value <= 1.15 * trip
    gain = figures.series["far gain"]["far"].median
    yield "… writes/s of 8 writers by those of one", f"{gain:.1f}", ">= 4 x", gain >= 4


def _noise(figures: Figures) -> float:
    return statistics.median(
        servers[FLOOR].spread for servers in figures.series.values() if FLOOR in servers
    )


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _verdict(is_kept: bool | None) -> str:
    return {None: "", True: "kept", False: "MISSED"}[is_kept]
