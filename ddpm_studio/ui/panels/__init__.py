"""Panels beside the chains: histograms, distances, the schedule."""
