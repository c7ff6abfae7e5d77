"""Panels in 3D Slicer (Qt)."""
