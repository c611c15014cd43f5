"""Cloze sets: what their items are made of, that they are reproducible, and
what is said of texts that are too short."""

import json

import pytest
from gg.cloze import cloze_items, main, passages
from gg.decoder import ModelError
from gg.multiple_choice import read_items


def text_of(paragraphs, words=70):
    """Paragraphs whose words say where they stand, over lines of ten words."""
    result = []
    for p in range(paragraphs):
        lines = [" ".join(f"w{p}.{i}" for i in range(at, min(at + 10, words)))
                 for at in range(0, words, 10)]
        result.append("\n".join(lines))
    return "\n \n".join(result)


def test_passages_lie_in_paragraphs_and_do_not_overlap():
    known = passages(text_of(3), 24, 6)
    assert len(known) == 6
    words = [(prompt + " " + end).split() for prompt, end in known]
    assert all(len(passage) == 30 for passage in words)
    assert words[1] == [f"w0.{i}" for i in range(30, 60)]
    assert len({word for passage in words for word in passage}) == 180


def test_items_are_passages_with_three_other_ends():
    text = text_of(50)
    known = dict(passages(text, 24, 6))
    items = cloze_items(text, 80, seed=3)
    assert len({item["query"] for item in items}) == 80
    for item in items:
        assert item["choices"][item["gold"]] == known[item["query"]]
        assert len(set(item["choices"])) == 4 and set(item["choices"]) <= set(known.values())
    places = [item["gold"] for item in items]
    assert all(places.count(place) >= 8 for place in range(4))


def test_seeds_and_sizes():
    text = text_of(50)
    assert cloze_items(text, 20, seed=1) == cloze_items(text, 20, seed=1)
    assert cloze_items(text, 20, seed=1) != cloze_items(text, 20, seed=2)
    item = cloze_items(text, 1, prompt_words=5, choice_words=2)[0]
    assert len(item["query"].split()) == 5
    assert all(len(choice.split()) == 2 for choice in item["choices"])


def test_equal_ends_are_one_end():
    """A text that repeats itself has fewer ends than passages."""
    with pytest.raises(ModelError, match="4 different ends but got 20 with 1"):
        cloze_items("\n\n".join(["a b c d e f"] * 20), 2, prompt_words=4, choice_words=2)


def test_file_is_reproducible_and_readable(tmp_path):
    (tmp_path / "text.txt").write_text(text_of(50) + " – ß")
    for name in ("a", "b"):
        assert main([str(tmp_path / "text.txt"), str(tmp_path / name), "--items", "60"]) == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    items = read_items(tmp_path / "a")
    lines = [json.loads(line) for line in (tmp_path / "a").read_text().splitlines()]
    assert [item.gold for item in items] == [line["gold"] for line in lines]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "text.txt"]


def test_errors(tmp_path, capsys):
    text, out = tmp_path / "text.txt", tmp_path / "out.jsonl"

    def refused(message, *options):
        assert main([str(text), str(out), *options]) == 1
        error = capsys.readouterr().err
        assert error.startswith("gg-cloze: ") and message in error, error
        assert not out.exists()

    refused("No such file")
    text.write_text(text_of(5))
    refused(f"{text}: expected a text of 3000 passages of 30 words with 4 different ends but "
            "got 10 with 10")
    text.write_bytes(b"caf\xe9 " * 100)
    refused(f"{text}: expected UTF-8")
    text.write_text(text_of(5))
    with pytest.raises(SystemExit):
        main([str(text), str(out), "--items", "0"])
    assert "expected a number of at least 1 but got 0" in capsys.readouterr().err
    out = tmp_path / "none" / "out.jsonl"
    refused("No such file", "--items", "2")
