"""SpineDCE's engine: T1-weighted DCE-MR perfusion of the spine, from the scanner's files to Vp.

Arrays are ordered ``[frame, slice, row, column]``; space is LPS in mm; times are in s; rate
constants in 1/min; volume fractions as fractions.
"""

from SpineDCELib.version import __version__

__all__ = ["__version__"]
