"""The plot for the README: seen by the last of N, and writes per second."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from .figures import Figures
from .peers import CROWDS
from .targets import TARGETS

COLOURS = ("#9aa0a6", "#d98324", "#2563a8")


def draw(figures: Figures, path: Path) -> None:
    """Draw both halves; the whiskers span the rounds."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
    for target, colour in zip(TARGETS, COLOURS, strict=True):
        _draw_seen(left, figures, target.title, colour)
    left.set(xscale="log", yscale="log", xlabel="subscribers", ylabel="ms, p50")
    left.set_title("from sending a write to its event at the last subscriber")
    left.set_xticks(list(CROWDS), [str(count) for count in CROWDS])
    left.legend(frameon=False)
    _draw_rates(right, figures)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _draw_seen(axes: plt.Axes, figures: Figures, title: str, colour: str) -> None:
    series = [figures.series[f"seen {count}"][title] for count in CROWDS]
    medians = [one.median for one in series]
    below = [one.median - min(one.values) for one in series]
    above = [max(one.values) - one.median for one in series]
    axes.errorbar(
        list(CROWDS), medians, [below, above], label=title, color=colour, marker="o", capsize=3
    )


def _draw_rates(axes: plt.Axes, figures: Figures) -> None:
    for place, (target, colour) in enumerate(zip(TARGETS, COLOURS, strict=True)):
        series = [figures.series[f"writes/s {count}"][target.title] for count in (1, 50)]
        spots = [group + (place - 1) * 0.27 for group in (0, 1)]
        bars = axes.bar(spots, [one.median for one in series], 0.25, color=colour)
        axes.bar_label(bars, fmt="{:,.0f}")
    axes.set_xticks([0, 1], ["1 subscriber", "50 subscribers"])
    axes.set_title("writes per second, 8 writers, until all have seen them")
    axes.spines[["top", "right"]].set_visible(False)
