"""Runs from files to files: inputs, analysis, comparison, cache, provenance, saved session."""
