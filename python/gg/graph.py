"""A decoder written as an ONNX graph.

:class:`gg.graph_style.GraphStyle` chooses among the forms that exporters write: the newest
standard operators (the default), ONNX Runtime's operators, or everything
decomposed into arithmetic of an old opset; caches separate, stacked or none;
with and without attention_mask and position_ids. Users get the default form;
the tests write the same weights in every form and expect the same tokens.
"""

from __future__ import annotations

import os
from typing import List, Optional, Tuple

import numpy as np
from onnx import TensorProto

from .decoder import Decoder, ModelError
from .graph_style import GraphStyle
from .onnx_builder import ELEMENT_TYPES, GraphBuilder


def write_onnx(decoder: Decoder, path: "str | os.PathLike[str]",
               style: GraphStyle = GraphStyle()) -> None:
    """Writes ``decoder`` to ``path`` (and ``path.data`` where weights are external).

    Inputs: ids ``[batch, sequence]``; attention_mask ``[batch, past + sequence]``
    and position_ids ``[batch, sequence]`` where the style has them; caches
    ``[batch, kv_heads, past, head_size]``. Outputs: logits ``[batch, sequence,
    vocab]`` and the longer caches.
    """
    c = decoder.config
    if c.alibi and style.attention not in ("decomposed", "joined"):
        raise ModelError("expected attention decomposed or joined with alibi but got "
                         + style.attention)
    if (c.window or c.softcap) and style.attention == "standard":
        raise ModelError("expected no window or softcap with attention standard")
    _Writer(decoder, path, style).write()


