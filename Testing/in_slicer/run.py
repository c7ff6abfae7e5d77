"""Runs every test in this folder inside 3D Slicer and leaves it with their exit code.

``Slicer --additional-module-paths SpineDCE --python-script Testing/in_slicer/run.py [name …]``
"""

import sys
import traceback
import unittest
from pathlib import Path

import qt
import slicer

HERE = Path(__file__).resolve().parent


class Results(unittest.TextTestResult):
    """Results that say at once what failed, because the last test may end an hour later."""

    def addError(self, test, err):
        super().addError(test, err)
        self.stream.writeln(self.errors[-1][1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.stream.writeln(self.failures[-1][1])


def run():
    """All tests, or those whose name holds one of the arguments."""
    code = 1
    try:
        sys.path.insert(0, str(HERE))
        sys.path.append(str(HERE.parent))
        wanted = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
        loader = unittest.TestLoader()
        loader.testNamePatterns = [f"*{name}*" for name in wanted] or None
        suite = loader.discover(str(HERE), pattern="in_slicer_*.py", top_level_dir=str(HERE))
        count = suite.countTestCases()
        runner = unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Results)
        outcome = runner.run(suite)
        code = 0 if outcome.wasSuccessful() and count else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        slicer.util.exit(code)


# The main window must be up, and the script that starts this must have returned.
qt.QTimer.singleShot(500, run)
