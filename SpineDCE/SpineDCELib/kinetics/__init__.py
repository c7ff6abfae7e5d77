"""Kinetics: convolution, tracer models, their fit to curves and volumes."""
