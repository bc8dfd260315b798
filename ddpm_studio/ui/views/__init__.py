"""Views of a chain: clouds, image grids, the film strip."""
