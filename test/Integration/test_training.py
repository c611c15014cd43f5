"""The passes of the training side on train steps that know nothing of gg: compiled
with the distribution's mlir-opt and the plugin, and run for hundreds of steps
against numpy in float64."""

import ml_dtypes
import numpy as np
import pytest

from train_models import MODELS
from train_step import Module, Tensor

scipy_special = pytest.importorskip("scipy.special")
scipy_optimize = pytest.importorskip("scipy.optimize")
STEPS = 300
# Where shapes are not estimated: the option's, but 0.7 as two_layer.mlir has it.
FIXED = {"softmax": [1.0, 1.0], "two_layer": [0.7, 1.0]}
LAMBDA = {"softmax": 0.2, "two_layer": 0.4}


def pass_of(options):
    words = " ".join(f"{k.replace('_', '-')}={str(v).lower()}" for k, v in options.items())
    return f"gg-inject-backslash{{{words}}}"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """``compiled(name, dtype, **options)``: the model with the penalty in it."""
    known = {}

    def get(name, dtype, **options):
        key = (name, dtype, tuple(sorted(options.items())))
        if key not in known:
            known[key] = Trainer(tmp_path_factory.mktemp("step"), MODELS[name], dtype, options)
        return known[key]

    return get


class Trainer:
    """A compiled train step and what it carries from call to call."""

    def __init__(self, folder, model, dtype, options):
        self.model, self.dtype, self.options = model, dtype, options
        self.module = Module(folder, model.text(dtype), pass_of(options))
        self.arguments, self.results = model.signature(dtype)
        scalar, self.has_state = Tensor(dtype), "estimate_every" in options
        self.arguments.append(scalar)  # lambda
        if options.get("rate"):
            self.results.append(scalar)
        if self.has_state:
            count = 1 if options.get("global") else len(model.names)
            state = [Tensor(dtype, count), Tensor(np.int64)]
            self.arguments += state
            self.results += state
        self.restart()

    def restart(self):
        self.carried = [np.array(a) for a in self.model.start]
        self.state = [np.ones(self.arguments[-2].shape), 0] if self.has_state else []
        self.calls = 0

    def call(self, strength):
        """All results of a step from where it stands."""
        return self.module.call(
            "step", self.arguments,
            [*self.carried, *self.model.batch(self.calls), self.model.lr, strength, *self.state],
            self.results)

    def step(self, strength):
        """Makes a step; its loss, and its rate if there is one."""
        results = self.call(strength)
        self.carried = [results[i] for i in self.model.carried]
        if self.has_state:
            self.state = results[-2:]
        self.calls += 1
        at = len(self.model.signature(self.dtype)[1])
        rate = float(results[at]) if self.options.get("rate") else None
        return float(results[self.model.loss]), rate

    def params(self):
        return self.carried[:len(self.model.names)]

    def train(self, strength, steps=STEPS):
        """The losses and rates of a run from the start."""
        self.restart()
        return np.array([self.step(strength) for _ in range(steps)], float).T


# The reference: formulas of the papers, with scipy's gamma function.

def log_ratio(nu):
    log_gamma = scipy_special.gammaln
    return log_gamma(1 / nu) + log_gamma(3 / nu) - 2 * log_gamma(2 / nu)


def shape_of(count, total, squares):
    ratio = np.log(count * squares / total ** 2)
    if ratio >= log_ratio(0.1):
        return 0.1
    if ratio <= log_ratio(3):
        return 3.0
    return scipy_optimize.brentq(lambda nu: log_ratio(nu) - ratio, 0.1, 3, xtol=1e-14)


def estimate(params, is_global):
    moments = np.array([(p.size, np.abs(p).sum(), (p ** 2).sum()) for p in params])
    if is_global:
        return [shape_of(*moments.sum(axis=0))] * len(params)
    return [shape_of(*m) if m[1] else None for m in moments]


