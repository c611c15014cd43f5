"""gg.evaluate: log-likelihoods of choices and what follows from them, against
the float64 reference."""

import json
import subprocess
import sys

import numpy as np
import pytest
from gg.cloze import cloze_items
from gg.decoder import Decoder, ModelError
from gg.evaluate import answers, main
from gg.graph import GraphStyle, write_onnx
from gg.llama2c import read_llama2c, read_llama2c_vocabulary
from gg.models import tiny_llama
from gg.multiple_choice import read_items
from gg.reference import Reference
from gg.runtime import GGError, Model
from gg.scoring import ContinuationScorer
from gg.tokenizer import TextTokenizer, byte_level_bpe, sentencepiece_bpe
from scipy import stats
from scipy.special import log_softmax
from shared_data import shared

#: Every printable character, as byte-level BPE spells them, and two merges.
PIECES = [chr(i) for i in range(33, 127)] + ["Ġ", "Ġt", "he"]


def write_lines(path, documents):
    path.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return path


def expected(reference, questions):
    """The log-likelihoods of every question's continuations."""
    def score(tokens, prompt):
        logits = reference.logits(np.array([tokens[:-1]]))[0, prompt - 1:]
        return log_softmax(logits, axis=-1)[np.arange(len(tokens) - prompt),
                                            tokens[prompt:]].sum()
    return [[score(*pair) for pair in question] for question in questions]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluate")
    byte_level_bpe(PIECES, ["Ġ t", "h e"], "gpt-2").save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(scope="module")
def decoders():
    return {seed: tiny_llama(seed=seed, context=128, tied_head=False) for seed in (1, 5)}


@pytest.fixture(scope="module")
def compiled(folder, decoders, artifacts):
    """Artifacts by name: of two models, with and without rows and a cache."""
    def make(name, seed, style, *options):
        write_onnx(decoders[seed], folder / f"{name}.onnx", style)
        return artifacts(folder / f"{name}.onnx", "--weights", "f32", "--context", 120,
                         *options).path

    return {"plain": make("plain", 1, GraphStyle()),
            "rows": make("rows", 1, GraphStyle(), "--batch", 3),
            "recompute": make("recompute", 1, GraphStyle(past="none")),
            "other": make("other", 5, GraphStyle())}


@pytest.fixture(scope="module")
def tokenizer(folder):
    return TextTokenizer(folder / "tokenizer.json")


def random_questions(rng, count):
    """Questions of two to five choices whose prompts partly begin alike."""
    begin = rng.integers(0, 97, 30).tolist()
    questions = []
    for _ in range(count):
        prompt = begin[:rng.integers(0, 31)] + rng.integers(0, 97, rng.integers(1, 40)).tolist()
        questions.append([(prompt + rng.integers(0, 97, rng.integers(1, 20)).tolist(),
                           len(prompt)) for _ in range(rng.integers(2, 6))])
    # Of one token before what is scored, and of prompts that differ in a question.
    questions.append([([5, 6, 7], 1), ([5, 6], 1)])
    questions.append([([1, 2, 3, 9, 9], 3), ([1, 2, 4, 9, 9], 3), ([8, 9, 9], 1)])
    return questions


@pytest.mark.parametrize("name", ["plain", "rows", "recompute"])
def test_log_likelihoods(name, compiled, decoders):
    questions = random_questions(np.random.default_rng(8), 11)
    scored = list(ContinuationScorer(Model(compiled[name]).session()).score(questions))
    for actual, wanted in zip(scored, expected(Reference(decoders[1]), questions), strict=True):
        assert np.abs(np.subtract(actual, wanted)).max() <= 1e-3


def test_prompts_are_run_once(compiled):
    """No token goes through the model that a row holds already."""
    session = Model(compiled["plain"]).session()
    sent = []
    for name in ("prefill", "score"):
        original = getattr(session, name)
        setattr(session, name, lambda rows, original=original: (
            sent.append(len(rows[0])), original(rows))[1])
    prompt = list(range(40))
    questions = [[(prompt + [50, 51], 40), (prompt + [52, 53, 54], 40)],
                 [(prompt[:20] + [60, 61, 62], 22), (prompt[:20] + [60, 61, 63], 22)]]
    list(ContinuationScorer(session).score(questions))
    # The prompt but for its last token; that one and all but the last token of a
    # choice; then what follows the 20 tokens that the next prompt begins with.
    assert sent == [39, 2, 3, 1, 1, 1]


