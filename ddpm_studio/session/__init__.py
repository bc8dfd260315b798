"""What is open now, apart from any widget: playback, background tasks, chains, preferences."""