def rate_of(params, shapes, epsilon=1.0):
    count = sum(p.size for p in params)
    return sum(np.sum((np.abs(p) + epsilon) ** nu) for p, nu in zip(params, shapes)) / count


def exact_step(sizes, tau, nu, epsilon):
    """The x ≥ 0 with the least (x − size)²/2 + τ (x + ε)^ν, for τ so small that the
    derivative grows with x: by halving."""
    low, high = np.zeros_like(sizes), np.array(sizes)
    for _ in range(60):
        middle = (low + high) / 2
        is_left = middle - sizes + tau * nu * (middle + epsilon) ** (nu - 1) < 0
        low, high = np.where(is_left, middle, low), np.where(is_left, high, middle)
    return np.where(tau * nu * epsilon ** (nu - 1) >= sizes, 0, low)


def reference(name, strength, steps=STEPS, mode="update", step="proximal", estimate_every=0,
              epsilon=1.0, **options):
    """Losses, rates and the parameters at the end."""
    model = MODELS[name]
    carried, count = list(model.start), len(model.names)
    size = sum(p.size for p in carried[:count])
    shapes = list(FIXED[name]) if not estimate_every else [1.0] * count
    losses, rates = [], []

    def update_shapes(params):
        if estimate_every and i % estimate_every == 0:
            new = estimate(params, options.get("global"))
            shapes[:] = [old if nu is None else nu for old, nu in zip(shapes, new)]

    for i in range(steps):
        before = carried[:count]
        loss, carried = model.step(carried, model.batch(i))
        params = carried[:count]
        if mode == "loss":
            rate = rate_of(before, shapes, epsilon)
            loss += strength * rate
            update_shapes(before)
        else:
            update_shapes(params)
            for j, (p, nu) in enumerate(zip(params, shapes)):
                down = strength * nu / size * (np.abs(p) + epsilon) ** (nu - 1)
                left = {"authors": lambda: np.abs(p) - down,
                        "proximal": lambda: np.maximum(np.abs(p) - down, 0),
                        "exact": lambda: exact_step(np.abs(p), strength / size, nu, epsilon)}
                params[j] = np.sign(p) * left[step]()
            carried[:count] = params
            rate = rate_of(params, shapes, epsilon)
        losses.append(loss)
        rates.append(rate)
    return np.array(losses), np.array(rates), carried[:count]


VARIANTS = {
    "proximal": {},
    "authors": {"step": "authors", "estimate_every": 1, "global": True},
    "each": {"estimate_every": 7},
    "epsilon": {"epsilon": 0.25, "estimate_every": 1},
    "loss": {"mode": "loss", "estimate_every": 5},
}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_f64_equals_numpy(compiled, name, variant):
    options = VARIANTS[variant]
    trainer = compiled(name, np.float64, rate=True, **options)
    losses, rates = trainer.train(LAMBDA[name])
    wanted_losses, wanted_rates, wanted = reference(name, LAMBDA[name], **options)
    for got, want in zip(trainer.params(), wanted):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-10)
    np.testing.assert_allclose(losses, wanted_losses, rtol=0, atol=1e-10)
    np.testing.assert_allclose(rates, wanted_rates, rtol=0, atol=1e-10)
    if trainer.has_state:
        assert trainer.state[1] == STEPS


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("variant", VARIANTS)
def test_f32_follows_f64(compiled, name, variant):
    options = VARIANTS[variant]
    losses, rates = compiled(name, np.float32, rate=True, **options).train(LAMBDA[name])
    wanted_losses, wanted_rates, _ = reference(name, LAMBDA[name], **options)
    np.testing.assert_allclose(losses, wanted_losses, rtol=0, atol=1e-3)
    np.testing.assert_allclose(rates, wanted_rates, rtol=0, atol=1e-3)


def entropy(params, step=2.0 ** -5):
    """Bits a weight of the indices of the nearest multiples of ``step``."""
    indices = np.concatenate([np.rint(p / step).ravel() for p in params])
    counts = np.unique(indices, return_counts=True)[1] / indices.size
    return -np.sum(counts * np.log2(counts))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("step", ["proximal", "authors"])
