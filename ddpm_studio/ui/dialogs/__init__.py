"""Dialogs: export and messages."""
