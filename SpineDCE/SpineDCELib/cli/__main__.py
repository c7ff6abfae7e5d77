"""``python -m SpineDCELib.cli``: the command where no script is installed, as in 3D Slicer."""

import sys

from SpineDCELib.cli import main

sys.exit(main())
