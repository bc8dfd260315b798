"""Readers of other people's data sets: each yields its progress and writes one set into the cache."""
