"""Readers of other projects' checkpoints: key maps, and what their files leave open."""
