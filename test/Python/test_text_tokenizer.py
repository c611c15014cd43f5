"""tokenizer.json with its settings: begin of text, prompts and continuations."""

import json

import pytest
from gg.decoder import ModelError
from gg.tokenizer import TextTokenizer, byte_level_bpe

#: Characters, a space as byte-level BPE spells it, and some merges of them.
PIECES = ["<s>", *"abcdef.\n".replace("\n", "Ċ"), "Ġ", "Ġa", "ab", "de"]
MERGES = ["Ġ a", "a b", "d e"]


def write(folder, **settings):
    byte_level_bpe(PIECES, MERGES, "gpt-2").save(str(folder / "tokenizer.json"))
    if settings:
        (folder / "gg_text.json").write_text(json.dumps(settings))
    return TextTokenizer(folder / "tokenizer.json")


def ids(*pieces):
    return [PIECES.index(piece) for piece in pieces]


def test_text(tmp_path):
    tokenizer = write(tmp_path)
    assert tokenizer.encode("ab ac") == ids("ab", "Ġa", "c")
    assert tokenizer.decode(ids("ab", "Ġa", "c")) == "ab ac"
    assert write(tmp_path, add_bos=True, bos=0).encode("c") == ids("<s>", "c")


@pytest.mark.parametrize("prompt,continuation,head,tail", [
    ("c", " ab", ["c"], ["Ġa", "b"]),
    # The space belongs to the continuation, wherever it was written.
    ("c ", "ab", ["c"], ["Ġa", "b"]),
    ("c", "de", ["c"], ["de"]),
    # A merge across the border: what the whole text has behind as many tokens
    # as the prompt alone has.
    ("cd", "ef", ["c", "d"], ["f"]),
])
def test_pairs(prompt, continuation, head, tail, tmp_path):
    tokenizer = write(tmp_path)
    assert tokenizer.encode_pair(prompt, continuation) == (ids(*head, *tail), len(head))
    tokenizer = write(tmp_path, add_bos=True, bos=0)
    assert tokenizer.encode_pair(prompt, continuation) == (ids("<s>", *head, *tail),
                                                           1 + len(head))


@pytest.mark.parametrize("add_bos", [False, True])
def test_empty_prompts_begin_the_text(add_bos, tmp_path):
    tokenizer = write(tmp_path, add_bos=add_bos, bos=0)
    assert tokenizer.encode_pair("", "de") == (ids("<s>", "de"), 1)


def test_errors(tmp_path):
    tokenizer = write(tmp_path)
    with pytest.raises(ModelError, match="expected a prompt that is not empty, or gg_text.json"):
        tokenizer.encode_pair(" ", "a")
    with pytest.raises(ModelError, match="expected a continuation with tokens of its own"):
        tokenizer.encode_pair("a", "b")
    with pytest.raises(ModelError, match="none.json: expected a tokenizer.json but there is none"):
        TextTokenizer(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{}")
    with pytest.raises(ModelError, match="bad.json: expected a tokenizer.json: "):
        TextTokenizer(tmp_path / "bad.json")
