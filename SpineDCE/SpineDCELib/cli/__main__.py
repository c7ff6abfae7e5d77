"""``python -m SpineDCELib.cli``: the command where its script is not installed, as in 3D Slicer."""

import sys

from SpineDCELib.cli import main

sys.exit(main())
