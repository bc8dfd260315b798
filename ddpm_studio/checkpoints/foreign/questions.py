"""What a foreign checkpoint cannot tell of itself: questions, each with a best guess and its reason."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ddpm_studio.explained_error import ExplainedError, brief

Value = str | int | float | bool
Answers = Mapping[str, Value]
NO_ANSWERS: Answers = MappingProxyType({})


class AnswerError(ExplainedError, ValueError):
    """An answer that the question does not allow; the message says what it does."""


@dataclass(frozen=True)
class Question:
    """One thing to be known before a checkpoint can be used.

    name      what is asked, such as "T" or "heads"; the window knows how to say it
    guess     the answer that is most likely right; its type is the answer's
    reason    why, as a sentence
    choices   the answers there are; without any it is a number from ``low`` to ``high``
    """

    name: str
    guess: Value
    reason: ExplainedError
    choices: tuple[Value, ...] = ()
    low: float = -math.inf
    high: float = math.inf

    def checked(self, answer: Value) -> Value:
        """The answer in the guess's type; from a text, too. Raises AnswerError."""
        value = self._converted(answer)
        if self.choices and value not in self.choices:
            raise AnswerError(
                "{name} must be one of {choices}, not {answer}.",
                name=self.name,
                choices=", ".join(str(choice) or "none" for choice in self.choices),
                answer=brief(repr(answer)),
            )
        if self.choices or isinstance(value, (bool, str)):
            return value
        if not self.low <= value <= self.high:
            raise AnswerError(
                "{name} must be a number from {low:g} to {high:g}, not {answer}.",
                name=self.name,
                low=self.low,
                high=self.high,
                answer=brief(repr(answer)),
            )
        return value

    def _converted(self, answer: Value) -> Value:
        kind = type(self.guess)
        if kind is str:
            return answer
        if kind is bool:
            return self._yes_or_no(answer)
        try:
            number = kind(answer)
            if math.isfinite(float(number)):
                return number
        except (ValueError, OverflowError):
            pass
        raise AnswerError(
            "{name} must be a number, not {answer}.", name=self.name, answer=brief(repr(answer))
        )

    def _yes_or_no(self, answer: Value) -> bool:
        found = {"true": True, "false": False}.get(str(answer).lower())
        if found is None:
            raise AnswerError(
                "{name} must be true or false, not {answer}.",
                name=self.name,
                answer=brief(repr(answer)),
            )
        return found


def checked_answers(questions: Sequence[Question], answers: Answers) -> dict[str, Value]:
    """One answer for every question: what is not answered is guessed. Raises AnswerError."""
    unknown = set(answers) - {question.name for question in questions}
    if unknown:
        raise AnswerError(
            "Nothing is asked about {names}; asked is about {known}.",
            names=brief(", ".join(sorted(unknown))),
            known=", ".join(question.name for question in questions) or "nothing",
        )
    return {
        question.name: question.checked(answers.get(question.name, question.guess))
        for question in questions
    }
