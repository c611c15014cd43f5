"""One greedy generation in a process of its own, for compare.py to time.

    generate.py SYSTEM MODEL --threads 2 --length 128 --count 64 [--prefills 1]

Reads a prompt of LENGTH tokens, PREFILLS times from the start, and continues it
to COUNT tokens. Runs in an environment that has SYSTEM's packages.
"""

import argparse
import os
import sys
from typing import Callable, List

HERE = os.path.dirname(os.path.abspath(__file__))
# Prefills a prompt from an empty cache; then steps with a token. Each returns
# the likeliest next token.
Prefill = Callable[[List[int]], int]
Step = Callable[[int], int]


def load_gg(path, threads, capacity):
    sys.path.insert(0, os.path.join(HERE, "..", "..", "python"))
    from gg.runtime import Model
    session = Model(path).session(threads)

    def prefill(tokens):
        session.reset()
        return int(session.prefill([tokens])[0].argmax())

    return prefill, lambda token: int(session.step([token])[0].argmax())


def load_onnxruntime(path, threads, capacity):
    import numpy as np
    sys.path.insert(0, os.path.join(HERE, "..", "Integration"))
    from onnxruntime_decoder import OnnxRuntimeDecoder
    decoder = OnnxRuntimeDecoder(path, threads)

    def prefill(tokens):
        decoder.reset()
        return int(decoder.run(np.array([tokens]))[0, -1].argmax())

    return prefill, lambda token: int(decoder.run(np.array([[token]]))[0, -1].argmax())


def load_genai(path, threads, capacity):
    import json
    import onnxruntime_genai
    config = onnxruntime_genai.Config(os.path.dirname(path))
    config.overlay(json.dumps({"model": {"decoder": {"session_options": {
        "intra_op_num_threads": threads, "inter_op_num_threads": 1}}}}))
    model = onnxruntime_genai.Model(config)
    generator = None

    def next_token():
        generator.generate_next_token()
        return int(generator.get_next_tokens()[0])

    def prefill(tokens):
        nonlocal generator
        options = onnxruntime_genai.GeneratorParams(model)
        # It stops at no token before that.
        options.set_search_options(do_sample=False, min_length=capacity, max_length=capacity)
        generator = onnxruntime_genai.Generator(model, options)
        generator.append_tokens(tokens)
        return next_token()

    return prefill, lambda token: next_token()


def load_llama(path, threads, capacity):
    import llama_cpp
    import numpy as np
    model = llama_cpp.Llama(path, n_ctx=capacity, n_threads=threads, n_threads_batch=threads,
                            verbose=False)
    vocabulary = model.n_vocab()

    def evaluate(tokens):
        model.eval(tokens)
        logits = llama_cpp.llama_get_logits_ith(model.ctx, -1)
        return int(np.ctypeslib.as_array(logits, (vocabulary,)).argmax())

    def prefill(tokens):
        model.reset()
        return evaluate(tokens)

    return prefill, lambda token: evaluate([token])


def load_openvino(path, threads, capacity):
    import numpy as np
    import openvino
    compiled = openvino.Core().compile_model(path, "CPU", {
        "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"})
    names = {port.get_any_name() for port in compiled.inputs}
    request, length = compiled.create_infer_request(), 0

    def run(tokens):
        nonlocal length
        ids = np.array([tokens], np.int64)
        feeds = {"input_ids": ids, "attention_mask": np.ones((1, length + len(tokens)), np.int64),
                 "position_ids": np.arange(length, length + len(tokens), dtype=np.int64)[None]}
        request.infer({name: value for name, value in feeds.items() if name in names})
        length += len(tokens)
        return int(request.get_tensor("logits").data[0, -1].argmax())

    def prefill(tokens):
        nonlocal length
        request.reset_state()
        length = 0
        return run(tokens)

    return prefill, lambda token: run([token])


LOADERS = {"gg": load_gg, "onnxruntime": load_onnxruntime, "genai": load_genai,
           "llama.cpp": load_llama, "openvino": load_openvino}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("system", choices=LOADERS)
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--length", type=int, default=128)
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--prefills", type=int, default=1)
    args = parser.parse_args()
    prompt = list(range(100, 100 + args.length))
    prefill, step = LOADERS[args.system](args.model, args.threads, args.length + args.count + 1)
    for _ in range(args.prefills):
        tokens = [prefill(prompt)]
    while len(tokens) < args.count:
        tokens.append(step(tokens[-1]))
    print(",".join(map(str, tokens)))


if __name__ == "__main__":
    main()
