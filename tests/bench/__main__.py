"""One run: three servers, interleaved, over some rounds; tables, a JSON file and a plot."""

import argparse
import tempfile
import time
from pathlib import Path

import uvloop

from . import far, pages, peers, plot, report, returning, sizes
from .figures import Figures
from .processes import Process

RESULTS = Path(__file__).parent / "results"
MAX_SECONDS = 540
PARTS = {"peers": peers, "sizes": sizes, "returning": returning, "far": far, "pages": pages}
KEEPING = (sizes, pages)  # their boards are filled in the first round alone


def main() -> None:
    """Measure and report; --quick is one short round and writes no files unless told where."""
    parser = argparse.ArgumentParser("python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, only the table")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, help=f"folder of JSON and plot; else {RESULTS.name}")
    given = parser.parse_args()
    output = given.output or (None if given.quick else RESULTS)
    rounds, scale = (1, 0.34) if given.quick else (given.rounds, 1.0)
    figures, begun = Figures(), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        try:
            done = uvloop.run(run(figures, Path(folder), rounds, scale))
        finally:
            Process.stop_all()
    seconds = time.perf_counter() - begun
    report.print_report(figures, done, seconds)
    if output:
        output.mkdir(parents=True, exist_ok=True)
        report.write_json(figures, done, seconds, output / "bench.json")
        report.write_markdown(figures, done, output / "bench.md")
        plot.draw(figures, output / "bench.png")


async def run(figures: Figures, folder: Path, rounds: int, scale: float) -> int:
    """Measure all parts in each round; no round begins that would end too late. Give how many."""
    begun = time.perf_counter()
    for turn in range(rounds):
        for name, part in PARTS.items():
            print(f"round {turn + 1}: {name}", flush=True)
            where = folder / name if part in KEEPING else folder / f"{name} {turn}"
            where.mkdir(parents=True, exist_ok=True)
            await part.measure(figures, where, turn, scale)
        spent = time.perf_counter() - begun
        if spent + spent / (turn + 1) > MAX_SECONDS:
            return turn + 1
    return rounds


if __name__ == "__main__":
    main()
