"""The commands that say what a model file is and make another of it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ddpm_studio.atomic_file import check_replaceable
from ddpm_studio.checkpoints.foreign.opening import all_questions, answered, look_at, open_model
from ddpm_studio.checkpoints.foreign.questions import AnswerError, Question, checked_answers
from ddpm_studio.checkpoints.model_file import SUFFIX, ModelFile
from ddpm_studio.checkpoints.summary import full_summary

_LABEL_WIDTH = 14


def given_answers(texts: Sequence[str]) -> dict[str, str]:
    """``name=value`` of a command line. Raises AnswerError for any other form."""
    answers = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise AnswerError("--answer needs name=value, such as T=1000, not {text!r}.", text=text)
        answers[name] = value
    return answers


def say_what_it_is(options: argparse.Namespace) -> int:
    """Print all that a model file, or another project's checkpoint, says about itself; returns 0."""
    found, answers = look_at(options.file), given_answers(options.answer)
    questions = () if isinstance(found, ModelFile) else all_questions(found)
    given = checked_answers(questions, answers)
    file = found if isinstance(found, ModelFile) else answered(found, answers)
    from ddpm_studio.checkpoints.weights import load_inspected

    load_inspected(file)  # a file may only be called good once its weights were read
    for label, value in full_summary(file):
        _print_row(label, value)
    for question in questions:
        answer = _shown(given[question.name])
        reason = "as given" if question.name in answers else str(question.reason)
        _print_row("assumed", f"{question.name}={answer}  {_choices(question)}{reason}")
    return 0


def convert(options: argparse.Namespace) -> int:
    """Write a model file of ours, or a folder of diffusers; returns 0."""
    file = open_model(options.file, given_answers(options.answer))
    from ddpm_studio.checkpoints.weights import load_inspected, save_model

    if options.out is not None:
        check_replaceable(options.out)
        model = load_inspected(file)
        description = replace(file.description, name=_name(options.out))
        save_model(options.out, description, model.denoiser.network.state_dict())
        print(f"{options.out}: {file.parameter_count:,} parameters")
    else:
        _export(file, options.to_diffusers)
    return 0


def _export(file: ModelFile, folder: Path) -> None:
    """Write the folder; what speaks against it is found before the weights are read."""
    from ddpm_studio.checkpoints.diffusers_export import (
        check_new_folder,
        export_to_diffusers,
        exportable_network,
    )
    from ddpm_studio.checkpoints.weights import load_inspected

    exportable_network(file.description)
    check_new_folder(folder)
    model = load_inspected(file)
    export_to_diffusers(folder, file.description, model.denoiser.network.state_dict())
    print(f"{folder}: {file.parameter_count:,} parameters, for diffusers")


def _name(path: Path) -> str:
    return path.name.removesuffix(SUFFIX) or path.name


def _print_row(label: str, value: str) -> None:
    print(f"{label + ':':<{_LABEL_WIDTH}} {value}")


def _shown(value: object) -> str:
    return "none" if value == "" else str(value)


def _choices(question: Question) -> str:
    if not question.choices:
        return ""
    return f"[{', '.join(map(_shown, question.choices))}] "
