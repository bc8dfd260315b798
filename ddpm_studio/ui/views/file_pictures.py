"""Pictures of images whose frames lie in a file: made from no more of it than is to be seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ddpm_studio.ui.views.background_reader import BackgroundReader, Job
from ddpm_studio.ui.views.image_grid import GridLayout, Images, grid_picture
from ddpm_studio.ui.views.sample_pictures import Picture

if TYPE_CHECKING:
    from ddpm_studio.diffusion.trajectory import Trajectory

EVERY = -1
_SHARP_ENOUGH = 1.25  # times larger an overview may be shown
_SWIFT_SECONDS = 0.008  # half of what lies between two frames of a screen


@dataclass(frozen=True)
class PictureWish:
    """All samples of x_t in a grid, or sample ``only``, on a background."""

    trajectory: Trajectory
    t: int
    only: int
    layout: GridLayout
    background: str

    def make(self) -> Picture:
        """Read and draw it; takes some milliseconds and may wait for a disk.

        Raises TemporaryFileError.
        """
        return grid_picture(self._images(), self.layout, self.background)

    @property
    def has_preview(self) -> bool:
        """Whether there is one."""
        return self.trajectory.preview(self.t) is not None

    def preview(self) -> Picture | None:
        """The same at once, of few pixels; None where there is none."""
        images = self.trajectory.preview(self.t)
        if images is None:
            return None
        shown = images if self.only == EVERY else images[self.only : self.only + 1]
        return grid_picture(shown, self.layout, self.background, is_rough=True)

    def _images(self) -> Images:
        if self.only != EVERY:
            return self.trajectory.samples(self.t, self.only, self.only + 1)
        shrinking = self._shrinking()
        if shrinking == 1:
            return self.trajectory.frame(self.t)
        return self.trajectory.overview(self.t, shrinking)

    def _shrinking(self) -> int:
        """Of the smallest overview that looks no worse than the frame itself at this size."""
        height, shown = self.trajectory.sample_shape[1], self.layout.image_size[1]
        for shrinking in reversed(self.trajectory.overview_shrinkings):
            if _SHARP_ENOUGH * height / shrinking >= shown:
                return shrinking
        return 1

    def at(self, t: int) -> PictureWish:
        """The same of another t."""
        return replace(self, t=t)


class FilePictures:
    """The pictures that one view wants, one after the other.

    ``reader.arrived`` says that the wish of before can be had now.
    """

    def __init__(self) -> None:
        self.reader = BackgroundReader()
        self._last: tuple[PictureWish, Picture] | None = None
        self._wished_t = 0

    def clear(self) -> None:
        """Forget a trajectory, so that its file can go."""
        self.reader.clear()
        self._last = None

    @property
    def is_swift(self) -> bool:
        """Whether pictures come so soon that they can follow any movement."""
        return self.reader.seconds < _SWIFT_SECONDS

    def is_ready(self, wish: PictureWish, *, can_wait: bool = False) -> bool:
        """Whether the picture can be had at once; otherwise it is fetched from now on.

        With ``can_wait``, only once no other has been wished for a moment.
        """
        if self.reader.answer(wish) is not None:
            return True
        self.reader.ask(wish, wish.make, self._likely_next(wish), can_wait=can_wait)
        return False

    def newest(
        self, wish: PictureWish, *, can_wait: bool = False
    ) -> tuple[PictureWish, Picture] | None:
        """The picture, or the last one that there is, with what it shows; None where there is none.

        Never waits: while somebody drags faster than a disk reads, the pictures come late, but they
        come. Raises what kept the picture from being read.
        """
        if self.is_ready(wish, can_wait=can_wait):
            self._last = wish, self.at_once(wish)
        elif self.reader.latest is not None:
            of, picture = self.reader.latest
            if isinstance(of, PictureWish) and not isinstance(picture, Exception):
                self._last = of, picture
        return self._last

    def at_once(self, wish: PictureWish) -> Picture:
        """The picture, read and drawn now where it is not ready. Raises TemporaryFileError."""
        found = self.reader.answer(wish)
        if isinstance(found, Exception):
            raise found
        return wish.make() if found is None else found

    def _likely_next(self, wish: PictureWish) -> list[Job]:
        """A step of the same length further on, and one back."""
        step = (wish.t - self._wished_t) or 1
        self._wished_t = wish.t
        trajectory = wish.trajectory
        times = [t for t in (wish.t + step, wish.t - step) if trajectory.is_recorded(t)]
        return [(other, other.make) for other in map(wish.at, times)]
