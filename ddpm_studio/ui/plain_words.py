"""Words of a stranger, such as names of files and of classes, where Qt would take them for HTML.

A picture that such HTML names would be read, at once and whole, from anywhere on the disk.
"""

from __future__ import annotations

import html

from PySide6.QtGui import Qt

from ddpm_studio.explained_error import printable


def plain(words: str) -> str:
    """Rich text that says just these words, in as many lines."""
    return "<br>".join(html.escape(printable(line)) for line in words.split("\n"))


def plain_tip(words: str) -> str:
    """The same for a tooltip, which cannot be told that its text is plain."""
    return f"<p>{plain(words)}</p>" if Qt.mightBeRichText(words) else words
