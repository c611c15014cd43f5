"""``python -m gg.cloze TEXT.txt OUT.jsonl``: a multiple-choice set from any text.

An item asks how a passage goes on: its real continuation against three
continuations from elsewhere in the text. Passages are of consecutive words of a
paragraph (paragraphs are separated by blank lines) and do not overlap, so items
are independent of each other; a wrong continuation is the end of another
passage, so nothing tells it from a right one but the passage it stands behind.
The same text, options and seed give the same bytes.

OUT.jsonl has a line ``{"query": …, "choices": [four], "gold": index}`` an item,
as ``python -m gg.evaluate`` reads it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
from typing import Dict, List, Optional, Tuple

from .decoder import ModelError
from .files import written_aside

_CHOICES = 4


def passages(text: str, prompt_words: int, choice_words: int) -> List[Tuple[str, str]]:
    """All passages of ``text``, each cut into a prompt and its continuation."""
    result = []
    length = prompt_words + choice_words
    for paragraph in re.split(r"\n\s*\n", text):
        words = paragraph.split()
        for at in range(0, len(words) - length + 1, length):
            result.append((" ".join(words[at:at + prompt_words]),
                           " ".join(words[at + prompt_words:at + length])))
    return result


def cloze_items(text: str, items: int = 3000, seed: int = 0, prompt_words: int = 24,
                choice_words: int = 6) -> List[Dict[str, object]]:
    """``items`` items from ``text``; :class:`ModelError` where it is too short."""
    known = passages(text, prompt_words, choice_words)
    # In order of appearance: the order of a set differs from run to run.
    ends = list(dict.fromkeys(end for _, end in known))
    if len(known) < items or len(ends) < _CHOICES:
        raise ModelError(f"expected a text of {items} passages of {prompt_words + choice_words} "
                         f"words with {_CHOICES} different ends but got {len(known)} with "
                         f"{len(ends)}")
    # Of Python's generators only random() is promised to stay the same.
    draw = random.Random(seed).random
    order = sorted(range(len(known)), key=lambda _: draw())[:items]
    return [_item(known[i], ends, draw) for i in order]


def _item(passage: Tuple[str, str], ends: List[str], draw) -> Dict[str, object]:
    prompt, right = passage
    choices: List[str] = []
    while len(choices) < _CHOICES - 1:
        end = ends[int(draw() * len(ends))]
        if end != right and end not in choices:
            choices.append(end)
    gold = int(draw() * _CHOICES)
    choices.insert(gold, right)
    return {"query": prompt, "choices": choices, "gold": gold}


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a number of at least 1 but got {value}")
    return value


def main(arguments: Optional[List[str]] = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="gg-cloze", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", help="a UTF-8 text file")
    parser.add_argument("out", help="the JSON Lines file to write")
    parser.add_argument("--items", type=_positive, default=3000, help="default: 3000")
    parser.add_argument("--seed", type=int, default=0, help="of the choice (default 0)")
    parser.add_argument("--prompt-words", type=_positive, default=24, help="default: 24")
    parser.add_argument("--choice-words", type=_positive, default=6, help="default: 6")
    args = parser.parse_args(arguments)
    try:
        with open(args.text, encoding="utf-8") as file:
            text = file.read()
        try:
            items = cloze_items(text, args.items, args.seed, args.prompt_words, args.choice_words)
        except ModelError as error:
            raise ModelError(f"{args.text}: {error}") from error
        with written_aside(args.out) as out:
            for item in items:
                out.write(json.dumps(item, ensure_ascii=False) + "\n")
    except UnicodeDecodeError as error:
        print(f"gg-cloze: {args.text}: expected UTF-8: {error}", file=sys.stderr)
        return 1
    except (ModelError, OSError) as error:
        print(f"gg-cloze: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
