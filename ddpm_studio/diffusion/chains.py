"""What a chain is, and the forward one: q simulated step by step.

A chain is a generator of one :class:`ChainStep` for every t. The driver (a thread, a test, the
command line) owns progress and cancelling: it just stops asking for the next step. The reverse
chains are in samplers.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ddpm_studio.diffusion.device_queue import Arrival
from ddpm_studio.diffusion.gaussians import standard_normal, transition
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.explained_error import ExplainedError

PredictX0 = Callable[[Tensor, int], Tensor]
"""(x_t of shape (N, …), t) -> predicted x_0 of the same shape."""


@dataclass(frozen=True)
class Prediction:
    """What a network sees in x_t that learned its variance, too; both of x_t's shape (N, …).

    variance_share  v of :func:`~ddpm_studio.diffusion.gaussians.learned_range_variance`, 0 for
                    beta_tilde_t to 1 for beta_t
    """

    x_0: Tensor
    variance_share: Tensor


Predict = Callable[[Tensor, int], Tensor | Prediction]
"""A :data:`PredictX0`, or what says x_0 and the variance together."""


def together(parts: Sequence[Tensor | Prediction]) -> Tensor | Prediction:
    """What was predicted for parts of the samples, all of one kind, as if for all at once."""
    if len(parts) == 1:
        return parts[0]
    predictions = [part for part in parts if isinstance(part, Prediction)]
    if not predictions:
        return torch.cat([part for part in parts if isinstance(part, Tensor)])
    return Prediction(
        torch.cat([part.x_0 for part in predictions]),
        torch.cat([part.variance_share for part in predictions]),
    )


class NotFiniteError(ExplainedError, ArithmeticError):
    """A chain produced NaN or infinity; the message says at which t and what to try."""


def require_finite(is_finite: Tensor, t: int) -> None:
    """Raises NotFiniteError for x_t where ``is_finite``, one truth or several, is not true."""
    if not is_finite.all():
        raise NotFiniteError(
            "The reverse chain is not finite at t = {t}. Its numbers grew without limit: try "
            "another seed or another model.",
            t=t,
        )


@dataclass(frozen=True)
class ChainStep:
    """x_t of one chain. ``x`` has shape (N, …) and is never written to again.

    A GPU may still be computing it. ``not_looked_at`` is then on its way to the CPU: whether x is
    finite, which whoever shows x must ask with :meth:`require_finite`.
    """

    t: int
    x: Tensor
    predicted_x_0: Tensor | None = None
    not_looked_at: Arrival | None = None

    def require_finite(self) -> None:
        """Waits until that is known, where it is not; raises NotFiniteError."""
        if self.not_looked_at is not None:
            require_finite(self.not_looked_at.wait(), self.t)


@dataclass(frozen=True, eq=False)
class ChainPosition:
    """Where a chain was stopped: from here on it goes as if it never had been.

    frame            which of its frames x is: t, unless the chain takes fewer steps than its schedule
    x                x_t of all samples, exact
    generator_state  of the noise, as it was when x was there
    predicted_x_0    of the step that led to x: a network with self-conditioning looks at it
    """

    frame: int
    x: Tensor
    generator_state: Tensor
    predicted_x_0: Tensor | None = None

    def generator(self) -> torch.Generator:
        """A CPU generator in that state."""
        generator = torch.Generator()
        generator.set_state(self.generator_state)
        return generator


def forward_chain(
    schedule: NoiseSchedule, x_t: Tensor, generator: torch.Generator, *, t: int = 0
) -> Iterator[ChainStep]:
    """x_0, x_1, …, x_T with x_t = sqrt(1 - beta_t) x_{t-1} + sqrt(beta_t) z_t (DDPM, eq. 2).

    A true simulation of the chain: each z_t is fresh and x_t is made from x_{t-1} alone, so
    successive frames belong together (the closed form with a new epsilon per t would flicker). It begins with
    x_t where it is resumed, with the state that the generator had when x_t was yielded.
    """
    x = x_t
    yield ChainStep(t, x)
    for step in range(t + 1, schedule.T + 1):
        x = transition(schedule, x, step).sample(generator)
        yield ChainStep(step, x)


def initial_noise(
    count: int,
    sample_shape: tuple[int, ...],
    generator: torch.Generator,
    device: torch.device | str,
) -> Tensor:
    """x_T ~ N(0, I), shape (count, *sample_shape), float32."""
    return standard_normal((count, *sample_shape), generator, device)
