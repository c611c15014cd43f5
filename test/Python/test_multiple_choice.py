"""The forms of multiple-choice items, and what is said of everything else."""

import json

import pytest
from gg.decoder import ModelError
from gg.multiple_choice import Item, read_items

COLOURS = ["red", "dark blue", "green"]
COLOUR_ITEM = Item(("The sky is",) * 3, (" red", " dark blue", " green"), (3, 9, 5), 1)


def read(tmp_path, *documents):
    path = tmp_path / "items.jsonl"
    path.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return read_items(path)


@pytest.mark.parametrize("document", [
    {"query": "The sky is", "choices": COLOURS, "gold": 1},
    {"ctx": "The sky is", "endings": COLOURS, "label": "1"},
    {"query": "The sky is", "choices": COLOURS, "answer": "B"},
    {"query": "The sky is", "choices": COLOURS, "answerKey": "dark blue"},
    # As HellaSwag stands in samples: the harness adds query, choices and gold.
    {"ctx": "no", "endings": ["x", "y"], "label": "0", "query": "The sky is",
     "choices": COLOURS, "gold": 1},
], ids=["query", "ctx", "letter", "text", "both"])
def test_questions(document, tmp_path):
    assert read(tmp_path, document) == [COLOUR_ITEM]


@pytest.mark.parametrize("labels,answer", [("ABC", "B"), ("123", "2")])
def test_arc(labels, answer, tmp_path):
    document = {"id": "x", "question": "Which?", "answerKey": answer,
                "choices": {"text": COLOURS, "label": list(labels)}}
    item, = read(tmp_path, document)
    assert item.prompts == ("Question: Which?\nAnswer:",) * 3
    assert (item.continuations, item.gold) == (COLOUR_ITEM.continuations, 1)


WINOGRANDE = {"sentence": "Ann thanked Eve because _ had helped .", "option1": "Ann",
              "option2": "Eve", "answer": "2"}


def test_winogrande(tmp_path):
    assert read(tmp_path, WINOGRANDE) == [
        Item(("Ann thanked Eve because Ann", "Ann thanked Eve because Eve"),
             (" had helped .",) * 2, (12, 12), 1)]


def sample(doc, target, pairs, as_list=False):
    named = {f"gen_args_{i}": {"arg_0": a, "arg_1": b} for i, (a, b) in enumerate(pairs)}
    return {"doc_id": 0, "doc": doc, "target": target, "resps": [[["-1.0", "False"]]] * len(pairs),
            "arguments": [list(pair) for pair in pairs] if as_list else named, "acc": 1.0}


@pytest.mark.parametrize("as_list", [False, True])
@pytest.mark.parametrize("target", ["1", 1, "dark blue"])
def test_samples(target, as_list, tmp_path):
    pairs = [("The sky is", " " + colour) for colour in COLOURS]
    assert read(tmp_path, sample({}, target, pairs, as_list)) == [COLOUR_ITEM]


def test_samples_of_several_prompts(tmp_path):
    """Winogrande's target is its continuation; the answer is in the document."""
    plain, = read(tmp_path, WINOGRANDE)
    pairs = list(zip(plain.prompts, plain.continuations))
    assert read(tmp_path, sample(WINOGRANDE, "had helped .", pairs)) == [plain]


def test_several_lines(tmp_path):
    path = tmp_path / "items.jsonl"
    line = json.dumps({"query": "The sky is", "choices": COLOURS, "gold": 1})
    path.write_text(f"{line}\n\n  \r\n{line}")
    items = read_items(path)
    assert items == [COLOUR_ITEM] * 2 and [item.line for item in items] == [1, 4]


GOOD = {"query": "q", "choices": ["a", "b"], "gold": 0}
PAIRS = [("q", " a"), ("q", " b")]


