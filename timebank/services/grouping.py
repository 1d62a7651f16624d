"""Callers who come together share one piece of work: group commit, without a thread of its own.

Whoever finds nobody at work leads: it takes along everyone who is waiting by then, does the work of
all, gives each their own answer, and leaves the lead to the first of those who came meanwhile. A
caller who is alone is not slowed down; the busier it is, the more share one transaction.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

W = TypeVar("W")
A = TypeVar("A")


class Grouping(Generic[W, A]):
    """A queue in front of something that is done by one at a time, for up to `most` at once."""

    def __init__(self, most: int = 100) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._waiting: deque[_Turn[W, A]] = deque()
        self._led = False

    def share(self, work: W, together: Callable[[Sequence[W]], Sequence[A | BaseException]]) -> A:
        """Have this work done, with that of others or alone, and return its answer.

        `together` answers each work in its place, an exception for one that failed; what it raises
        itself is raised to everyone it worked for. Each caller brings the same one.
        """
        mine = _Turn[W, A](work)
        with self._lock:
            self._waiting.append(mine)
            if not self._led:
                self._led = True
                mine.called.set()
        try:
            mine.called.wait()
        except BaseException:
            self._withdraw(mine)
            raise
        if mine.answer is None:
            self._lead(together)
        assert mine.answer is not None
        (answer,) = mine.answer
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _lead(self, together: Callable[[Sequence[W]], Sequence[A | BaseException]]) -> None:
        with self._lock:
            many = min(self._most, len(self._waiting))
            turns = [self._waiting.popleft() for _ in range(many)]
        answers: Sequence[A | BaseException]
        try:
            answers = together([turn.work for turn in turns])
        except BaseException as error:
            answers = [error] * many
        with self._lock:
            self._call_next()
        for turn, answer in zip(turns, answers, strict=True):
            turn.answer = (answer,)
            turn.called.set()

    def _withdraw(self, turn: "_Turn[W, A]") -> None:
        """Somebody stopped waiting: nobody may wait for them to lead."""
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)
                if turn.called.is_set():
                    self._call_next()

    def _call_next(self) -> None:
        self._led = bool(self._waiting)
        if self._waiting:
            self._waiting[0].called.set()


class _Turn(Generic[W, A]):
    """A caller's work: called when there is an answer, or when it is theirs to lead."""

    __slots__ = ("answer", "called", "work")

    def __init__(self, work: W) -> None:
        self.work = work
        self.called = threading.Event()
        self.answer: tuple[A | BaseException] | None = None
