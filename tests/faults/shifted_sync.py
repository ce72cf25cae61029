"""A Sync whose clock is off: python -m tests.faults.shifted_sync SECONDS [ARGUMENTS].

Seen from there, the board's server is what is off, the other way round.
"""

import functools
import sys
import time

from kanban_server.sync_emulator import __main__ as standalone

if __name__ == "__main__":
    seconds = float(sys.argv[1])
    standalone.Emulator = functools.partial(
        standalone.Emulator, clock=lambda: time.time() + seconds
    )
    sys.exit(standalone.main(sys.argv[2:]))