@pytest.mark.parametrize("line,message", [
    ("{", "expected JSON in UTF-8: "),
    (b'{"query": "\xff"}', "expected JSON in UTF-8: "),
    ("[" * 100000, "expected JSON in UTF-8: "),
    ([1, 2], "expected an object but got [1, 2]"),
    ({}, "expected a prompt under query or ctx or question but got the keys none"),
    ({"choices": []}, "expected a prompt under query or ctx or question but got the keys choices"),
    ({"query": 3, "choices": ["a", "b"], "gold": 0}, "query: expected a text but got 3"),
    ({"query": "q", "gold": 0}, "expected choices under choices or endings but got"),
    ({"query": "q", "choices": ["a", "b"]},
     "expected an answer under gold or label or answer or answerKey but got"),
    ({**GOOD, "choices": ["a"]}, 'choices: expected two texts or more, none of them empty, but '
                                 'got ["a"]'),
    ({**GOOD, "choices": ["a", ""]}, "choices: expected two texts or more"),
    ({**GOOD, "choices": ["x" * 100, 3]}, "choices: expected two texts or more"),
    ({**GOOD, "gold": 2}, "gold: expected one of 2 choices but got 2"),
    ({**GOOD, "gold": -1}, "gold: expected one of 2 choices but got -1"),
    ({**GOOD, "gold": True}, "gold: expected one of 2 choices but got true"),
    ({**GOOD, "gold": "C"}, 'gold: expected one of 2 choices but got "C"'),
    ({**GOOD, "gold": None}, "gold: expected one of 2 choices but got null"),
    ({**GOOD, "gold": ["a"]}, 'gold: expected one of 2 choices but got ["a"]'),
    ({"question": "q", "choices": {"text": ["a", "b"], "label": ["A"]}, "answerKey": "A"},
     'choices.label: expected 2 labels but got ["A"]'),
    ({"question": "q", "choices": {"text": "ab", "label": ["A"]}, "answerKey": "A"},
     "choices.text: expected two texts or more"),
    ({"question": "q", "choices": {"text": ["a", "b"], "label": ["A", "B"]}, "answerKey": "C"},
     'answerKey: expected one of ["A", "B"] but got "C"'),
    ({**WINOGRANDE, "answer": 1}, 'answer: expected "1" or "2" but got 1'),
    ({**WINOGRANDE, "sentence": "no blank"},
     'sentence: expected a blank _ and a text behind it but got "no blank"'),
    ({**WINOGRANDE, "sentence": "the blank is last _ "}, "sentence: expected a blank _"),
    ({"sentence": "a _ b", "option1": "x", "answer": "1"}, "option2: expected a text but got null"),
    ({"arguments": 3}, "arguments: expected a prompt and a continuation for each choice but got"),
    ({"arguments": [["a"], ["b"]]}, "expected a prompt and a continuation for each choice but "
                                    'got ["a"]'),
    ({"arguments": [["a", " "], ["a", "b"]]}, "expected a prompt and a continuation"),
    ({"arguments": [["a", "b"]]}, "arguments: expected two choices or more but got 1"),
    (sample({}, "2", PAIRS), 'target: expected one of 2 choices but got "2"'),
    (sample({}, "['a', 'b']", PAIRS), "target: expected one of 2 choices but got"),
    # Mutual information: the harness adds the choices without their prompt.
    (sample({}, "0", PAIRS + [("", " a"), ("", " b")]),
     "arguments: expected choices of one prompt, or prompts of one continuation"),
    (sample({}, "x", [("p", " a"), ("q", " a")]), 'answer: expected "1" or "2" but got null'),
])
def test_errors_name_file_and_line(line, message, tmp_path):
    path = tmp_path / "items.jsonl"
    if not isinstance(line, bytes):
        line = (line if isinstance(line, str) else json.dumps(line)).encode()
    path.write_bytes(json.dumps(GOOD).encode() + b"\n\n" + line + b"\n")
    with pytest.raises(ModelError) as error:
        read_items(path)
    assert str(error.value).startswith(f"{path}:3: ") and message in str(error.value)


def test_file_without_items(tmp_path):
    with pytest.raises(ModelError, match="items.jsonl: expected an item a line"):
        read(tmp_path)
