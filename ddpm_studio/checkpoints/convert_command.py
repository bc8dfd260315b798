"""The commands that say what a model file is and make another of it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ddpm_studio.atomic_file import check_replaceable
from ddpm_studio.checkpoints.classifier_file import ClassifierFile
from ddpm_studio.checkpoints.classifier_opening import (
    OpenAiClassifier,
    answered_classifier,
    find_classifier,
    questions_of,
)
from ddpm_studio.checkpoints.foreign.opening import all_questions, answered, look_at, open_model
from ddpm_studio.checkpoints.foreign.questions import (
    AnswerError,
    Question,
    Value,
    checked_answers,
)
from ddpm_studio.checkpoints.model_file import SUFFIX, ModelFile
from ddpm_studio.checkpoints.summary import classifier_summary, full_summary
from ddpm_studio.standard_streams import say, show_progress

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
    answers = given_answers(options.answer)
    classifier = find_classifier(options.file)
    if classifier is not None:
        return _say_what_classifier_it_is(classifier, answers)
    found = look_at(options.file)
    questions = () if isinstance(found, ModelFile) else all_questions(found)
    given = checked_answers(questions, answers)
    file = found if isinstance(found, ModelFile) else answered(found, answers)
    from ddpm_studio.checkpoints.weights import load_inspected

    load_inspected(file)  # a file may only be called good once its weights were read
    for label, value in full_summary(file):
        _print_row(label, value)
    _print_assumptions(questions, given, answers)
    return 0


def _say_what_classifier_it_is(
    found: ClassifierFile | OpenAiClassifier, answers: Mapping[str, str]
) -> int:
    questions = questions_of(found)
    given = checked_answers(questions, answers)
    file = answered_classifier(found.path, None, answers)
    from ddpm_studio.checkpoints.classifier_weights import load_classifier

    load_classifier(file)
    for label, value in classifier_summary(file):
        _print_row(label, value)
    _print_assumptions(questions, given, answers)
    return 0


def _print_assumptions(
    questions: Sequence[Question], given: Mapping[str, Value], answers: Mapping[str, str]
) -> None:
    for question in questions:
        answer = _shown(given[question.name])
        reason = "as given" if question.name in answers else str(question.reason)
        _print_row("assumed", f"{question.name}={answer}  {_choices(question)}{reason}")


def convert(options: argparse.Namespace) -> int:
    """Write a model file of ours, or a folder of diffusers; returns 0."""
    if options.out is not None and find_classifier(options.file) is not None:
        return _convert_classifier(options)
    file = open_model(options.file, given_answers(options.answer))
    from ddpm_studio.checkpoints.weights import load_inspected, save_model

    if options.out is not None:
        check_replaceable(options.out)
        model = load_inspected(file)
        description = replace(file.description, name=_name(options.out))
        save_model(options.out, description, model.denoiser.network.state_dict())
        say(f"{options.out}: {file.parameter_count:,} parameters")
    else:
        _export(file, options.to_diffusers)
    return 0


def _convert_classifier(options: argparse.Namespace) -> int:
    file = answered_classifier(options.file, None, given_answers(options.answer))
    from ddpm_studio.checkpoints.classifier_weights import load_classifier, save_classifier

    check_replaceable(options.out)
    classifier = load_classifier(file)
    description = replace(file.description, name=_name(options.out))
    save_classifier(options.out, description, classifier.network.state_dict())
    say(f"{options.out}: {file.parameter_count:,} parameters")
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
    say(f"{folder}: {file.parameter_count:,} parameters, for diffusers")


def fetch(options: argparse.Namespace) -> int:
    """Bring a model from the Hugging Face hub and print its folder; how far it is, on stderr."""
    from ddpm_studio.checkpoints.foreign.hub import HubProgress, fetch_from_hub

    work = fetch_from_hub(options.name, options.into)
    shown = ""
    while True:
        try:
            progress: HubProgress = next(work)
        except StopIteration as end:
            show_progress("", in_logs=False)
            say(str(end.value))
            return 0
        done, total = (
            -(-each // 1_000_000) for each in (progress.done_bytes, progress.total_bytes)
        )
        line = f"{progress.file}: {done:,} of {total:,} MB in all"
        if line != shown:  # not ten times a second in a log
            show_progress(line)
            shown = line


def _name(path: Path) -> str:
    return path.name.removesuffix(SUFFIX) or path.name


def _print_row(label: str, value: str) -> None:
    say(f"{label + ':':<{_LABEL_WIDTH}} {value}")


def _shown(value: object) -> str:
    return "none" if value == "" else str(value)


def _choices(question: Question) -> str:
    if not question.choices:
        return ""
    return f"[{', '.join(map(_shown, question.choices))}] "
