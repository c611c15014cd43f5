"""A GGUF file as a Hugging Face folder in fp32: gguf_to_hf.py FILE.gguf OUT."""

import json
import os
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

path, out = sys.argv[1:]
folder, name = os.path.split(path)
tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
# The weights are no longer quantized; exporters must not think that they are.
model.config.__dict__.pop("quantization_config", None)
model.is_quantized, model.hf_quantizer = False, None
model.save_pretrained(out)
tokenizer.save_pretrained(out)

# transformers 4, which optimum needs, reads rope_theta from the top level.
config_path = os.path.join(out, "config.json")
with open(config_path) as file:
    config = json.load(file)
config.setdefault("rope_theta", (config.get("rope_parameters") or {}).get("rope_theta"))
with open(config_path, "w") as file:
    json.dump(config, file, indent=2)
