"""Data sets: points in one and two dimensions, handwritten digits, and their catalogue."""
