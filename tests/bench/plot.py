"""The plot for the README: seen by the last of N, writes per second, CPU per write."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from .figures import Figures
from .peers import CROWDS
from .rows import BY_HAND, FLOOR, OURS

SERVERS = {
    FLOOR: ("floor", "#9aa0a6"),
    BY_HAND: ("by hand (Flask-SocketIO)", "#d98324"),
    OURS: ("this board", "#2563a8"),
}
BURSTS = (1, 50)  # subscribers
WRITERS_HEAR = ["1 subscriber", "50 subscribers"]
STYLE = {
    "font.size": 12,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "figure.facecolor": "white",
}


def draw(figures: Figures, path: Path) -> None:
    """Draw the three parts side by side; the whiskers span the rounds."""
    with plt.rc_context(STYLE):
        figure, (left, middle, right) = plt.subplots(
            1, 3, figsize=(12, 4.2), layout="constrained", width_ratios=(5, 4, 4)
        )
        _draw_seen(left, figures)
        _draw_bars(middle, figures, "writes/s", "Writes per second, 8 writers")
        _draw_bars(right, figures, "cpu", "Server CPU s per 1,000 writes")
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
        figure.savefig(path, dpi=110)
        plt.close(figure)


def _draw_seen(axes: plt.Axes, figures: Figures) -> None:
    for title, (label, colour) in SERVERS.items():
        series = [figures.series[f"seen {count}"][title] for count in CROWDS]
        medians = [one.median for one in series]
        below = [one.median - min(one.values) for one in series]
        above = [max(one.values) - one.median for one in series]
        style = {"color": colour, "marker": "o", "linewidth": 2, "capsize": 3}
        axes.errorbar(list(CROWDS), medians, [below, above], label=label, **style)
    axes.set(xscale="log", yscale="log", xlabel="subscribers")
    axes.set_title("Until the last has seen a write, ms (p50)", pad=12)
    axes.set_xticks(list(CROWDS), [str(count) for count in CROWDS])
    axes.set_yticks([1, 2, 5, 10, 20, 50, 100], ["1", "2", "5", "10", "20", "50", "100"])
    axes.minorticks_off()
    axes.grid(axis="y", color="#e5e5e5")


def _draw_bars(axes: plt.Axes, figures: Figures, figure: str, title: str) -> None:
    for place, (server, (_, colour)) in enumerate(SERVERS.items()):
        series = [figures.series[f"{figure} {count}"][server] for count in BURSTS]
        heights = [one.median for one in series]
        spots = [group + (place - 1) * 0.28 for group in range(len(BURSTS))]
        bars = axes.bar(spots, heights, 0.26, color=colour)
        labels = [f"{height:,.0f}" if height >= 10 else f"{height:.1f}" for height in heights]
        axes.bar_label(bars, labels, padding=2, fontsize=11)
    axes.set_xticks(range(len(BURSTS)), WRITERS_HEAR)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.margins(y=0.1)
    axes.set_title(title, pad=12)
