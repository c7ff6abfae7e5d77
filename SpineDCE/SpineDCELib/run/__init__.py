"""Analyses from files to files: inputs, comparison, cache, provenance, saved session."""
