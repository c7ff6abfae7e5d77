"""What every test runs under."""

import os
import signal
import tempfile

import pytest
from hypothesis import settings

# Tests run side by side, one on each core; threads within them would only compete.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# CI tries the same examples every time; at a desk each run tries new ones.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

# A run in the background ignores these, and so would the programs that it starts and stops.
for ignored, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
    number = getattr(signal, ignored, None)
    if number is not None and signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)

# Nothing is kept in the home of who runs the tests.
os.environ.setdefault("SPINEDCE_HOME", tempfile.mkdtemp(prefix="spinedce-tests-"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run files with slow tests first, so that no core waits for the last of them alone."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
