"""What a trained model says of itself and of how it was trained."""

from __future__ import annotations

import torch

from ddpm_studio.checkpoints.description import ModelDescription, Recipe, TrainingRecord
from ddpm_studio.training.configuration import TrainingConfiguration


def described(
    settings: TrainingConfiguration,
    class_names: tuple[str, ...],
    precision: str,
    steps: int,
    final_loss: float | None,
    device: torch.device,
) -> ModelDescription:
    """A model after ``steps`` steps of that training, in the precision that they took."""
    return ModelDescription(
        name=settings.name,
        data_set=settings.data_set,
        network=settings.network,
        schedule=settings.schedule,
        target=settings.target,
        variance=settings.variance,
        clip=settings.clip,
        class_names=class_names,
        training=TrainingRecord(
            steps=steps,
            planned_steps=settings.steps,
            batch_size=settings.batch_size,
            learning_rate=settings.learning_rate,
            ema_decay=settings.ema_decay,
            seed=settings.seed,
            final_loss=final_loss,
            device=device.type,
            threads=torch.get_num_threads(),
            recipe=_recipe(settings, precision),
        ),
    )


def _recipe(settings: TrainingConfiguration, precision: str) -> Recipe:
    return Recipe(
        learning_rate_schedule=settings.learning_rate_schedule,
        learning_rate_steps=settings.learning_rate_length,
        warm_up_steps=settings.warm_up_steps,
        gradient_clip=settings.gradient_clip,
        precision=precision,
    )
