"""The forms in which the tests write one decoder: what exporters differ in."""

from gg.graph import GraphStyle
from gg.models import tiny_gpt2, tiny_llama

_DECOMPOSED = dict(attention="decomposed", norm="decomposed", rotary="computed")
_ORT = dict(attention="gqa", norm="simplified", rotary="fused")
_ODD_NAMES = dict(ids="tokens", mask="keep", position_ids="where", past_key="k{}.in",
                  past_value="v{}.in", present_key="k{}.out", present_value="v{}.out",
                  logits="scores")

#: Each style's name says what is particular about it.
STYLES = {
    "standard24": GraphStyle(),
    "standard24-no-past": GraphStyle(past="none", mask=False, position_ids=False),
    "standard23-no-mask": GraphStyle(opset=23, mask=False),
    "standard24-bare": GraphStyle(mask=False, position_ids=False, external=False),
    "standard24-f16": GraphStyle(dtype="f16"),
    "standard24-bf16": GraphStyle(dtype="bf16"),
    "standard24-stacked": GraphStyle(past="stacked"),
    "standard24-odd-names": GraphStyle(names=_ODD_NAMES),
    "standard24-partial-rotary": GraphStyle(),
    "standard24-qkv-bias": GraphStyle(packed_qkv=True),
    "decomposed11": GraphStyle(opset=11, ids="int32", **_DECOMPOSED),
    "decomposed12-stacked": GraphStyle(opset=12, past="stacked", linear="gemm", **_DECOMPOSED),
    "decomposed14-table": GraphStyle(opset=14, linear="transpose",
                                     **{**_DECOMPOSED, "rotary": "table"}),
    "decomposed17-no-past": GraphStyle(opset=17, past="none", **_DECOMPOSED),
    "decomposed18": GraphStyle(opset=18, **_DECOMPOSED),
    "decomposed18-no-mask": GraphStyle(opset=18, mask=False, position_ids=False, **_DECOMPOSED),
    "decomposed20-f16": GraphStyle(opset=20, dtype="f16", **_DECOMPOSED),
    "decomposed21-packed": GraphStyle(opset=21, packed_qkv=True, linear="gemm", **_DECOMPOSED),
    "decomposed22-odd-names": GraphStyle(opset=22, names=_ODD_NAMES, **_DECOMPOSED),
    "gqa21": GraphStyle(opset=21, position_ids=False, **_ORT),
    "gqa20-table": GraphStyle(opset=20, **{**_ORT, "rotary": "table"}),
    "gqa21-f16": GraphStyle(opset=21, position_ids=False, dtype="f16", **_ORT),
    "gqa21-window-softcap": GraphStyle(opset=21, position_ids=False, **_ORT),
    "gqa21-qk-norm": GraphStyle(opset=21, position_ids=False, **_ORT),
    "mha17-f16": GraphStyle(opset=17, dtype="f16", **{**_DECOMPOSED, "attention": "mha"}),
    "alibi14-joined": GraphStyle(opset=14, **{**_DECOMPOSED, "attention": "joined"}),
    "alibi18-window": GraphStyle(opset=18, **_DECOMPOSED),
    "window18-softcap": GraphStyle(opset=18, **_DECOMPOSED),
    "single17-unnamed": GraphStyle(opset=17, single=True, named=False, **_DECOMPOSED),
    "unnamed13": GraphStyle(opset=13, named=False, **_DECOMPOSED),
    "gpt2-11-stacked": GraphStyle(opset=11, ids="int32", past="stacked", packed_qkv=True,
                                  linear="gemm", **_DECOMPOSED),
    "gpt2-17": GraphStyle(opset=17, **{**_DECOMPOSED, "norm": "standard"}),
    "gpt2-23": GraphStyle(opset=23),
    "gpt2-13-no-past": GraphStyle(opset=13, past="none", mask=False, **_DECOMPOSED),
}


def decoder_for(name: str):
    """The small decoder that a style is tested with."""
    sizes = {}
    if "window" in name:
        sizes["window"] = 4
    if "softcap" in name:
        sizes["softcap"] = 2.0
    if "qk-norm" in name:
        sizes["qk_norm"] = True
    if name.startswith("alibi"):
        return tiny_llama(alibi=True, kv_heads=4, **sizes)
    if name.startswith("window"):
        return tiny_llama(**sizes)
    if name.startswith("gpt2"):
        return tiny_gpt2()
    if name == "standard24-partial-rotary":
        return tiny_llama(rotary_dims=8)
    if name == "standard24-qkv-bias":
        return tiny_llama(qkv_bias=True, tied_head=False)
    if name.startswith("gqa"):
        return tiny_llama(head_size=16, **sizes)  # ONNX Runtime: a multiple of 16
    return tiny_llama()
