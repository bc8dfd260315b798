"""Model files: our own format, and (later) readers of other projects' formats."""
