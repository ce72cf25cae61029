"""What was measured: values by figure and server, one per round, and the load generator's share."""

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .processes import Process


@dataclass
class Meter:
    """One stretch of measuring. seconds: its length; server and load: CPU seconds used in it."""

    seconds: float = 0.0
    server: float = 0.0
    load: float = 0.0

    @property
    def load_share(self) -> float:
        """Give the share of one core that the load generator needed."""
        return self.load / self.seconds if self.seconds else 0.0


@contextmanager
def metered(*processes: Process) -> Iterator[Meter]:
    """Measure time and CPU of what is done inside."""
    meter = Meter()
    server = sum(process.cpu_seconds() for process in processes)
    load, begun = time.process_time(), time.perf_counter()
    yield meter
    meter.seconds = time.perf_counter() - begun
    meter.load = time.process_time() - load
    meter.server = sum(process.cpu_seconds() for process in processes) - server


@dataclass
class Series:
    """A figure of one server. values: one per round; samples: single times of all rounds, in ms."""

    values: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    samples: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Give the median over the rounds."""
        return statistics.median(self.values)

    @property
    def p50(self) -> float:
        """Give the median of all single times."""
        return statistics.median(self.samples)

    @property
    def p99(self) -> float:
        """Give the 99th percentile of all single times."""
        return statistics.quantiles(self.samples, n=100, method="inclusive")[98]

    @property
    def spread(self) -> float:
        """Give how far the rounds lie apart, as a share of their median."""
        return (max(self.values) - min(self.values)) / self.median if self.median else 0.0


class Figures:
    """All figures of a run."""

    def __init__(self) -> None:
        self.series: dict[str, dict[str, Series]] = defaultdict(lambda: defaultdict(Series))

    def add(self, figure: str, server: str, value: float, load_share: float = 0.0) -> None:
        """Note the value of one round."""
        series = self.series[figure][server]
        series.values.append(value)
        series.loads.append(load_share)

    def add_samples(
        self, figure: str, server: str, milliseconds: list[float], load_share: float
    ) -> None:
        """Note single times of one round; their median is the round's value."""
        self.add(figure, server, statistics.median(milliseconds), load_share)
        self.series[figure][server].samples += milliseconds

    def ratio(self, figure: str, server: str, other: str) -> float:
        """Give the median over the rounds of one server's value by the other's."""
        pairs = zip(
            self.series[figure][server].values, self.series[figure][other].values, strict=True
        )
        return statistics.median(value / base for value, base in pairs)