def test_entropy_falls_as_lambda_rises(compiled, name, step):
    trainer = compiled(name, np.float32, step=step, estimate_every=1)
    bits = []
    for strength in (0, 0.1, 0.3, 1.0):
        trainer.train(strength)
        bits.append(entropy(trainer.params()))
    assert all(a > b for a, b in zip(bits, bits[1:])), bits


def crossings(trainer, strength):
    """How many elements left the sign that the optimizer gave them, in a run, and
    how many ended at zero."""
    trainer.restart()
    crossed = zeroed = 0
    for _ in range(100):
        free = trainer.call(0.0)
        stepped = trainer.call(strength)
        for i in range(len(trainer.model.names)):
            at = trainer.model.carried[i]
            crossed += np.sum(np.sign(free[at]) * np.sign(stepped[at]) < 0)
            zeroed += np.sum((stepped[at] == 0) & (free[at] != 0))
        trainer.step(strength)
    return crossed, zeroed


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_proximal_steps_never_cross_zero(compiled, name, dtype):
    crossed, zeroed = crossings(compiled(name, dtype, estimate_every=1), 1.0)
    assert crossed == 0 and zeroed > 0
    # The authors' do: so the test can tell.
    assert crossings(compiled(name, dtype, step="authors", estimate_every=1), 1.0)[0] > 0


def test_proximal_steps_lower_their_objective(compiled):
    """(x − θ)²/2 + τ (|x| + ε)^ν, for shapes up to 1."""
    trainer = compiled("two_layer", np.float64)
    trainer.restart()
    size = sum(p.size for p in trainer.model.start)
    for strength in (0.1, 10.0, 100.0, 1000.0):
        free, stepped = trainer.call(0.0), trainer.call(strength)
        for at, nu in zip(trainer.model.carried, FIXED["two_layer"]):
            old, new = free[at], stepped[at]
            penalty = [strength / size * (np.abs(p) + 1) ** nu for p in (old, new)]
            assert np.all((new - old) ** 2 / 2 + penalty[1] <= penalty[0])


def test_linear_and_exact_proximal_steps_end_together(compiled):
    """Why one power an element is enough (docs/Rationale.md)."""
    name = "two_layer"
    got = compiled(name, np.float64, rate=True).train(LAMBDA[name])
    exact = reference(name, LAMBDA[name], step="exact")
    free = reference(name, 0.0)
    for i in range(2):  # losses, rates
        assert abs(got[i] - exact[i]).max() < 0.01 * abs(exact[i] - free[i]).max()


def test_loss_has_the_derivative_of_the_rate(compiled):
    """What differentiation would find: that of λ/N (|θ| + ε)^ν."""
    trainer = compiled("two_layer", np.float64, mode="loss", shape=1.5)
    trainer.restart()
    size = sum(p.size for p in trainer.model.start)
    strength, h = 30.0, 1e-5
    rng = np.random.default_rng(3)

    def penalty(params):
        trainer.carried = params
        return trainer.call(strength)[0] - trainer.call(0.0)[0]

    for at, nu in ((0, 0.7), (1, 1.5)):
        params = [np.array(p) for p in trainer.model.start]
        direction = rng.standard_normal(params[at].shape)
        plus, minus = list(params), list(params)
        plus[at], minus[at] = params[at] + h * direction, params[at] - h * direction
        got = (penalty(plus) - penalty(minus)) / (2 * h)
        p = params[at]
        slope = strength / size * nu * np.sign(p) * (np.abs(p) + 1) ** (nu - 1)
        np.testing.assert_allclose(got, np.sum(slope * direction), rtol=1e-6)


