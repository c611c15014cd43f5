"""The tokenizer of a checkpoint, as Hugging Face's ``tokenizers`` knows it."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Optional, Sequence, Tuple

from .decoder import ModelError
from .gguf_model import GGUFModel

#: How llama.cpp's names of pre-tokenizers spell: a pattern for ``Split``, or
#: None for GPT-2's own, and whether digits stand alone.
_LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+"
           r"[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
_QWEN2 = _LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
_PRE_TOKENIZERS: Dict[str, Tuple[Optional[str], bool]] = {
    "gpt-2": (None, False), "default": (None, False),
    "smollm": (None, True), "refact": (None, True), "starcoder": (None, True),
    "llama-bpe": (_LLAMA3, False), "llama3": (_LLAMA3, False), "smaug-bpe": (_LLAMA3, False),
    "qwen2": (_QWEN2, False),
}
_CONTROL, _USER_DEFINED, _UNKNOWN = 3, 4, 2


def _import_tokenizers():
    try:
        import tokenizers
    except ImportError as error:
        raise ModelError("tokenizers are needed: pip install tokenizers") from error
    return tokenizers


def byte_level_bpe(vocabulary: Sequence[str], merges: Sequence[str], pre: str):
    """A GPT-2-like tokenizer: byte-level BPE with a named pre-tokenizer."""
    if pre not in _PRE_TOKENIZERS:
        raise ModelError(f"pre-tokenizer {pre} is not supported; known are "
                         + ", ".join(sorted(_PRE_TOKENIZERS)))
    t = _import_tokenizers()
    pattern, digits = _PRE_TOKENIZERS[pre]
    pairs = [tuple(merge.split(" ", 1)) for merge in merges]
    result = t.Tokenizer(t.models.BPE({piece: i for i, piece in enumerate(vocabulary)}, pairs,
                                      ignore_merges=pattern == _LLAMA3))
    steps = [t.pre_tokenizers.Digits(individual_digits=True)] if digits else []
    if pattern is not None:
        steps.append(t.pre_tokenizers.Split(t.Regex(pattern), "isolated"))
    steps.append(t.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern is None))
    result.pre_tokenizer = t.pre_tokenizers.Sequence(steps)
    result.decoder = t.decoders.ByteLevel()
    return result


def sentencepiece_bpe(vocabulary: Sequence[str], scores: Sequence[float],
                      prefix_space: bool = True):
    """A Llama-2-like tokenizer: BPE over characters, the best-scored merge
    first, unknown characters as bytes ``<0xNN>``.

    The merges are every way to split a piece into two pieces, ordered by the
    score of the whole, as the conversion scripts of the field do it.
    """
    t = _import_tokenizers()
    ids = {piece: i for i, piece in enumerate(vocabulary)}
    merges: List[Tuple[float, int, int, str, str]] = []
    for piece, i in ids.items():
        for cut in range(1, len(piece)):
            left, right = piece[:cut], piece[cut:]
            if left in ids and right in ids:
                merges.append((-scores[i], ids[left], ids[right], left, right))
    merges.sort()
    result = t.Tokenizer(t.models.BPE(ids, [(m[3], m[4]) for m in merges], unk_token="<unk>",
                                      fuse_unk=True, byte_fallback=True))
    steps = [t.normalizers.Prepend("▁")] if prefix_space else []
    result.normalizer = t.normalizers.Sequence(steps + [t.normalizers.Replace(" ", "▁")])
    decoders = [t.decoders.Replace("▁", " "), t.decoders.ByteFallback(), t.decoders.Fuse()]
    if prefix_space:
        decoders.append(t.decoders.Strip(" ", 1, 0))
    result.decoder = t.decoders.Sequence(decoders)
    return result


def tokenizer_from_gguf(model: GGUFModel):
    """The tokenizer in a GGUF file's metadata as a ``tokenizers.Tokenizer``.

    Control tokens are added as special tokens. Raises :class:`ModelError` for
    kinds other than byte-level BPE and SentencePiece BPE.
    """
    t = _import_tokenizers()
    kind = model.get("tokenizer.ggml.model")
    vocabulary = model.get("tokenizer.ggml.tokens")
    if vocabulary is None:
        raise ModelError(f"{model.path}: the file holds no tokenizer")
    if kind == "gpt2":
        result = byte_level_bpe(vocabulary, model.get("tokenizer.ggml.merges", []),
                                model.get("tokenizer.ggml.pre", "default"))
    elif kind == "llama":
        result = sentencepiece_bpe(vocabulary, model.get("tokenizer.ggml.scores"),
                                   bool(model.get("tokenizer.ggml.add_space_prefix", True)))
    else:
        raise ModelError(f"{model.path}: expected a tokenizer gpt2 or llama but got {kind}")
    types = model.get("tokenizer.ggml.token_type", [])
    for piece, token_type in zip(vocabulary, types):
        if token_type in (_CONTROL, _USER_DEFINED, _UNKNOWN):
            special = token_type != _USER_DEFINED
            token = t.AddedToken(piece, special=special, normalized=False)
            (result.add_special_tokens if special else result.add_tokens)([token])
    return result


class TextTokenizer:
    """A tokenizer.json, and what gg_text.json beside it says of begin and end.

    ``settings`` has ``add_bos`` (whether texts begin with the token ``bos``),
    ``bos``, ``stop`` (the tokens that end a text) and ``chatml``.
    """

    def __init__(self, path: "str | os.PathLike[str]") -> None:
        path = os.fspath(path)
        if not os.path.isfile(path):
            raise ModelError(f"{path}: expected a tokenizer.json but there is none")
        try:
            self._tokenizer = _import_tokenizers().Tokenizer.from_file(path)
        except ModelError:
            raise
        except Exception as error:  # The package knows no kind more precise.
            raise ModelError(f"{path}: expected a tokenizer.json: {error}") from error
        self.settings: Dict[str, Any] = {"add_bos": False, "bos": None, "stop": [],
                                         "chatml": False}
        settings = os.path.join(os.path.dirname(path), "gg_text.json")
        if os.path.exists(settings):
            with open(settings) as file:
                self.settings.update(json.load(file))

    def encode(self, text: str) -> List[int]:
        """Token ids of ``text``, begun as the model's texts begin."""
        begin = [self.settings["bos"]] if self.settings["add_bos"] else []
        return begin + self._ids(text)

    def _ids(self, text: str) -> List[int]:
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def decode(self, ids: Sequence[int]) -> str:
        """The text of token ids."""
        return self._tokenizer.decode(ids)

    def encode_pair(self, prompt: str, continuation: str) -> Tuple[List[int], int]:
        """Token ids of a prompt and its continuation, and how many of them are
        the prompt's.

        As lm-evaluation-harness does it: spaces at the end of the prompt count
        as the continuation's, and the tokens of the continuation are those of
        the whole text behind as many as the prompt alone has. An empty prompt
        is the token ``bos``.
        """
        begin = prompt.rstrip()
        if begin:
            head, whole = self.encode(begin), self.encode(prompt + continuation)
        elif self.settings["bos"] is not None:
            head = [self.settings["bos"]]
            whole = head + self._ids(prompt + continuation)
        else:
            raise ModelError("expected a prompt that is not empty, or gg_text.json beside the "
                             "tokenizer with the token bos that texts begin with")
        if len(whole) <= len(head):
            raise ModelError("expected a continuation with tokens of its own")
        return head + whole[len(head):], len(head)
