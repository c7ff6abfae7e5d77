"""The workstation in the browser: 3D Slicer's scene and slice views, with trame-slicer."""