def test_lambda_can_hold_a_target_rate(compiled):
    """λ is an operand: a controller outside finds the one that a rate needs."""
    trainer = compiled("softmax", np.float32, rate=True)
    start = trainer.train(0.0)[1][-1]
    target = 1 + (start - 1) / 2  # R is 1 where all parameters are 0
    trainer.restart()
    strength, rates = 0.0, []
    for _ in range(1500):
        rates.append(trainer.step(strength)[1])
        strength = max(0.0, strength + 0.05 * (rates[-1] - target))
    assert abs(np.mean(rates[-100:]) - target) < 0.01 * (start - target), (start, target)


TYPES = {"f64": np.float64, "f32": np.float32, "bf16": ml_dtypes.bfloat16}


@pytest.mark.parametrize("name", TYPES)
def test_ops_on_every_magnitude(tmp_path, name):
    """Steps, rates and moments of elements from tiny to huge, zeros and no numbers
    among them, in every type."""
    rng = np.random.default_rng(4)
    elements = (rng.choice([-1, 1], 250) * 10.0 ** rng.uniform(-6, 6, 250)).astype(TYPES[name])
    special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0], TYPES[name])
    theta = np.concatenate([special, elements])
    wide = "f64" if name == "f64" else "f32"
    one, vector = Tensor(TYPES[wide]), Tensor(TYPES[name], len(theta))
    finite = Tensor(TYPES[name], len(elements))
    kind, rest = f"tensor<{len(theta)}x{name}>", f"tensor<{len(elements)}x{name}>"
    read = f"""%s = tensor.extract %strength[] : tensor<{wide}>
  %n = tensor.extract %nu[] : tensor<{wide}>"""
    module = Module(tmp_path, "".join(f"""
func.func @{step}(%w: {kind}, %strength: tensor<{wide}>, %nu: tensor<{wide}>) -> {kind} {{
  {read}
  %0 = gg.backslash_step {step} ins(%s, %n : {wide}) outs(%w : {kind}) {{epsilon = 0.5 : f64}}
  return %0 : {kind}
}}""" for step in ("authors", "proximal")) + f"""
func.func @sums(%w: {rest}, %strength: tensor<{wide}>, %nu: tensor<{wide}>) -> (tensor<f64>, tensor<f64>, tensor<f64>) {{
  {read}
  %two = arith.constant dense<2.0> : tensor<f64>
  %0 = gg.rate ins(%w, %n : {rest}, {wide}) outs(%two : tensor<f64>) {{epsilon = 0.5 : f64}}
  %1:2 = gg.moments ins(%w : {rest}) outs(%two, %two : tensor<f64>, tensor<f64>)
  return %0, %1#0, %1#1 : tensor<f64>, tensor<f64>, tensor<f64>
}}""")
    error = float(ml_dtypes.finfo(TYPES[name]).eps)
    wanted_from = theta.astype(np.float64)
    for nu, strength in ((0.6, 0.3), (1.0, 0.3), (1.8, 1e-3)):
        with np.errstate(invalid="ignore"):
            size = np.abs(wanted_from)
            left = size - strength * nu * (size + 0.5) ** (nu - 1)
            signs = np.sign(wanted_from)
            wanted = {"authors": signs * left, "proximal": signs * np.maximum(left, 0)}
        for step, want in wanted.items():
            [got] = module.call(step, [vector, one, one], [theta, strength, nu], [vector])
            np.testing.assert_allclose(got.astype(np.float64), want, rtol=2 * error,
                                       atol=1e-14 if name == "f64" else 1e-6)
            assert np.array_equal(got[:2], theta[:2])
        sums = module.call("sums", [finite, one, one], [elements, 0, nu], [Tensor(np.float64)] * 3)
        size = np.abs(elements.astype(np.float64))
        np.testing.assert_allclose(sums[0], 2 + np.sum((size + 0.5) ** nu),
                                   rtol=1e-12 if name == "f64" else 1e-6)
        np.testing.assert_allclose(sums[1:], [2 + size.sum(), 2 + (size ** 2).sum()], rtol=1e-12)