class _Writer:
    """One graph being written; methods follow the order of the model."""

    def __init__(self, decoder: Decoder, path: "str | os.PathLike[str]",
                 style: GraphStyle) -> None:
        self.decoder, self.config, self.style = decoder, decoder.config, style
        self.b = GraphBuilder(path, style.opset, style.external)
        self.element, self.dtype = ELEMENT_TYPES[style.dtype]
        self.presents: List[Tuple[str, ...]] = []

    # -- spelling of single operators in the graph's opset --------------------

    def scalar(self, value: float, name: str = "scalar") -> str:
        return self.b.weight(name, np.asarray(value, self.dtype))

    def axes_op(self, op: str, x: str, axes: List[int], name: str, since: int = 13,
                **attributes: int) -> str:
        """An operator whose axes became an input in opset ``since``."""
        if self.style.opset >= since:
            return self.b.node(op, [x, self.b.ints(axes)], name, **attributes)
        return self.b.node(op, [x], name, axes=axes, **attributes)

    def slice(self, x: str, start: int, end: int, axis: int, name: str) -> str:
        b = self.b
        return b.node("Slice", [x, b.ints([start]), b.ints([end]), b.ints([axis])], name)

    def split(self, x: str, sizes: List[int], name: str) -> List[str]:
        if self.style.opset >= 13:
            return self.b.node("Split", [x, self.b.ints(sizes)], name, len(sizes), axis=-1)
        return self.b.node("Split", [x], name, len(sizes), axis=-1, split=sizes)

    def dim(self, x: str, axis: int, name: str) -> str:
        """One dimension of ``x`` as an int64 scalar."""
        shape = self.b.node("Shape", [x], name + "/shape")
        return self.b.node("Gather", [shape, self.b.ints(axis)], name, axis=0)

    def range(self, start: str, end: str, name: str) -> str:
        return self.b.node("Range", [start, end, self.b.ints(1)], name)

    # -- inputs ----------------------------------------------------------------

    def dims(self, *sizes: "int | str") -> List["int | str | None"]:
        """Dims of an input, with names where the style has them."""
        return [size if isinstance(size, int) or self.style.named else None for size in sizes]

    def inputs(self) -> None:
        style, b, c = self.style, self.b, self.config
        integer = TensorProto.INT32 if style.ids == "int32" else TensorProto.INT64
        total = "sequence" if style.past == "none" else "past + sequence"
        rows = self.dims("batch", 1 if style.single else "sequence")
        self.ids = b.input(style.name("ids"), integer, rows)
        self.mask = self.positions = None
        if style.mask:
            self.mask = b.input(style.name("mask"), integer, self.dims("batch", total))
        if style.position_ids:
            self.positions = b.input(style.name("position_ids"), integer, rows)
        cache = self.dims("batch", c.kv_heads, "past", c.head_size)
        self.pasts: List[Tuple[Optional[str], Optional[str]]] = []
        for i in range(c.layers):
            if style.past == "separate":
                self.pasts.append((b.input(style.name("past_key", i), self.element, cache),
                                   b.input(style.name("past_value", i), self.element, cache)))
            elif style.past == "stacked":
                stacked = b.input(style.name("past", i), self.element, [2] + cache)
                self.pasts.append(tuple(
                    b.node("Gather", [stacked, b.ints(part)], f"past_{i}/{part}", axis=0)
                    for part in (0, 1)))
            else:
                self.pasts.append((None, None))

    def lengths(self) -> None:
        """The past length, the new length and their sum as int64 scalars."""
        self.length = self.dim(self.ids, 1, "sequence_length")
        if self.style.past == "none":
            self.past_length, self.total = self.b.ints(0), self.length
        else:
            self.past_length = self.dim(self.pasts[0][0], 2, "past_length")
            self.total = self.b.node("Add", [self.past_length, self.length], "total_length")

    def position_values(self) -> str:
        """Positions ``[batch, sequence]`` (or ``[1, sequence]``) as int64."""
        if self.positions is not None:
            if self.style.ids == "int64":
                return self.positions
            return self.b.node("Cast", [self.positions], "positions", to=TensorProto.INT64)
        row = self.range(self.past_length, self.total, "position_range")
        return self.axes_op("Unsqueeze", row, [0], "positions")

    # -- building blocks -------------------------------------------------------

    def weight(self, name: str, array: Optional[np.ndarray] = None) -> str:
        array = self.decoder.tensor(name) if array is None else array
        return self.b.weight(name, array.astype(self.dtype))

    def linear(self, x: str, name: str, matrix: Optional[np.ndarray] = None,
               bias: Optional[np.ndarray] = None) -> str:
        """``x · matrixᵀ + bias`` over the last dimension of a 3-D ``x``."""
        b, style = self.b, self.style
        matrix = self.decoder.tensor(name) if matrix is None else matrix
        if bias is None and self.decoder.has(name + "_bias"):
            bias = self.decoder.tensor(name + "_bias")
        bias_value = None if bias is None else self.weight(name + ".bias", bias)
        if style.linear == "gemm":
            outputs, k = matrix.shape
            flat = b.node("Reshape", [x, b.ints([-1, k])], name + "/flat")
            operands = [flat, self.weight(name + ".weight", matrix), bias_value]
            y = b.node("Gemm", operands, name + "/gemm", transB=1)
            one = self.axes_op("Unsqueeze", self.length, [0], name + "/length")
            shape = b.node("Concat", [b.ints([-1]), one, b.ints([outputs])], name + "/shape",
                           axis=0)
            return b.node("Reshape", [y, shape], name)
        if style.linear == "transpose":
            weight = self.weight(name + ".weight", matrix)
            weight = b.node("Transpose", [weight], name + "/transpose", perm=[1, 0])
        else:
            weight = self.weight(name + ".weight", matrix.T)
        if bias_value is None:
            return b.node("MatMul", [x, weight], name)
        return b.node("Add", [b.node("MatMul", [x, weight], name + "/matmul"), bias_value], name)

    def norm(self, x: str, name: str) -> str:
        b, style, epsilon = self.b, self.style, self.config.norm_epsilon
        scale = self.weight(name)
        if self.config.kind == "gpt2":
            bias = self.weight(name + "_bias")
            if style.norm != "decomposed":
                return b.node("LayerNormalization", [x, scale, bias], name + "/norm", axis=-1,
                              epsilon=epsilon)
            x = b.node("Sub", [x, self.mean(x, name + "/mean")], name + "/centred")
            return b.node("Add", [self.normalise(x, scale, name), bias], name + "/norm")
        if style.norm == "simplified":
            return b.node("SimplifiedLayerNormalization", [x, scale], name + "/norm", axis=-1,
                          epsilon=epsilon, stash_type=1)
        if style.norm == "standard":
            return b.node("RMSNormalization", [x, scale], name + "/norm", axis=-1, epsilon=epsilon)
        return self.normalise(x, scale, name)

    def mean(self, x: str, name: str) -> str:
        return self.axes_op("ReduceMean", x, [-1], name, since=18, keepdims=1)

    def normalise(self, x: str, scale: str, name: str) -> str:
        """``scale · x / sqrt(mean(x²) + epsilon)``, in fp32 as exporters do."""
        b, half = self.b, self.style.dtype != "f32"
        wide = b.node("Cast", [x], name + "/wide", to=TensorProto.FLOAT) if half else x
        two = b.weight("two", np.asarray(2, np.float32))
        square = b.node("Pow", [wide, two], name + "/square")
        epsilon = b.weight("epsilon", np.asarray(self.config.norm_epsilon, np.float32))
        shifted = b.node("Add", [self.mean(square, name + "/mean_square"), epsilon], name + "/add")
        root = b.node("Sqrt", [shifted], name + "/root")
        if self.style.linear == "matmul":
            y = b.node("Mul", [wide, b.node("Reciprocal", [root], name + "/inverse")],
                       name + "/normal")
        else:
            y = b.node("Div", [wide, root], name + "/normal")
        if half:
            y = b.node("Cast", [y], name + "/narrow", to=self.element)
        return b.node("Mul", [scale, y], name + "/scaled")

    def gelu(self, x: str, name: str) -> str:
        b = self.b
        if self.style.opset >= 20:
            return b.node("Gelu", [x], name, approximate="tanh")
        cube = b.node("Pow", [x, self.scalar(3, "three")], name + "/cube")
        inner = b.node("Mul", [cube, self.scalar(0.044715, "cubic")], name + "/cubic")
        inner = b.node("Add", [x, inner], name + "/inner")
        inner = b.node("Mul", [inner, self.scalar(np.sqrt(2 / np.pi), "root")], name + "/scaled")
        inner = b.node("Add", [b.node("Tanh", [inner], name + "/tanh"), self.scalar(1, "one")],
                       name + "/shifted")
        half = b.node("Mul", [x, self.scalar(0.5, "half")], name + "/half")
        return b.node("Mul", [half, inner], name)

    # -- rotary embedding ------------------------------------------------------

    def rotary_tables(self) -> None:
        """The tables or values of cos and sin that all layers share."""
        if not self.config.rotates:
            return
        b, frequencies = self.b, self.config.inverse_frequencies()
        if self.style.rotary == "computed":
            # cos and sin [batch, 1, sequence, rotated] of positions × frequencies.
            row = b.weight("inverse_frequencies", frequencies[None].astype(np.float32))
            at = b.node("Cast", [self.position_values()], "positions_f32", to=TensorProto.FLOAT)
            angle = b.node("Mul", [self.axes_op("Unsqueeze", at, [2], "positions_3d"), row],
                           "angles")
            angle = b.node("Concat", [angle, angle], "angles_twice", axis=-1)
            angle = self.axes_op("Unsqueeze", angle, [1], "angles_4d")
            tables = [b.node(op, [angle], op.lower()) for op in ("Cos", "Sin")]
            if self.style.dtype != "f32":
                tables = [b.node("Cast", [t], t + "_narrow", to=self.element) for t in tables]
            self.cos, self.sin = tables
            return
        angle = np.outer(np.arange(self.config.context), frequencies)
        if self.style.rotary == "table":
            angle = np.concatenate([angle, angle], axis=1)
        self.cos = self.weight("cos_cache", np.cos(angle))
        self.sin = self.weight("sin_cache", np.sin(angle))
        if self.style.rotary == "table":
            at = self.position_values()
            self.cos, self.sin = (
                self.axes_op("Unsqueeze", b.node("Gather", [table, at], name, axis=0), [1],
                             name + "_4d")
                for table, name in ((self.cos, "cos"), (self.sin, "sin")))

    def rotate_heads(self, x: str, name: str) -> str:
        """Rotates ``[B, H, S, D]`` with the shared values of cos and sin."""
        b, c = self.b, self.config
        rest = None
        if c.rotated < c.head_size:
            x, rest = self.split(x, [c.rotated, c.head_size - c.rotated], name + "/part")
        low = self.slice(x, 0, c.rotated // 2, 3, name + "/low")
        high = self.slice(x, c.rotated // 2, c.rotated, 3, name + "/high")
        turned = b.node("Concat", [b.node("Neg", [high], name + "/neg"), low], name + "/turned",
                        axis=-1)
        y = b.node("Add", [b.node("Mul", [x, self.cos], name + "/cos"),
                           b.node("Mul", [turned, self.sin], name + "/sin")], name + "/rotated")
        return y if rest is None else b.node("Concat", [y, rest], name + "/joined", axis=-1)

    # -- attention -------------------------------------------------------------

    def projections(self, x: str, at: str) -> Tuple[str, str, str]:
        c, names = self.config, [at + part for part in "qkv"]
        if not self.style.packed_qkv:
            return tuple(self.linear(x, name) for name in names)
        matrix = np.concatenate([self.decoder.tensor(name) for name in names])
        bias = None
        if self.decoder.has(names[0] + "_bias"):
            bias = np.concatenate([self.decoder.tensor(name + "_bias") for name in names])
        packed = self.linear(x, at + "qkv", matrix, bias)
        q, kv = c.heads * c.head_size, c.kv_heads * c.head_size
        return tuple(self.split(packed, [q, kv, kv], at + "qkv/split"))

    def shared_masks(self) -> None:
        """What every layer's attention reads besides its own tensors."""
        b, style = self.b, self.style
        if style.attention == "gqa":
            count = self.axes_op("ReduceSum", self.mask, [1], "mask_sum", keepdims=0)
            last = b.node("Sub", [count, b.ints(1) if style.ids == "int64" else
                                  b.weight("one", np.asarray(1, np.int32))], "last")
            self.seqlens = b.node("Cast", [last], "seqlens_k", to=TensorProto.INT32)
            self.total32 = b.node("Cast", [self.dim(self.mask, 1, "mask_length")],
                                  "total_sequence_length", to=TensorProto.INT32)
            return
        self.padding = None
        if self.mask is not None:
            flags = b.node("Cast", [self.mask], "mask_flags", to=TensorProto.BOOL)
            self.padding = self.axes_op("Unsqueeze", flags, [1, 2], "padding")
        if style.attention == "standard":
            if self.padding is not None:  # ONNX Runtime broadcasts no query dimension
                rows = self.axes_op("Unsqueeze", self.length, [0], "query_rows")
                one = b.ints([1])
                shape = b.node("Concat", [one, one, rows, one], "padding_shape", axis=0)
                self.padding = b.node("Expand", [self.padding, shape], "padding_rows")
            return
        keys = self.axes_op("Unsqueeze", self.range(b.ints(0), self.total, "keys"), [0], "keys_2d")
        queries = self.range(self.past_length, self.total, "queries")
        queries = self.axes_op("Unsqueeze", queries, [1], "queries_2d")
        hidden = b.node("Greater", [keys, queries], "future")
        if self.config.window:
            distance = b.node("Sub", [queries, keys], "distance")
            near = b.node("Less", [distance, b.ints(self.config.window)], "near")
            hidden = b.node("Or", [hidden, b.node("Not", [near], "far")], "hidden")
        visible = b.node("Not", [hidden], "causal")
        if self.padding is not None:
            visible = b.node("And", [visible, self.padding], "visible")
        lowest = -65504.0 if style.dtype == "f16" else float(np.finfo(np.float32).min) / 2
        self.bias = b.node("Where", [visible, self.scalar(0, "zero"),
                                     self.scalar(lowest, "lowest")], "attention_bias")
        if self.config.alibi:
            # The key's position is as good as its distance: a softmax sees no difference.
            slopes = b.weight("slopes", self.config.slopes.reshape(-1, 1, 1).astype(self.dtype))
            self.alibi = b.node("Mul", [slopes, b.node("Cast", [keys], "keys_float",
                                                       to=self.element)], "alibi")

    def attention(self, x: str, i: int) -> str:
        at = f"layers.{i}."
        q, k, v = self.projections(x, at)
        if self.config.qk_norm:
            q, k = self.norm_heads(q, at + "q_norm"), self.norm_heads(k, at + "k_norm")
        spelled = {"standard": self.attention_standard, "gqa": self.attention_gqa}
        y = spelled.get(self.style.attention, self.attention_decomposed)((q, k, v),
                                                                         self.pasts[i], at)
        return self.linear(y, at + "o")

    def norm_heads(self, x: str, name: str) -> str:
        """Normalises each head of ``[B, S, H·D]``, flattened with the tokens."""
        b = self.b
        flat = b.node("Reshape", [x, b.ints([-1, self.config.head_size])], name + "/flat")
        return b.node("Reshape", [self.norm(flat, name), b.node("Shape", [x], name + "/shape")],
                      name + "/back")

    def attention_standard(self, qkv: Tuple[str, str, str], past: Tuple, at: str) -> str:
        b, c, style = self.b, self.config, self.style
        q, k, v = qkv
        if c.rotates and style.rotary == "standard":
            partial = c.rotated if c.rotated < c.head_size else None
            operands = [self.cos, self.sin, self.rotary_positions]
            q = b.node("RotaryEmbedding", [q] + operands, at + "q/rotary", num_heads=c.heads,
                       rotary_embedding_dim=partial)
            k = b.node("RotaryEmbedding", [k] + operands, at + "k/rotary", num_heads=c.kv_heads,
                       rotary_embedding_dim=partial)
        elif c.rotates:
            q, k = (self.merge_heads(self.rotate_heads(self.heads(x, n, at + part), at + part),
                                     n, at + part)
                    for x, n, part in ((q, c.heads, "q"), (k, c.kv_heads, "k")))
        outputs = b.node("Attention", [q, k, v, self.padding, *past], at + "attention",
                         1 if past[0] is None else 3, q_num_heads=c.heads,
                         kv_num_heads=c.kv_heads, is_causal=1)
        if past[0] is None:
            return outputs
        self.presents.append(tuple(outputs[1:]))
        return outputs[0]

    def attention_gqa(self, qkv: Tuple[str, str, str], past: Tuple, at: str) -> str:
        b, c = self.b, self.config
        q, k, v = qkv
        fused = c.rotates and self.style.rotary == "fused"
        if c.rotates and not fused:
            q, k = (self.merge_heads(self.rotate_heads(self.heads(x, n, at + part), at + part),
                                     n, at + part)
                    for x, n, part in ((q, c.heads, "q"), (k, c.kv_heads, "k")))
        tables = [self.cos, self.sin] if fused else [None, None]
        outputs = b.node("GroupQueryAttention",
                         [q, k, v, *past, self.seqlens, self.total32, *tables],
                         at + "attention", 3, domain="com.microsoft", num_heads=c.heads,
                         kv_num_heads=c.kv_heads, do_rotary=int(fused),
                         local_window_size=c.window or -1, softcap=float(c.softcap),
                         scale=float(c.head_size**-0.5))
        self.presents.append(tuple(outputs[1:]))
        return outputs[0]

    def heads(self, x: str, count: int, name: str) -> str:
        """``[B, S, H·D]`` → ``[B, H, S, D]``."""
        b = self.b
        shaped = b.node("Reshape", [x, b.ints([0, 0, count, self.config.head_size])],
                        name + "/heads")
        return b.node("Transpose", [shaped], name + "/bhsd", perm=[0, 2, 1, 3])

    def merge_heads(self, x: str, count: int, name: str) -> str:
        b = self.b
        rows = b.node("Transpose", [x], name + "/bshd", perm=[0, 2, 1, 3])
        return b.node("Reshape", [rows, b.ints([0, 0, count * self.config.head_size])],
                      name + "/merged")

    def repeat_heads(self, x: str, name: str) -> str:
        """Repeats each of the key/value heads for its group of query heads."""
        b, c = self.b, self.config
        group = c.heads // c.kv_heads
        if group == 1:
            return x
        x = self.axes_op("Unsqueeze", x, [2], name + "/group")
        if self.style.linear == "matmul":
            x = b.node("Expand", [x, b.ints([1, 1, group, 1, 1])], name + "/repeat")
        else:
            x = b.node("Tile", [x, b.ints([1, 1, group, 1, 1])], name + "/repeat")
        total = self.axes_op("Unsqueeze", self.total, [0], name + "/total")
        shape = b.node("Concat", [b.ints([-1]), b.ints([c.heads]), total, b.ints([c.head_size])],
                       name + "/shape", axis=0)
        return b.node("Reshape", [x, shape], name + "/repeated")

    def attention_decomposed(self, qkv: Tuple[str, str, str], past: Tuple, at: str) -> str:
        b, c, style = self.b, self.config, self.style
        q, k, v = (self.heads(x, n, at + part)
                   for x, n, part in zip(qkv, (c.heads, c.kv_heads, c.kv_heads), "qkv"))
        if c.rotates:
            q, k = self.rotate_heads(q, at + "q"), self.rotate_heads(k, at + "k")
        if past[0] is not None:
            k = b.node("Concat", [past[0], k], at + "k/present", axis=2)
            v = b.node("Concat", [past[1], v], at + "v/present", axis=2)
            self.presents.append((k, v))
        keys, values = self.repeat_heads(k, at + "k"), self.repeat_heads(v, at + "v")
        if style.attention == "mha":
            q, k, v = (self.merge_heads(x, c.heads, at + part)
                       for x, part in ((q, "q"), (keys, "k"), (values, "v")))
            return b.node("MultiHeadAttention", [q, k, v, None, None, self.bias],
                          at + "attention", domain="com.microsoft", num_heads=c.heads,
                          scale=float(c.head_size**-0.5))
        joined = style.attention == "joined"
        if joined:
            q, keys, values = (self.join_heads(x, at + part)
                               for x, part in ((q, "q"), (keys, "k"), (values, "v")))
        keys = b.node("Transpose", [keys], at + "k/transposed",
                      perm=[0, 2, 1] if joined else [0, 1, 3, 2])
        scores = b.node("MatMul", [q, keys], at + "scores")
        if style.linear == "matmul":
            scores = b.node("Mul", [scores, self.scalar(c.head_size**-0.5, "scale")],
                            at + "scaled")
        else:
            scores = b.node("Div", [scores, self.scalar(c.head_size**0.5, "root_size")],
                            at + "scaled")
        if c.softcap:
            cap = self.scalar(c.softcap, "softcap")
            scores = b.node("Tanh", [b.node("Div", [scores, cap], at + "shrunk")], at + "tanh")
            scores = b.node("Mul", [scores, cap], at + "capped")
        if c.alibi:
            scores = b.node("Add", [scores, self.alibi_of(joined)], at + "biased")
        if joined:
            scores = self.part_heads(scores, at + "scores")
        scores = b.node("Add", [scores, self.bias], at + "masked")
        weights = b.node("Softmax", [scores], at + "softmax", axis=-1 if style.opset >= 13 else 3)
        if joined:
            weights = self.join_heads(weights, at + "weights")
        mixed = b.node("MatMul", [weights, values], at + "mixed")
        if joined:
            mixed = self.part_heads(mixed, at + "mixed")
        return self.merge_heads(mixed, c.heads, at + "attention")

    def batch_shape(self, sizes: List[str], name: str) -> str:
        """A shape that begins with the batch; ``sizes`` are int64 lists."""
        batch = self.axes_op("Unsqueeze", self.dim(self.ids, 0, name + "/batch"), [0],
                             name + "/rows")
        return self.b.node("Concat", [batch] + sizes, name + "/shape", axis=0)

    def last_dims(self, x: str, name: str) -> str:
        """The last two dims as a list."""
        return self.slice(self.b.node("Shape", [x], name + "/sizes"), -2, 2**62, 0, name + "/last")

    def join_heads(self, x: str, name: str) -> str:
        """``[B, H, S, D]`` → ``[B·H, S, D]``."""
        shape = self.b.node("Concat", [self.b.ints([-1]), self.last_dims(x, name)],
                            name + "/joined_shape", axis=0)
        return self.b.node("Reshape", [x, shape], name + "/joined")

    def part_heads(self, x: str, name: str) -> str:
        """The inverse."""
        shape = self.batch_shape([self.b.ints([self.config.heads]), self.last_dims(x, name)],
                                 name + "/parted")
        return self.b.node("Reshape", [x, shape], name + "/parted")

    def alibi_of(self, joined: bool) -> str:
        """The bias ``[H, 1, T]``, or ``[B·H, 1, T]``."""
        if not joined:
            return self.alibi
        b = self.b
        ones = b.ints([1])
        wide = b.node("Expand", [self.alibi, self.batch_shape([ones, ones, ones], "alibi")],
                      "alibi/rows")
        shape = b.node("Concat", [b.ints([-1]), self.last_dims(self.alibi, "alibi")],
                       "alibi/shape", axis=0)
        return b.node("Reshape", [wide, shape], "alibi/joined")

    # -- the whole model -------------------------------------------------------

    def feed_forward(self, x: str, i: int) -> str:
        b, at = self.b, f"layers.{i}."
        if self.config.kind == "gpt2":
            return self.linear(self.gelu(self.linear(x, at + "fc"), at + "gelu"), at + "proj")
        gate, up = self.linear(x, at + "gate"), self.linear(x, at + "up")
        if self.style.opset >= 24 and self.style.norm == "standard":
            active = b.node("Swish", [gate], at + "swish")
        else:
            active = b.node("Mul", [gate, b.node("Sigmoid", [gate], at + "sigmoid")],
                            at + "silu")
        return self.linear(b.node("Mul", [active, up], at + "gated"), at + "down")

    def embed(self) -> str:
        b = self.b
        self.embedding = self.weight("embed")
        x = b.node("Gather", [self.embedding, self.ids], "embedding", axis=0)
        if self.config.kind == "gpt2":
            rows = b.node("Gather", [self.weight("positions_table",
                                                 self.decoder.tensor("positions")),
                                     self.position_values()], "position_embedding", axis=0)
            x = b.node("Add", [x, rows], "embedded")
        return x

    def head(self, x: str) -> str:
        """The output matrix; a tied one is the embedding, transposed in the graph."""
        b = self.b
        if not self.config.tied_head:
            return self.linear(x, "head")
        weight = b.node("Transpose", [self.embedding], "head/transpose", perm=[1, 0])
        return b.node("MatMul", [x, weight], "head")

    def write(self) -> None:
        self.inputs()
        self.lengths()
        self.rotary_tables()
        if self.config.rotates and self.style.rotary == "standard":
            self.rotary_positions = self.rotary_position_rows()
        self.shared_masks()
        x = self.embed()
        for i in range(self.config.layers):
            at = f"layers.{i}."
            x = self.b.node("Add", [x, self.attention(self.norm(x, at + "norm1"), i)],
                            at + "attended")
            x = self.b.node("Add", [x, self.feed_forward(self.norm(x, at + "norm2"), i)],
                            at + "output")
        self.outputs(self.head(self.norm(x, "norm")))

    def rotary_position_rows(self) -> str:
        """RotaryEmbedding wants one row of positions for each batch row."""
        if self.positions is not None:
            return self.position_values()
        shape = self.b.node("Shape", [self.ids], "ids_shape")
        return self.b.node("Expand", [self.position_values(), shape], "position_rows")

    def outputs(self, logits: str) -> None:
        b, c, style = self.b, self.config, self.style
        b.output(logits, style.name("logits"), self.element,
                 ["batch", 1 if style.single else "sequence", c.vocab_size])
        cache = ["batch", c.kv_heads, "past + sequence", c.head_size]
        for i, (key, value) in enumerate(self.presents):
            if style.past == "separate":
                b.output(key, style.name("present_key", i), self.element, cache)
                b.output(value, style.name("present_value", i), self.element, cache)
            elif style.past == "stacked":
                parts = [self.axes_op("Unsqueeze", part, [0], f"present_{i}/part")
                         for part in (key, value)]
                b.output(b.node("Concat", parts, f"present_{i}/stacked", axis=0),
                         style.name("present", i), self.element, [2] + cache)
        b.save()
