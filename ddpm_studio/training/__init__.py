"""Training: the trainer, the moving average, and the presets the bundled models come from."""