TEXTS = ["the cat sat", "on the mat .", "a dog ran to the hill", "They meet there", "it rains",
         "once more , then never", "Old tales tell this", "the then", "some other words", "end"]


def documents(rng, count):
    """Questions of all forms."""
    def text():
        return TEXTS[rng.integers(len(TEXTS))]

    result = []
    for i in range(count):
        choices = [text() + f" {k}" for k in range(rng.integers(2, 5))]
        gold = int(rng.integers(len(choices)))
        if i % 3 == 0:
            result.append({"query": text(), "choices": choices, "gold": gold})
        elif i % 3 == 1:
            result.append({"sentence": f"{text()} _ {text()}", "option1": "Ann", "option2": "Bob",
                           "answer": str(1 + gold % 2)})
        else:
            prompt = text() + " " + text()
            result.append({"doc": {}, "target": str(gold),
                           "arguments": [[prompt, " " + choice] for choice in choices]})
    return result


def check_answers(right, reference, tokenizer, items, tolerance=1e-3):
    """Each answer that rounding cannot change."""
    questions = [[tokenizer.encode_pair(*pair) for pair in zip(item.prompts, item.continuations)]
                 for item in items]
    checked = 0
    for i, values in enumerate(expected(reference, questions)):
        for metric, scale in (("acc", 1), ("acc_norm", np.array(items[i].lengths))):
            scores = np.divide(values, scale)
            second, best = np.sort(scores)[-2:]
            if best - second > tolerance:
                checked += 1
                assert right[metric][i] == (np.argmax(scores) == items[i].gold)
    return checked


@pytest.mark.parametrize("name", ["plain", "rows"])
def test_answers(name, folder, compiled, decoders, tokenizer):
    items = read_items(write_lines(folder / "items.jsonl",
                                   documents(np.random.default_rng(2), 40)))
    steps = []
    right = answers(Model(compiled[name]).session(), tokenizer, items, lambda: steps.append(1))
    assert len(steps) == len(items)
    assert check_answers(right, Reference(decoders[1]), tokenizer, items) > 60


def test_command(folder, compiled, tokenizer, capsys):
    """Two models on two files: the JSON file follows from their answers, and
    the table shows it."""
    tasks = [write_lines(folder / f"{name}.jsonl", documents(np.random.default_rng(seed), count))
             for name, seed, count in (("first", 3, 30), ("second", 4, 7))]
    assert main([compiled["plain"], "--compare", compiled["other"], "--json",
                 str(folder / "out.json"), "--tokenizer", str(folder / "tokenizer.json"),
                 "--tasks", *map(str, tasks)]) == 0
    said = capsys.readouterr()
    assert not said.err
    results = json.loads((folder / "out.json").read_text())["tasks"]
    for path, result in zip(tasks, results, strict=True):
        items = read_items(path)
        right = [answers(Model(compiled[name]).session(), tokenizer, items)
                 for name in ("plain", "other")]
        assert (result["task"], result["items"]) == (str(path), len(items))
        for metric in ("acc", "acc_norm"):
            a, b = (values[metric] for values in right)
            for entry, values in zip(result["models"], (a, b), strict=True):
                test = stats.binomtest(int(values.sum()), len(items))
                assert entry[metric]["value"] == values.mean()
                assert np.allclose(entry[metric]["interval"],
                                   test.proportion_ci(method="wilson"))
                assert f"{100 * values.mean():.2f} % [" in said.out
            change = result["models"][0]["change"][metric]
            gained, lost = (a > b).sum(), (b > a).sum()
            assert (change["gained"], change["lost"]) == (gained, lost)
            assert np.isclose(change["value"], a.mean() - b.mean())
            assert np.isclose(change["p_value"],
                              stats.binomtest(int(gained), int(gained + lost)).pvalue
                              if gained + lost else 1)
            assert f"+{gained} −{lost}, p = " in said.out
        assert "change" not in result["models"][1]


def test_without_comparison(folder, compiled, capsys):
    task = write_lines(folder / "one.jsonl", documents(np.random.default_rng(5), 6))
    assert main([compiled["plain"], compiled["other"], "--tasks", str(task), "--tokenizer",
                 str(folder / "tokenizer.json")]) == 0
    out = capsys.readouterr().out
    assert out.count(" % [") == 4 and "change" not in out


