"""Multiple-choice items in JSON Lines: one object a line, of any of these forms.

``{"query": …, "choices": [texts], "gold": answer}``
    The prompt is ``query`` or ``ctx`` as it is, or ``question``, which becomes
    ``Question: …\\nAnswer:``; choices may be called ``endings``. The answer is
    ``gold``, ``label``, ``answer`` or ``answerKey``: the number of the right
    choice, from 0, its letter, from A, or its text.
``{"question": …, "choices": {"text": [texts], "label": [labels]}, "answerKey": label}``
    as ARC has it.
``{"sentence": "… _ …", "option1": …, "option2": …, "answer": "1" or "2"}``
    as Winogrande has it: each option is put in the blank's place, and what is
    scored is the rest of the sentence.
``{"doc": …, "target": …, "arguments": …}``
    a sample of lm-evaluation-harness (``--log_samples``): prompts and
    continuations are taken as it made them.

As in that harness, a space stands between a prompt and a choice, and a choice's
length, which acc_norm divides by, is counted in characters without that space.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from typing import Any, Dict, List, Sequence, Tuple

from .decoder import ModelError

_PROMPTS = {"query": "{}", "ctx": "{}", "question": "Question: {}\nAnswer:"}
_CHOICES = ("choices", "endings")
_ANSWERS = ("gold", "label", "answer", "answerKey")


@dataclass(frozen=True)
class Item:
    """A question: a prompt and a continuation for each choice, how many
    characters each choice has, which one is right, and the line it was read from."""

    prompts: Tuple[str, ...]
    continuations: Tuple[str, ...]
    lengths: Tuple[int, ...]
    gold: int
    line: int = field(default=0, compare=False)


def read_items(path: "str | os.PathLike[str]") -> List[Item]:
    """The items of a file; :class:`ModelError` names file and line of what is
    no item."""
    items = []
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                items.append(replace(_read_item(line), line=number))
            except ModelError as error:
                raise ModelError(f"{os.fspath(path)}:{number}: {error}") from error
    if not items:
        raise ModelError(f"{os.fspath(path)}: expected an item a line but the file has none")
    return items


def _read_item(line: bytes) -> Item:
    try:
        document = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"expected JSON in UTF-8: {error}") from error
    if not isinstance(document, dict):
        raise ModelError(f"expected an object but got {_shown(document)}")
    if "arguments" in document:
        return _sample(document)
    if "sentence" in document:
        return _winogrande(document)
    return _question(document)


def _shown(value: Any) -> str:
    """A value as messages show it: not more than a line."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _first(document: Dict[str, Any], names: Sequence[str], what: str) -> str:
    for name in names:
        if name in document:
            return name
    raise ModelError(f"expected {what} under {' or '.join(names)} but got the keys "
                     + (", ".join(document) or "none"))


def _text(document: Dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        raise ModelError(f"{name}: expected a text but got {_shown(value)}")
    return value


def _texts(value: Any, name: str) -> List[str]:
    if not isinstance(value, list) or len(value) < 2 or not all(
            isinstance(text, str) and text for text in value):
        raise ModelError(f"{name}: expected two texts or more, none of them empty, but got "
                         + _shown(value))
    return value


def _index(answer: Any, choices: Sequence[str], name: str) -> int:
    """Which of ``choices`` an answer means: a number, a letter or a text."""
    index = -1
    if isinstance(answer, int) and not isinstance(answer, bool):
        index = answer
    elif isinstance(answer, str) and answer.isascii() and answer.isdigit():
        index = int(answer)
    elif answer in choices:
        index = choices.index(answer)
    elif isinstance(answer, str) and len(answer) == 1 and "A" <= answer <= "Z":
        index = ord(answer) - ord("A")
    if not 0 <= index < len(choices):
        raise ModelError(f"{name}: expected one of {len(choices)} choices but got "
                         + _shown(answer))
    return index


def _question(document: Dict[str, Any]) -> Item:
    prompt_name = _first(document, tuple(_PROMPTS), "a prompt")
    prompt = _PROMPTS[prompt_name].format(_text(document, prompt_name))
    name = _first(document, _CHOICES, "choices")
    answer_name = _first(document, _ANSWERS, "an answer")
    choices, answer = document[name], document[answer_name]
    if isinstance(choices, dict):
        labels = choices.get("label")
        choices = _texts(choices.get("text"), f"{name}.text")
        if not isinstance(labels, list) or len(labels) != len(choices):
            raise ModelError(f"{name}.label: expected {len(choices)} labels but got "
                             + _shown(labels))
        if answer not in labels:
            raise ModelError(f"{answer_name}: expected one of {_shown(labels)} but got "
                             + _shown(answer))
        gold = labels.index(answer)
    else:
        choices = _texts(choices, name)
        gold = _index(answer, choices, answer_name)
    return Item((prompt,) * len(choices), tuple(" " + choice for choice in choices),
                tuple(map(len, choices)), gold)


def _winogrande_gold(document: Dict[str, Any]) -> int:
    if document.get("answer") not in ("1", "2"):
        raise ModelError(f'answer: expected "1" or "2" but got {_shown(document.get("answer"))}')
    return int(document["answer"]) - 1


def _winogrande(document: Dict[str, Any]) -> Item:
    before, blank, after = _text(document, "sentence").partition("_")
    after = after.strip()
    if not blank or not after:
        raise ModelError("sentence: expected a blank _ and a text behind it but got "
                         + _shown(document["sentence"]))
    prompts = tuple(before + _text(document, name) for name in ("option1", "option2"))
    return Item(prompts, (" " + after,) * 2, (len(after),) * 2, _winogrande_gold(document))


def _pairs(arguments: Any) -> List[Tuple[str, str]]:
    """Of a sample: a list of pairs, or ``{"gen_args_0": {"arg_0": …, "arg_1": …}}``."""
    rows = list(arguments.values()) if isinstance(arguments, dict) else arguments
    pairs = []
    for row in rows if isinstance(rows, list) else [None]:
        pair = list(row.values()) if isinstance(row, dict) else row
        if not (isinstance(pair, list) and len(pair) == 2
                and all(isinstance(text, str) for text in pair) and pair[1].strip()):
            raise ModelError("arguments: expected a prompt and a continuation for each choice "
                             "but got " + _shown(row if rows else arguments))
        pairs.append((pair[0], pair[1]))
    if len(pairs) < 2:
        raise ModelError(f"arguments: expected two choices or more but got {len(pairs)}")
    return pairs


def _sample(document: Dict[str, Any]) -> Item:
    prompts, continuations = zip(*_pairs(document["arguments"]))
    choices = [text[1:] if text.startswith(" ") else text for text in continuations]
    if len(set(prompts)) == 1:
        gold = _index(document.get("target"), choices, "target")
    elif len(set(continuations)) == 1 and isinstance(document.get("doc"), dict):
        # The target is the text that all prompts are continued by.
        gold = _winogrande_gold(document["doc"])
    else:
        raise ModelError("arguments: expected choices of one prompt, or prompts of one "
                         "continuation as Winogrande has them")
    return Item(prompts, continuations, tuple(map(len, choices)), gold)
