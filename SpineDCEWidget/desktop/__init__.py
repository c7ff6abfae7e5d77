"""The panels in 3D Slicer."""
