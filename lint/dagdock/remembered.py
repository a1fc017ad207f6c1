"""What is worked out about a node, kept with the node: asked by many rules, or again for each instruction."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Node = TypeVar("Node")
Answer = TypeVar("Answer")


def remembered(function: Callable[[Node], Answer]) -> Callable[[Node], Answer]:
    """Make a function of a Dockerfile, a stage or an instruction remember its answer, as long as the node lives.

    A question about a whole file that each of its instructions asks takes the square of the time otherwise.
    """

    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def ask(node: Any) -> Answer:
        answers = node.__dict__
        if name not in answers:
            answers[name] = function(node)
        answer: Answer = answers[name]
        return answer

    return ask
