// A step of plain gradient descent of a network with one hidden layer of ReLU
// and the mean squared error, its gradients written out, as a stack that knows
// nothing of gg writes it. Biases are left to the last column of ones of x.
!float = f32

#matrix = affine_map<(i, j) -> (i, j)>
#scalar = affine_map<(i, j) -> ()>
// c[i, j] += a[k, i] b[k, j], and c[i, j] += a[i, k] b[j, k].
#left = affine_map<(i, j, k) -> (i, k)>
#leftT = affine_map<(i, j, k) -> (k, i)>
#right = affine_map<(i, j, k) -> (k, j)>
#rightT = affine_map<(i, j, k) -> (j, k)>
#product = affine_map<(i, j, k) -> (i, j)>

func.func @step(
    %w1: tensor<12x32x!float> {gg.param = #gg.param<"hidden.weight", shape = 0.7, activation = relu>},
    %w2: tensor<32x3x!float> {gg.param = #gg.param<"out.weight">},
    %x: tensor<48x12x!float>, %y: tensor<48x3x!float>, %lr: !float)
    -> (!float {gg.loss},
        tensor<12x32x!float> {gg.param = #gg.param<"hidden.weight">},
        tensor<32x3x!float> {gg.param = #gg.param<"out.weight">}) {
  %zero = arith.constant 0.0 : !float
  %count = arith.constant 144.0 : !float
  %two = arith.constant 2.0 : !float
  %emptyH = tensor.empty() : tensor<48x32x!float>
  %emptyY = tensor.empty() : tensor<48x3x!float>
  %emptyW1 = tensor.empty() : tensor<12x32x!float>
  %emptyW2 = tensor.empty() : tensor<32x3x!float>
  %zeroH = linalg.fill ins(%zero : !float) outs(%emptyH : tensor<48x32x!float>) -> tensor<48x32x!float>
  %zeroY = linalg.fill ins(%zero : !float) outs(%emptyY : tensor<48x3x!float>) -> tensor<48x3x!float>
  %zeroW1 = linalg.fill ins(%zero : !float) outs(%emptyW1 : tensor<12x32x!float>) -> tensor<12x32x!float>
  %zeroW2 = linalg.fill ins(%zero : !float) outs(%emptyW2 : tensor<32x3x!float>) -> tensor<32x3x!float>

  // Forward.
  %before = linalg.matmul ins(%x, %w1 : tensor<48x12x!float>, tensor<12x32x!float>) outs(%zeroH : tensor<48x32x!float>) -> tensor<48x32x!float>
  %hidden = linalg.map ins(%before : tensor<48x32x!float>) outs(%emptyH : tensor<48x32x!float>) (%a: !float, %out: !float) {
    %r = arith.maximumf %a, %zero : !float
    linalg.yield %r : !float
  }
  %guess = linalg.matmul ins(%hidden, %w2 : tensor<48x32x!float>, tensor<32x3x!float>) outs(%zeroY : tensor<48x3x!float>) -> tensor<48x3x!float>
  %error = linalg.map { arith.subf } ins(%guess, %y : tensor<48x3x!float>, tensor<48x3x!float>) outs(%emptyY : tensor<48x3x!float>)
  %emptyScalar = tensor.empty() : tensor<!float>
  %zeroScalar = linalg.fill ins(%zero : !float) outs(%emptyScalar : tensor<!float>) -> tensor<!float>
  %sum = linalg.generic {indexing_maps = [#matrix, #scalar], iterator_types = ["reduction", "reduction"]}
      ins(%error : tensor<48x3x!float>) outs(%zeroScalar : tensor<!float>) {
  ^bb0(%e: !float, %acc: !float):
    %square = arith.mulf %e, %e : !float
    %next = arith.addf %acc, %square : !float
    linalg.yield %next : !float
  } -> tensor<!float>
  %total = tensor.extract %sum[] : tensor<!float>
  %loss = arith.divf %total, %count : !float

  // Backward.
  %gY = linalg.map ins(%error : tensor<48x3x!float>) outs(%emptyY : tensor<48x3x!float>) (%e: !float, %out: !float) {
    %twice = arith.mulf %e, %two : !float
    %g = arith.divf %twice, %count : !float
    linalg.yield %g : !float
  }
  %gW2 = linalg.generic {indexing_maps = [#leftT, #right, #product], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%hidden, %gY : tensor<48x32x!float>, tensor<48x3x!float>) outs(%zeroW2 : tensor<32x3x!float>) {
  ^bb0(%a: !float, %g: !float, %acc: !float):
    %p = arith.mulf %a, %g : !float
    %s = arith.addf %acc, %p : !float
    linalg.yield %s : !float
  } -> tensor<32x3x!float>
  %gHidden = linalg.generic {indexing_maps = [#left, #rightT, #product], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%gY, %w2 : tensor<48x3x!float>, tensor<32x3x!float>) outs(%zeroH : tensor<48x32x!float>) {
  ^bb0(%g: !float, %a: !float, %acc: !float):
    %p = arith.mulf %g, %a : !float
    %s = arith.addf %acc, %p : !float
    linalg.yield %s : !float
  } -> tensor<48x32x!float>
  %gBefore = linalg.map ins(%gHidden, %before : tensor<48x32x!float>, tensor<48x32x!float>) outs(%emptyH : tensor<48x32x!float>)
    (%g: !float, %a: !float, %out: !float) {
      %positive = arith.cmpf ogt, %a, %zero : !float
      %r = arith.select %positive, %g, %zero : !float
      linalg.yield %r : !float
    }
  %gW1 = linalg.generic {indexing_maps = [#leftT, #right, #product], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %gBefore : tensor<48x12x!float>, tensor<48x32x!float>) outs(%zeroW1 : tensor<12x32x!float>) {
  ^bb0(%a: !float, %g: !float, %acc: !float):
    %p = arith.mulf %a, %g : !float
    %s = arith.addf %acc, %p : !float
    linalg.yield %s : !float
  } -> tensor<12x32x!float>

  // Descent.
  %newW1 = linalg.map ins(%w1, %gW1 : tensor<12x32x!float>, tensor<12x32x!float>) outs(%emptyW1 : tensor<12x32x!float>)
    (%p: !float, %g: !float, %out: !float) {
      %down = arith.mulf %lr, %g : !float
      %s = arith.subf %p, %down : !float
      linalg.yield %s : !float
    }
  %newW2 = linalg.map ins(%w2, %gW2 : tensor<32x3x!float>, tensor<32x3x!float>) outs(%emptyW2 : tensor<32x3x!float>)
    (%p: !float, %g: !float, %out: !float) {
      %down = arith.mulf %lr, %g : !float
      %s = arith.subf %p, %down : !float
      linalg.yield %s : !float
    }
  return %loss, %newW1, %newW2 : !float, tensor<12x32x!float>, tensor<32x3x!float>
}
