"""What each probe measures. Only numbers and texts, for they travel as JSON between processes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StartUp:
    """One start of the application; the seconds count from the start of its process.

    ready_seconds        Python runs the probe: no code of the application has run before
    first_paint_seconds  the window is drawn for the first time
    screen_seconds       all controls are there and can be used; the chains follow
    alive_seconds        both chains have frames, and samples of one have been drawn at two t
    both_move_seconds    samples of each have been drawn at two t
    peak_bytes           None where the system does not tell
    """

    platform: str
    qt_version: str
    ready_seconds: float
    first_paint_seconds: float
    screen_seconds: float
    alive_seconds: float
    both_move_seconds: float
    peak_bytes: int | None


@dataclass(frozen=True)
class SliderDrag:
    """Milliseconds from each mouse event to the end of the paint that shows it."""

    idle_ms: list[float]
    sampling_ms: list[float]
    peak_bytes: int | None


@dataclass(frozen=True)
class Opening:
    """The paper's CIFAR-10 network, opened from a file that the system has in its memory.

    ready_seconds        from the click until its weights are there and x_T is drawn
    first_step_seconds   until its first reverse step
    peak_bytes, peak_before_bytes
                         with all that was opened, and before; None where the system does not tell
    """

    parameter_count: int
    sample_count: int
    ready_seconds: list[float]
    first_step_seconds: list[float]
    peak_bytes: int | None
    peak_before_bytes: int | None


@dataclass(frozen=True)
class LargeChains:
    """Chains of large images that memory is too small for, scrubbed to any t at all.

    count, sample_shape, steps  of each of the two chains
    file_bytes                  of each one's temporary file
    step_ms                     to compute and to record each step of the forward chain
    small_ms                    as idle_ms, with small images in memory: what the window itself takes
    idle_ms, recording_ms       from each mouse event to the end of the paint in which both chains
                                show its t, or a preview of it while t moves: while nothing else
                                happens and while a chain is recorded
    peak_bytes                  None where the system does not tell
    """

    count: int
    sample_shape: list[int]
    steps: int
    file_bytes: int
    step_ms: list[float]
    small_ms: list[float]
    idle_ms: list[float]
    recording_ms: list[float]
    peak_bytes: int | None


@dataclass(frozen=True)
class Stall:
    """One late tick of the window's thread.

    late_ms    how late
    busy_ms    how long the thread itself computed: much less means that it had to wait for the
               interpreter or for a core
    activity   what the person was doing
    place      where in the application's code the thread was, innermost first; may be empty
    """

    late_ms: float
    busy_ms: float
    activity: str
    place: str


@dataclass(frozen=True)
class Session:
    """Lateness of a short timer on the window's thread while a person uses everything.

    starting       before torch was imported, when the window cannot be used much yet
    late_ms        every tick after torch's import
    stalls         the longest after torch's import, the longest first
    """

    interval_ms: int
    late_ms: list[float]
    starting: list[Stall]
    stalls: list[Stall]
    peak_bytes: int | None


@dataclass(frozen=True)
class Learning:
    """Lateness of a short timer on the window's thread while a training goes on and is watched.

    threads   on which torch computes
    stalls    the longest first
    """

    preset: str
    threads: int
    interval_ms: int
    late_ms: list[float]
    stalls: list[Stall]
    steps_per_second: float
    peak_bytes: int | None


@dataclass(frozen=True)
class SamplingSpeed:
    """Reverse steps per second of one model, one number for each repetition."""

    model: str
    sample_count: int
    steps_per_second: list[float]


@dataclass(frozen=True)
class Sampling:
    """Every bundled model on the device that the application would choose.

    devices  the names of all, the chosen one first
    """

    devices: list[str]
    threads: int
    speeds: list[SamplingSpeed]
    peak_bytes: int | None


@dataclass(frozen=True)
class TrainingSpeed:
    """Images a second of one network, of interleaved rounds; keys are "float32" and "bfloat16".

    ours, theirs  of the application's Trainer, and of pytorch-ddpm's loop (empty without it)
    """

    network: str
    parameter_count: int
    image_size: int
    batch_size: int
    threads: int
    ours: dict[str, list[float]]
    theirs: dict[str, list[float]]
    peak_bytes: int | None


@dataclass(frozen=True)
class Export:
    """A GIF of one model, made several times."""

    model: str
    frame_count: int
    frames_per_second: list[float]
    bytes_per_frame: float
    size_px: list[int]
    peak_bytes: int | None


@dataclass(frozen=True)
class ChainSpeed:
    """Reverse steps a second of the paper's network by who took them, one number a round.

    bfloat16_error   |difference| / |output| of the network in bfloat16
    """

    parameter_count: int
    sample_count: int
    threads: int
    rates: dict[str, list[float]]
    bfloat16_error: float
    peak_bytes: int | None
