"""What is worked out about a node, kept with the node: asked by many rules, or again for each instruction."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["cached_property", "remembered"]

Node = TypeVar("Node")
Answer = TypeVar("Answer")

if TYPE_CHECKING:
    from functools import cached_property
else:

    class cached_property:  # to type checkers it is that of functools
        """`functools.cached_property` without the lock that it takes before Python 3.12.

        A file of 500 lines asks for some 2,000 such answers, and the locks alone cost more than a millisecond.
        """

        def __init__(self, function: Callable[[Any], Any]) -> None:
            self.function = function
            self.name = function.__name__
            self.__doc__ = function.__doc__

        def __get__(self, node: Any, owner: type) -> Any:
            if node is None:
                return self
            # From now on it is found in the node itself, before Python comes here.
            answer = node.__dict__[self.name] = self.function(node)
            return answer


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
