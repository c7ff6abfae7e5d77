"""What a user sees: panels in 3D Slicer and in the browser, with the same words and steps."""
