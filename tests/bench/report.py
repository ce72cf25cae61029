"""The report: tables with ratios, the promises in words, a JSON file, and tables for the README."""

import json
import os
import platform
import re
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import rows
from .figures import Figures, Series
from .rows import BY_HAND, FLOOR, OURS, Alone, Compared, short

PROMISES = {
    1: "a write is seen soon: near the floor, ahead of Flask-SocketIO from 50 subscribers on",
    2: "8 writers, 50 subscribers: more writes and less CPU than Flask-SocketIO",
    3: "a write costs the same at 100 and 5,000 tasks: one call to the List, no read",
    4: "who comes back or joins while others write is right, by replay alone, within 2 s",
    5: "the page: all cards nearly as soon as the SDK alone reads them, first card at once, light",
    6: "starts as soon as Flask-SocketIO, and needs at most 150 MB for 500 subscribers",
    7: "with Sync far away an answer takes one round trip, and writers do not wait for each other",
}
Row = Compared | Alone


def print_report(figures: Figures, rounds: int, seconds: float) -> None:
    """Print everything."""
    print(f"\n{_machine()}, {rounds} rounds in {seconds:.0f} s; medians over the rounds;")
    print("load: share of one core that the load generator used, for each server in turn\n")
    beside, alone = list(rows.compared(figures)), list(rows.alone(figures))
    _print_compared(figures, beside)
    print()
    for row in alone:
        print(f"{row.label:66}{row.value:>27}   {row.must:30}{_verdict(row.is_kept)}")
    print(
        f"\nnoise: the floor's rounds lie {rows.noise(figures):.0%} apart (median of its figures);",
        end="",
    )
    print(f" load average now {os.getloadavg()[0]:.1f}, of which this run itself makes about 1.5\n")
    print("\n".join(promises([*beside, *alone])))


def promises(every: list[Row]) -> Iterator[str]:
    """Say of each promise whether it was kept, and what of it was not."""
    for number, words in PROMISES.items():
        missed = [row.label for row in every if row.promise == number and row.is_kept is False]
        yield f"promise {number} {'MISSED' if missed else 'kept'}: {words}"
        yield from (f"    not so: {label}" for label in missed)


def write_markdown(figures: Figures, rounds: int, path: Path) -> None:
    """Write the tables of the README."""
    noise = f"the floor's rounds lie {rows.noise(figures):.0%} apart"
    lines = [f"{_machine()}, {rounds} rounds, medians; {noise}.", ""]
    lines += ["| | floor | by hand | ours | ours / floor | ours / by hand | promised | |"]
    lines += ["| --- " * 8 + "|"]
    for row in rows.compared(figures):
        cells = [row.label, *_values(figures, row), *_ratios(figures, row)]
        lines.append(f"| {' | '.join([*cells, row.must, _verdict(row.is_kept)])} |")
    lines += ["", "| ours alone | measured | promised | |", "| --- " * 4 + "|"]
    for one in rows.alone(figures):
        cells = [one.label, one.value, one.must, _verdict(one.is_kept)]
        lines.append(f"| {' | '.join(cells)} |")
    text = "\n".join(lines).replace("<= ", "≤ ").replace(">= ", "≥ ")
    path.write_text(re.sub(r" x\b", " ×", text) + "\n")


def write_json(figures: Figures, rounds: int, seconds: float, path: Path) -> None:
    """Write all values, one per round, and p50 and p99 of what was timed singly."""
    series = {
        figure: {server: _as_json(one) for server, one in servers.items()}
        for figure, servers in figures.series.items()
    }
    report: dict[str, Any] = {"machine": _machine(), "rounds": rounds, "seconds": round(seconds)}
    report["load_average"] = round(os.getloadavg()[0], 1)
    text = json.dumps({**report, "noise": rows.noise(figures), "figures": series}, indent=1)
    path.write_text(text + "\n")


def _as_json(series: Series) -> dict[str, Any]:
    known: dict[str, Any] = {"rounds": [round(value, 4) for value in series.values]}
    if any(series.loads):
        known["load"] = [round(load, 3) for load in series.loads]
    if len(series.samples) > 1:
        known.update(p50=round(series.p50, 3), p99=round(series.p99, 3), n=len(series.samples))
    return known


def _print_compared(figures: Figures, beside: list[Compared]) -> None:
    print(f"{'':41}{FLOOR:>9}{'by hand':>9}{OURS:>9}{'/ floor':>9}{'/ hand':>9}{'load %':>13}")
    for row in beside:
        cells = "".join(f"{cell:>9}" for cell in (*_values(figures, row), *_ratios(figures, row)))
        print(f"{row.label:41}{cells}{_loads(figures, row):>13}", end="")
        print(f"   {row.must:30}{_verdict(row.is_kept)}")


def _values(figures: Figures, row: Compared) -> list[str]:
    servers = figures.series[row.figure]
    return [short(servers[title].median) for title in (FLOOR, BY_HAND, OURS)]


def _ratios(figures: Figures, row: Compared) -> list[str]:
    return [f"{figures.ratio(row.figure, OURS, base):.2f}" for base in (FLOOR, BY_HAND)]


def _loads(figures: Figures, row: Compared) -> str:
    servers = figures.series[row.figure]
    shares = [statistics.median(servers[title].loads) for title in (FLOOR, BY_HAND, OURS)]
    return " / ".join(f"{share * 100:.0f}" for share in shares) if any(shares) else ""


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def _verdict(is_kept: bool | None) -> str:
    return {None: "", True: "kept", False: "MISSED"}[is_kept]
