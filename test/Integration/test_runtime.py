"""Sessions through the runtime's C API: rows at positions of their own, both
entries mixed, save and restore, errors that leave the state as it was."""

import numpy as np
import pytest
from gg.graph import write_onnx
from gg.models import tiny_llama
from gg.reference import Reference
from gg.runtime import GGError, Model
from gg_tools import tool

CAPACITY = 100
ARGUMENT, CAPACITY_ERROR = 1, 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runtime")


@pytest.fixture(scope="module")
def model(folder, artifacts):
    tool("gg-compile")
    write_onnx(tiny_llama(context=128), folder / "model.onnx")
    return Model(artifacts(folder / "model.onnx", "--context", CAPACITY, "--batch", 3,
                           "--weights", "f32").path)


@pytest.fixture(scope="module")
def reference():
    return Reference(tiny_llama(context=128))


def last(reference, row):
    return reference.logits(np.array([row]))[0, -1]


def test_info(model):
    assert (model.kind, model.capacity, model.batch) == ("decoder", CAPACITY, 3)
    assert model.vocabulary == 97 and model.chunk >= 1


def test_rows_of_unequal_length(model, reference):
    """Prefill, prefill again and step; each row at its own position."""
    rng, session = np.random.default_rng(0), model.session(2)
    rows = [rng.integers(0, 97, n).tolist() for n in (3, 70, 17)]
    more = [rng.integers(0, 97, n).tolist() for n in (66, 1, 0)]
    session.prefill(rows)
    logits = session.prefill(more)
    rows = [a + b for a, b in zip(rows, more)]
    assert session.positions() == [69, 71, 17]
    for i in (0, 1):
        assert np.abs(logits[i] - last(reference, rows[i])).max() <= 1e-3
    logits = session.step([5, -1, 6])
    rows[0].append(5)
    rows[2].append(6)
    assert session.positions() == [70, 71, 18]
    for i in (0, 2):
        assert np.abs(logits[i] - last(reference, rows[i])).max() <= 1e-3


def test_score_equals_steps(model, reference):
    rng, session = np.random.default_rng(1), model.session()
    rows = rng.integers(0, 97, (3, 9)).tolist()
    scored = session.score(rows)
    session.reset()
    steps = np.stack([session.step(column) for column in np.transpose(rows)], axis=1)
    expected = reference.logits(np.array(rows))
    assert np.abs(np.stack(scored) - expected).max() <= 1e-3
    assert np.abs(steps - expected).max() <= 1e-3


@pytest.mark.parametrize("weights", ["f32", "rf8"])
def test_threads_do_not_change_steps(folder, artifacts, weights):
    """A capacity at which a step divides its keys among threads. f32 shows what
    the rounding of activations hides elsewhere: the order of a norm's sum."""
    write_onnx(tiny_llama(context=256), folder / "long.onnx")
    model = Model(artifacts(folder / "long.onnx", "--context", 256, "--weights", weights,
                            "--rounding", "nearest").path)
    prompt = np.random.default_rng(2).integers(0, 97, 150).tolist()
    results = []
    for threads in (1, 2, 3):
        session = model.session(threads)
        session.prefill([prompt])
        results.append([session.step([token]) for token in (5, 6, 7)])
    assert np.array_equal(results[0], results[1]) and np.array_equal(results[0], results[2])


@pytest.mark.parametrize("weights", ["f32", "bf16"])
def test_prompts_of_a_batch_fill_chunks_differently(weights, folder, artifacts):
    """What a row's chunk lacks is skipped, and no row notices what others have."""
    write_onnx(tiny_llama(context=256), folder / "long.onnx")
    model = Model(artifacts(folder / "long.onnx", "--context", 256, "--batch", 3, "--weights",
                            weights, "--activations", "exact").path)
    exact = Reference(tiny_llama(context=256))
    ids = np.random.default_rng(6).integers(0, 97, (3, 200)).tolist()
    for lengths in ((40, 100, 13), (128, 1, 64), (150, 30, 129)):
        rows = [row[:length] for row, length in zip(ids, lengths)]
        session = model.session()
        session.prefill(rows)
        logits = session.step([5, 6, 7])
        for i, row in enumerate(rows):
            if weights == "f32":
                assert np.abs(logits[i] - last(exact, row + [5 + i])).max() <= 1e-3
            alone = model.session()
            alone.prefill([row if other == i else [1] for other in range(3)])
            assert np.abs(alone.step([5 + i] * 3)[i] - logits[i]).max() <= 1e-3


def test_rewind_forgets(model, reference):
    session = model.session()
    session.prefill([[1, 2, 3, 4, 5, 6]] * 3)
    session.rewind(1, 2)
    logits = session.step([7, 8, 9])
    for i, row in enumerate(([1, 2, 3, 4, 5, 6, 7], [1, 2, 8], [1, 2, 3, 4, 5, 6, 9])):
        assert np.abs(logits[i] - last(reference, row)).max() <= 1e-3


def test_save_and_restore(model):
    first = model.session()
    first.prefill([[1, 2, 3], [4, 5], [6]])
    state = first.save()
    expected = first.step([7, 8, 9])
    second = model.session()
    second.restore(state)
    assert np.array_equal(second.step([7, 8, 9]), expected)
    with pytest.raises(GGError):
        second.restore(state[:-1])
    with pytest.raises(GGError):
        second.restore(bytes(len(state)))


def test_sessions_are_independent(model):
    one, two = model.session(1), model.session(2)
    one.prefill([[1, 2, 3]] * 3)
    two.prefill([[9, 8, 7, 6]] * 3)
    expected = one.step([4, 4, 4])
    one.reset()
    two.step([1, 1, 1])
    one.prefill([[1, 2, 3]] * 3)
    assert np.array_equal(one.step([4, 4, 4]), expected)


def test_errors_change_nothing(model):
    session = model.session()
    session.prefill([[1, 2], [3], [4]])
    before = session.save()
    for rows, status in (([[97], [1], [1]], ARGUMENT), ([[1], [-5], [1]], ARGUMENT),
                         ([[1] * CAPACITY, [1], [1]], CAPACITY_ERROR)):
        with pytest.raises(GGError) as error:
            session.prefill(rows)
        assert error.value.status == status and str(error.value)
    with pytest.raises(GGError):
        session.rewind(0, 3)
    assert session.save() == before


def test_capacity_is_exact(model):
    session = model.session()
    session.prefill([[1] * CAPACITY, [], []])
    with pytest.raises(GGError, match=str(CAPACITY)):
        session.step([1, -1, -1])
