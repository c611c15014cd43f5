"""Log-likelihoods of continuations, through a session of the runtime."""

from __future__ import annotations

from typing import Iterator, List, Sequence, Tuple

import numpy as np

from .decoder import ModelError
from .runtime import Session

#: Token ids of a prompt and its continuation, and how many of them the prompt has.
Continued = Tuple[List[int], int]


def log_likelihood(logits: np.ndarray, targets: Sequence[int]) -> float:
    """The log-probability of ``targets``, one behind each row of ``logits``."""
    top = logits.max(axis=-1, keepdims=True)
    sums = np.exp(logits - top, dtype=np.float64).sum(axis=-1)
    chosen = logits[np.arange(len(targets)), targets].astype(np.float64)
    return float((chosen - top[:, 0] - np.log(sums)).sum())


class ContinuationScorer:
    """Scores the continuations of questions, as many questions at a time as the
    session has rows.

    A row keeps the tokens it holds: a sequence that begins with the same ones
    goes on from where it differs, so that a prompt is run once for all of its
    continuations, and what prompts share is run once for all of them.
    """

    def __init__(self, session: Session) -> None:
        if session.model.kind == "tensors":
            raise ModelError("expected a decoder but got a model of tensors")
        self._session = session
        self._batch = session.model.batch
        session.reset()
        self._held: List[List[int]] = [[] for _ in range(self._batch)]

    def score(self, questions: Sequence[Sequence[Continued]]) -> Iterator[List[float]]:
        """The log-likelihoods of each question's continuations, in order."""
        for first in range(0, len(questions), self._batch):
            group = questions[first:first + self._batch]
            results: List[List[float]] = [[] for _ in group]
            for choice in range(max(map(len, group))):
                rows = {row: question[choice] for row, question in enumerate(group)
                        if choice < len(question)}
                for row, value in self._score_rows(rows).items():
                    results[row].append(value)
            yield from results

    def _score_rows(self, rows: "dict[int, Continued]") -> "dict[int, float]":
        prefixes: List[List[int]] = [[] for _ in range(self._batch)]
        scored: List[List[int]] = [[] for _ in range(self._batch)]
        for row, (tokens, prompt) in rows.items():
            # The prompt's last token predicts the first that is scored.
            kept = min(_common(self._held[row], tokens), prompt - 1)
            self._session.rewind(row, kept)
            prefixes[row], scored[row] = tokens[kept:prompt - 1], tokens[prompt - 1:-1]
            self._held[row] = tokens[:-1]
        if any(prefixes):
            self._session.prefill(prefixes)
        logits = self._session.score(scored)
        return {row: log_likelihood(logits[row], tokens[prompt:])
                for row, (tokens, prompt) in rows.items()}


def _common(a: Sequence[int], b: Sequence[int]) -> int:
    """How many tokens two sequences begin with alike."""
    for i, (x, y) in enumerate(zip(a, b)):
        if x != y:
            return i
    return min(len(a), len(b))
