"""Widgets: the main window, its views, panels and dialogs. No torch here: views get numpy arrays."""
