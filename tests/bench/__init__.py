"""The benchmark: our server beside a floor and beside what one would write by hand.

`make bench`, or `python -m tests.bench [--quick]`. Needs tests/bench/requirements.txt.
"""
