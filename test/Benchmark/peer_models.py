"""peer_models.py MODELS OUT: SmolLM2-135M as the peers of gg want it.

Reads what scripts/make-smollm2.sh made in MODELS, runs in the environment of
scripts/make-peers.sh, and keeps what OUT has already:

    OUT/int8-128/       ONNX Runtime: MatMulNBits, 8 bits, blocks of 128
    OUT/q8_0.gguf, OUT/bf16.gguf
    OUT/openvino-int8/  weights of 8 bits, the cache as the model's state
"""

import glob
import os
import shutil
import sys


def quantize_onnx(source, folder):
    import onnx
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
    model = onnx.load(os.path.join(source, "model.onnx"))
    quantizer = MatMulNBitsQuantizer(model, bits=8, block_size=128, is_symmetric=True,
                                     accuracy_level=4)
    quantizer.process()
    quantizer.model.save_model_to_file(os.path.join(folder, "model.onnx"), True)
    for path in glob.glob(os.path.join(source, "*.json")):
        shutil.copy(path, folder)


def quantize_gguf(source, target, kind):
    import llama_cpp
    options = llama_cpp.llama_model_quantize_default_params()
    options.ftype = kind
    options.allow_requantize = True
    options.nthread = os.cpu_count()
    if llama_cpp.llama_model_quantize(source.encode(), target.encode(), options) != 0:
        sys.exit(f"{target}: llama.cpp could not write it")


def compress_openvino(source, folder):
    import nncf
    import openvino
    from openvino._offline_transformations import apply_make_stateful_transformation
    model = openvino.Core().read_model(os.path.join(source, "model.onnx"))
    outputs = [port.get_any_name() for port in model.outputs]
    caches = {port.get_any_name(): port.get_any_name().replace("past_key_values", "present")
              for port in model.inputs if "past" in port.get_any_name()}
    assert caches and set(caches.values()) <= set(outputs)
    # A state starts as a tensor without tokens, of one row.
    model.reshape({port: openvino.PartialShape([1, *list(port.partial_shape)[1:]])
                   for port in model.inputs})
    apply_make_stateful_transformation(model, caches)
    model = nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT8_SYM)
    openvino.save_model(model, os.path.join(folder, "model.xml"), compress_to_fp16=False)


def main():
    models, out = sys.argv[1:]
    gguf = glob.glob(os.path.join(models, "gguf", "*.gguf"))[0]
    # llama.cpp's numbers of its formats.
    makers = {
        "int8-128": lambda path: quantize_onnx(os.path.join(models, "genai"), path),
        "q8_0.gguf": lambda path: quantize_gguf(gguf, path, 7),
        "bf16.gguf": lambda path: quantize_gguf(gguf, path, 32),
        "openvino-int8": lambda path: compress_openvino(os.path.join(models, "optimum"), path),
    }
    for name, make in makers.items():
        path = os.path.join(out, name)
        if os.path.exists(path):
            continue
        print("making", path, flush=True)
        aside = os.path.join(out, "new-" + name)
        shutil.rmtree(aside, ignore_errors=True)
        if "." not in name:
            os.makedirs(aside)
        make(aside)
        os.rename(aside, path)


if __name__ == "__main__":
    main()
