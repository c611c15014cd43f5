"""gg: from a checkpoint to a standard ONNX graph, and from an artifact to text.

Modules:
    decoder     a decoder language model as plain data: its sizes and its tensors
    graph       that model written as an ONNX graph, in any of the styles exporters use
    models      small decoders with random weights, for tests
    reference   an independent float64 forward pass in numpy
    llama2c     reader of llama2.c checkpoints
    gguf_model  reader of GGUF files (needs the ``gguf`` package)
    tokenizer   tokenizers of GGUF files and of tokenizer.json (needs ``tokenizers``)
    export      the command ``python -m gg.export``
    runtime     artifacts in this process, through the runtime's C API
    text        the command ``python -m gg.text``
    evaluate    the command ``python -m gg.evaluate``: accuracy (needs ``rich``)
    cloze       the command ``python -m gg.cloze``: questions made from any text
    multiple_choice  reader of questions
    scoring     log-likelihoods of continuations
    intervals   confidence intervals of accuracies
    files       files that appear whole or not at all
"""

__version__ = "0.1.0"
