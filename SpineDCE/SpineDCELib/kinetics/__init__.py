"""Kinetics: convolution, tracer models and their fit to curves and volumes."""
