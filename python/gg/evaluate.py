"""``python -m gg.evaluate MODEL.gg --tasks FILE.jsonl --tokenizer tokenizer.json``:
multiple-choice accuracy of artifacts.

A model's answer is the choice with the largest log-likelihood behind its prompt
(acc), or with the largest one for its length in characters (acc_norm). With
``--compare OTHER.gg`` that model answers the same questions, and what is told of
the difference counts the questions that only one of the two got right.

Intervals are of 95 %: Wilson's for an accuracy, Bonett and Price's for the
difference of two, with the p-value of McNemar's exact test. The forms that
FILE.jsonl may have, with those of lm-evaluation-harness, ARC and Winogrande:
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Sequence

import numpy as np

from . import multiple_choice
from .decoder import ModelError
from .files import written_aside
from .intervals import mcnemar, paired_difference, wilson
from .multiple_choice import Item, read_items
from .runtime import GGError, Model, Session
from .scoring import ContinuationScorer, Continued
from .tokenizer import TextTokenizer

METRICS = ("acc", "acc_norm")


@dataclass
class Task:
    """A file of questions."""

    path: str
    items: List[Item]


def _encode(item: Item, tokenizer: TextTokenizer, capacity: int) -> List[Continued]:
    """The choices as tokens; the last one of each needs no place in a cache."""
    try:
        pairs = [tokenizer.encode_pair(*pair) for pair in zip(item.prompts, item.continuations)]
        longest = max(len(tokens) for tokens, _ in pairs)
        if capacity and longest - 1 > capacity:
            raise ModelError(f"a prompt and its continuation have {longest} tokens but the "
                             f"model's capacity is {capacity}; compile it with a larger --context")
        return pairs
    except ModelError as error:
        raise ModelError(f"line {item.line}: {error}") from error


def answers(session: Session, tokenizer: TextTokenizer, items: Sequence[Item],
            advance: Callable[[], None] = lambda: None) -> Dict[str, np.ndarray]:
    """Whether each item is answered right, by metric; ``advance`` is called
    after each item. :class:`ModelError` names the line that cannot be scored."""
    questions = [_encode(item, tokenizer, session.model.capacity) for item in items]
    right: Dict[str, List[bool]] = {metric: [] for metric in METRICS}
    for item, values in zip(items, ContinuationScorer(session).score(questions)):
        if not np.isfinite(values).all():
            raise ModelError("the model's logits are no numbers")
        right["acc"].append(int(np.argmax(values)) == item.gold)
        right["acc_norm"].append(int(np.argmax(np.divide(values, item.lengths))) == item.gold)
        advance()
    return {metric: np.array(values) for metric, values in right.items()}


def _accuracy(right: np.ndarray) -> Dict[str, Any]:
    return {"value": float(right.mean()), "interval": wilson(int(right.sum()), right.size)}


def _change(right: np.ndarray, other: np.ndarray) -> Dict[str, Any]:
    gained, lost = int((right & ~other).sum()), int((other & ~right).sum())
    return {"value": (gained - lost) / right.size, "gained": gained, "lost": lost,
            "interval": paired_difference(gained, lost, right.size),
            "p_value": mcnemar(gained, lost)}


def summary(task: Task, models: Sequence[str], right: Sequence[Dict[str, np.ndarray]],
            compared: bool) -> Dict[str, Any]:
    """What is told of a task: of each model, and where ``compared`` of each one
    against the last."""
    result: Dict[str, Any] = {"task": task.path, "items": len(task.items), "models": []}
    for model, values in zip(models, right):
        entry = {"model": model, **{metric: _accuracy(values[metric]) for metric in METRICS}}
        if compared and values is not right[-1]:
            entry["change"] = {metric: _change(values[metric], right[-1][metric])
                               for metric in METRICS}
        result["models"].append(entry)
    return result


def _percent(entry: Dict[str, Any], sign: str = "") -> str:
    value, (low, high) = entry["value"], entry["interval"]
    return f"{100 * value:{sign}.2f} % [{100 * low:{sign}.2f}, {100 * high:{sign}.2f}]"


def _only_one(change: Dict[str, Any]) -> str:
    return f"+{change['gained']} −{change['lost']}, p = {change['p_value']:.3g}"


def print_table(summaries: Sequence[Dict[str, Any]]) -> None:
    """The summaries as a table on the standard output."""
    from rich.console import Console
    from rich.table import Table

    table = Table("task", "model", *METRICS)
    for result in summaries:
        name = f"{os.path.basename(result['task'])}, {result['items']} items"
        for entry in result["models"]:
            table.add_row(name, entry["model"], *(_percent(entry[metric]) for metric in METRICS))
            name = ""
            if "change" in entry:
                changes = [entry["change"][metric] for metric in METRICS]
                table.add_row("", "  change", *(_percent(change, "+") for change in changes))
                table.add_row("", "  only one is right", *map(_only_one, changes))
    console = Console()
    if not console.is_terminal:
        console.width = 1000  # Files have no width that lines must fit into.
    console.print(table)


def evaluate(models: Sequence[str], tasks: Sequence[Task], tokenizer: TextTokenizer,
             compared: bool = False, threads: int = 0) -> List[Dict[str, Any]]:
    """The summaries of all tasks; progress is shown on the standard error where
    that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    columns = ("[progress.description]{task.description}", BarColumn(), MofNCompleteColumn(),
               TimeRemainingColumn())
    right: List[List[Dict[str, np.ndarray]]] = [[] for _ in tasks]
    with Progress(*columns, console=console, transient=True,
                  disable=not console.is_terminal) as progress:
        for path in models:
            session = Model(path).session(threads)
            for task, results in zip(tasks, right):
                name = f"{os.path.basename(path)}: {os.path.basename(task.path)}"
                bar = progress.add_task(name, total=len(task.items))
                try:
                    results.append(answers(session, tokenizer, task.items,
                                           lambda: progress.advance(bar)))
                except (ModelError, GGError) as error:
                    raise ModelError(f"{path}: {task.path}: {error}") from error
    return [summary(task, models, results, compared) for task, results in zip(tasks, right)]


def main(arguments: Optional[List[str]] = None) -> int:
    """The command; returns its exit code."""
    forms = (multiple_choice.__doc__ or "").partition("\n\n")[2]
    parser = argparse.ArgumentParser(
        prog="gg-evaluate", description=f"{__doc__}\n{forms}",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="+",
                        help="artifacts; compiled with --batch they answer faster")
    parser.add_argument("--tasks", required=True, nargs="+", metavar="FILE.jsonl")
    parser.add_argument("--tokenizer", required=True, help="tokenizer.json")
    parser.add_argument("--compare", metavar="OTHER.gg", help="the artifact to compare them with")
    parser.add_argument("--json", metavar="FILE", help="writes the results there too")
    parser.add_argument("--threads", type=int, default=0, help="default: the physical cores")
    args = parser.parse_args(arguments)
    models = args.model + ([args.compare] if args.compare else [])
    try:
        import rich  # noqa: F401
    except ImportError:
        print("gg-evaluate: rich is needed: pip install rich", file=sys.stderr)
        return 1
    try:
        tasks = [Task(path, read_items(path)) for path in args.tasks]
        results = evaluate(models, tasks, TextTokenizer(args.tokenizer),
                           bool(args.compare), args.threads)
        print_table(results)
        if args.json:
            with written_aside(args.json) as file:
                json.dump({"tasks": results}, file, indent=2)
                file.write("\n")
    except (ModelError, GGError, OSError) as error:
        print(f"gg-evaluate: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
