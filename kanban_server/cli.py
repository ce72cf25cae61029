"""The commands of an admin: `python -m kanban_server.cli --help`, or the verbs of `make`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import click

from . import backup
from .errors import KanbanError
from .serve import open_store
from .settings import SettingsError
from .sync_store import SyncStore


@click.group()
def main() -> None:
    """Look after the board."""


@main.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Clear the board, after a snapshot of it is written."""
    with _store() as (store, folder):
        items = backup.read_items(store)
        if not items:
            return click.echo("The board is empty already.")
        if not yes:
            click.confirm(f"Delete all {len(items)} tasks of the board?", abort=True)
        path = _snapshot_path(folder)
        backup.write(items, path)
        click.echo(f"Snapshot: {path}")
        with click.progressbar(length=len(items), label="Deleting") as bar:
            cleared = backup.clear(store, items, path, lambda: bar.update(1))
        click.echo(f"{cleared.removed} tasks deleted.")
        if cleared.stayed:
            click.echo(f"{cleared.stayed} tasks were added meanwhile and stay.")
        return None


@contextmanager
def _store() -> Iterator[tuple[SyncStore, Path]]:
    """Open the board's Sync and give it with the data folder; failures end it in plain words."""
    try:
        with open_store() as opened:
            yield opened
    except (SettingsError, backup.BrokenSnapshot) as error:
        sys.exit(str(error))
    except KanbanError as error:
        sys.exit(error.detail)


def _snapshot_path(folder: Path) -> Path:
    stamp = datetime.now(timezone.utc).strftime("%Y%m%d-%H%M%S-%f")
    return folder / "snapshots" / f"tasks-{stamp}.json"


if __name__ == "__main__":
    main()