def test_as_a_module(folder, compiled):
    """python -m, without a terminal: a table and no progress."""
    task = write_lines(folder / "few.jsonl", documents(np.random.default_rng(6), 3))
    result = subprocess.run([sys.executable, "-m", "gg.evaluate", compiled["plain"], "--tasks",
                             task, "--tokenizer", folder / "tokenizer.json"],
                            capture_output=True, text=True)
    assert result.returncode == 0 and not result.stderr
    assert "few.jsonl, 3 items" in result.stdout and compiled["plain"] in result.stdout


def test_errors(folder, compiled, artifacts, capsys):
    good = [{"query": "the", "choices": ["a", "b"], "gold": 0}]

    def refused(message, documents=None, model=compiled["plain"], tokenizer="tokenizer.json",
                options=()):
        task = write_lines(folder / "bad.jsonl", good + (documents or []))
        assert main([model, "--tasks", str(task), "--tokenizer", str(folder / tokenizer),
                     *options]) == 1
        error = capsys.readouterr().err
        assert error.startswith("gg-evaluate: ") and message in error, error

    refused(f"{folder / 'bad.jsonl'}:2: gold: expected one of 2 choices but got 7",
            [{**good[0], "gold": 7}])
    refused("none.json: expected a tokenizer.json", tokenizer="none.json")
    refused("none.gg", model=str(folder / "none.gg"))
    refused("bad.jsonl: line 2: expected a prompt that is not empty",
            [{**good[0], "query": ""}])
    refused("bad.jsonl: line 2: a prompt and its continuation have 126 tokens but the model's "
            "capacity is 120; compile it with a larger --context",
            [{**good[0], "query": "x" * 124}])
    refused("No such file", options=("--json", str(folder / "no" / "x.json")))
    assert not list(folder.glob("*.tmp"))


def test_models_that_do_not_fit(folder, artifacts, tokenizer):
    items = read_items(write_lines(folder / "good.jsonl", documents(np.random.default_rng(7), 3)))

    def session(name, decoder):
        write_onnx(decoder, folder / f"{name}.onnx")
        return Model(artifacts(folder / f"{name}.onnx", "--weights", "f32").path).session()

    with pytest.raises(GGError, match="token id .* is out of range"):
        answers(session("small", tiny_llama(vocab_size=50)), tokenizer, items)
    good = tiny_llama()
    bad = Decoder(good.config, lambda name: good.tensor(name) * (np.nan if name == "norm" else 1))
    with pytest.raises(ModelError, match="the model's logits are no numbers"):
        answers(session("nan", bad), tokenizer, items)


def test_rich_is_needed(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "rich", None)
    assert main(["x.gg", "--tasks", "x", "--tokenizer", "x"]) == 1
    assert capsys.readouterr().err == "gg-evaluate: rich is needed: pip install rich\n"


def test_models_of_tensors_are_refused(folder):
    class Tensors:
        kind = "tensors"

    class Session:
        model = Tensors()

    with pytest.raises(ModelError, match="expected a decoder but got a model of tensors"):
        ContinuationScorer(Session())


def stories_tokenizer(folder):
    pieces, scores = read_llama2c_vocabulary(shared("data/models/stories260K/tok512.bin"), 512)
    vocabulary = [piece.decode("utf-8", "replace") for piece in pieces]
    vocabulary[:3] = ["<unk>", "<s>", "</s>"]
    vocabulary[3:259] = [f"<0x{i:02X}>" for i in range(256)]
    sentencepiece_bpe([v.replace(" ", "▁") for v in vocabulary], scores).save(
        str(folder / "tokenizer.json"))
    (folder / "gg_text.json").write_text(json.dumps({"add_bos": True, "bos": 1}))
    return TextTokenizer(folder / "tokenizer.json")


def test_stories(tmp_path, artifacts):
    """A cloze set of stories, answered by a model that was trained on such."""
    with open(shared("data/text/tinystories/tinystories_sample.txt"), encoding="utf-8") as file:
        documents = cloze_items(file.read(), 16, seed=1, prompt_words=12, choice_words=4)
    decoder = read_llama2c(shared("data/models/stories260K/stories260K.bin"))
    write_onnx(decoder, tmp_path / "model.onnx")
    artifact = artifacts(tmp_path / "model.onnx", "--weights", "f32", "--batch", 4, "--context",
                         200)
    items = read_items(write_lines(tmp_path / "cloze.jsonl", documents))
    tokenizer = stories_tokenizer(tmp_path)
    right = answers(Model(artifact.path).session(), tokenizer, items)
    assert check_answers(right, Reference(decoder), tokenizer, items) > 28
    assert right["acc"].mean() > 0.5
