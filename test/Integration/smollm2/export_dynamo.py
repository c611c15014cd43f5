"""torch.onnx's dynamo exporter with a KV cache: export_dynamo.py HF OUT OPSET."""

import os
import sys

import torch
from transformers import AutoModelForCausalLM, DynamicCache

source, out, opset = sys.argv[1], sys.argv[2], int(sys.argv[3])
model = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32).eval()
config = model.config
layers, heads = config.num_hidden_layers, config.num_key_value_heads
size = config.hidden_size // config.num_attention_heads


class WithCache(torch.nn.Module):
    """Caches as plain tensors in and out."""

    def __init__(self):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, position_ids, *kv):
        cache = DynamicCache()
        for i in range(layers):
            cache.update(kv[2 * i], kv[2 * i + 1], i)
        result = self.model(input_ids=input_ids, attention_mask=attention_mask,
                            position_ids=position_ids, past_key_values=cache, use_cache=True)
        present = [part for layer in result.past_key_values.layers
                   for part in (layer.keys, layer.values)]
        return (result.logits, *present)


past, length = 5, 3
ids = torch.randint(0, config.vocab_size, (2, length))
mask = torch.ones(2, past + length, dtype=torch.int64)
positions = torch.arange(past, past + length).repeat(2, 1)
kv = [torch.randn(2, heads, past, size) for _ in range(2 * layers)]
Dim = torch.export.Dim
batch, sequence, past_dim = Dim("batch"), Dim("sequence_length"), Dim("past_sequence_length")
kinds = [f"{i}.{kind}" for i in range(layers) for kind in ("key", "value")]
program = torch.onnx.export(
    WithCache(), (ids, mask, positions, *kv), dynamo=True, opset_version=opset,
    external_data=True,
    input_names=["input_ids", "attention_mask", "position_ids"]
    + [f"past_key_values.{kind}" for kind in kinds],
    output_names=["logits"] + [f"present.{kind}" for kind in kinds],
    dynamic_shapes=({0: batch, 1: sequence}, {0: batch, 1: Dim.AUTO}, {0: batch, 1: sequence},
                    tuple({0: batch, 2: past_dim} for _ in kv)))
os.makedirs(out, exist_ok=True)
program.save(os.path.join(out, "model.onnx"), external_data=True)
