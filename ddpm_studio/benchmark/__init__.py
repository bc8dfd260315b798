"""Measures the speed of the real application on this machine; one command, a table, never a test."""
