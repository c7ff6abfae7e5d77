"""Between 3D Slicer's scene and the engine's arrays: the only part that imports slicer and vtk."""
