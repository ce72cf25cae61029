"""The commands of an admin: `python -m kanban_server.cli --help`, or the verbs of `make`."""

import itertools
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import click

from . import backup, doctor
from .errors import KanbanError
from .pacer import LIST_RATE
from .serve import open_store
from .settings import Settings, SettingsError, load_settings
from .sync_store import SyncStore
from .tasks import counted, name_of

CLOUD_SECONDS_BETWEEN_WRITES = 1 / (LIST_RATE * 0.8)
FITTING = 0  # the width of a bar that fills the terminal, be it a narrow one


@click.group()
def main() -> None:
    """Look after the board."""


@main.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Clear the board, after a snapshot of it is written."""
    with _opened() as (store, settings):
        items = backup.read_items(store)
        if not items:
            return click.echo("The board is empty already.")
        if not yes:
            every = "the only task" if len(items) == 1 else f"all {len(items)} tasks"
            click.confirm(f"Delete {every} of the board?", abort=True)
        path = _write_snapshot(items, settings)
        with click.progressbar(length=len(items), label="Deleting", width=FITTING) as bar:
            cleared = backup.clear(store, items, path, _tick(bar, settings))
        click.echo(f"{counted(cleared.removed)} deleted.")
        if cleared.stayed:
            click.echo(f"{counted(cleared.stayed)} added meanwhile, not deleted.")
        return None


@main.command()
def export() -> None:
    """Write a snapshot of the board."""
    with _opened() as (store, settings):
        with click.progressbar(store.items(), label="Reading", width=FITTING) as bar:
            items = list(bar)
        _write_snapshot(items, settings)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Bring the tasks of a snapshot back; those that are there already stay as they are."""
    with _opened() as (store, settings):
        items = backup.load(file)
        with click.progressbar(length=len(items), label="Restoring", width=FITTING) as bar:
            done = backup.restore(store, items, _tick(bar, settings))
        there = len(items) - done.made - len(done.lost)
        click.echo(f"{counted(done.made)} made, {there} were there already.")
        for item, why in done.lost:
            click.echo(f"Not made: task {item.key}, {name_of(item)[:40]!r}. {why}", err=True)
        sys.exit(bool(done.lost))


@main.command(name="doctor")
def examine() -> None:
    """Tell what is wrong with this installation and its settings."""
    findings = [*doctor.check_python(), *doctor.check_libraries(), *_examine_settings()]
    with _in_plain_words():
        for finding in findings:
            click.echo(f"{'ok   ' if finding.is_well else 'WRONG'} {finding.text}")
    sys.exit(not all(finding.is_well for finding in findings))


def _examine_settings() -> Iterator[doctor.Finding]:
    try:
        settings = load_settings(os.environ, Path(".env"))
        yield doctor.Finding(True, "settings, from the environment and .env")
        yield from doctor.check_names(os.environ, Path(".env"))
        yield from doctor.check_folder(settings)
        yield from doctor.check_port(settings)
        with open_store(settings) as store:
            yield from doctor.check_sync(store)
    except SettingsError as error:
        yield doctor.Finding(False, str(error))


@contextmanager
def _opened() -> Iterator[tuple[SyncStore, Settings]]:
    """Open the board's Sync; failures end the command in plain words."""
    with _in_plain_words():
        settings = load_settings(os.environ, Path(".env"))
        with open_store(settings) as store:
            store.prepare()
            yield store, settings


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except (SettingsError, backup.BrokenSnapshot) as error:
        sys.exit(str(error))
    except KanbanError as error:
        sys.exit(error.detail)
    except BrokenPipeError:  # who read what this says has gone, which click takes quietly
        raise
    except OSError as error:
        sys.exit(f"{error.filename or 'The disk'}: {error.strerror}")


def _write_snapshot(items: list[backup.Item], settings: Settings) -> Path:
    stamp = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S-%f")
    path = settings.data / backup.FOLDER / f"tasks-{stamp}.json"
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    backup.write(items, path)
    click.echo(f"Snapshot of {counted(len(items))}: {path}")
    return path


def _tick(bar: "click._termui_impl.ProgressBar[int]", settings: Settings) -> Callable[[], None]:
    """Make what is called after each task; on the cloud it also keeps within Sync's rate."""
    pause = 0 if settings.sync_url or not settings.credentials else CLOUD_SECONDS_BETWEEN_WRITES
    due = itertools.count(time.monotonic(), pause) if pause else None

    def tick() -> None:
        bar.update(1)
        if due:
            time.sleep(max(0, next(due) - time.monotonic()))

    return tick


if __name__ == "__main__":
    main()
