// A step of softmax regression with momentum, as a stack that knows nothing of
// gg writes it: the gradient of the mean cross entropy is x^T (p - y) / batch.
// The test replaces the alias to compile it in f32 and in f64.
!float = f32

#matrix = affine_map<(i, j) -> (i, j)>
#rows = affine_map<(i, j) -> (i)>
#columns = affine_map<(i, j) -> (j)>
#scalar = affine_map<(i, j) -> ()>

func.func @step(
    %w: tensor<20x5x!float> {gg.param = #gg.param<"weight">},
    %b: tensor<5x!float> {gg.param = #gg.param<"bias">},
    %mw: tensor<20x5x!float>, %mb: tensor<5x!float>,
    %x: tensor<64x20x!float>, %y: tensor<64x5x!float>, %lr: tensor<!float>)
    -> (tensor<20x5x!float> {gg.param = #gg.param<"weight">},
        tensor<5x!float> {gg.param = #gg.param<"bias">},
        tensor<20x5x!float>, tensor<5x!float>, tensor<!float> {gg.loss}) {
  %zero = arith.constant 0.0 : !float
  %lowest = arith.constant -1.0e30 : !float
  %batch = arith.constant 64.0 : !float
  %momentum = arith.constant 0.9 : !float
  %empty = tensor.empty() : tensor<64x5x!float>
  %emptyRow = tensor.empty() : tensor<64x!float>
  %emptyW = tensor.empty() : tensor<20x5x!float>
  %emptyB = tensor.empty() : tensor<5x!float>
  %emptyScalar = tensor.empty() : tensor<!float>

  // Scores.
  %spread = linalg.broadcast ins(%b : tensor<5x!float>) outs(%empty : tensor<64x5x!float>) dimensions = [0]
  %scores = linalg.matmul ins(%x, %w : tensor<64x20x!float>, tensor<20x5x!float>) outs(%spread : tensor<64x5x!float>) -> tensor<64x5x!float>

  // Softmax.
  %lows = linalg.fill ins(%lowest : !float) outs(%emptyRow : tensor<64x!float>) -> tensor<64x!float>
  %largest = linalg.reduce ins(%scores : tensor<64x5x!float>) outs(%lows : tensor<64x!float>) dimensions = [1] (%in: !float, %out: !float) {
    %m = arith.maximumf %in, %out : !float
    linalg.yield %m : !float
  }
  %powers = linalg.generic {indexing_maps = [#matrix, #rows, #matrix], iterator_types = ["parallel", "parallel"]}
      ins(%scores, %largest : tensor<64x5x!float>, tensor<64x!float>) outs(%empty : tensor<64x5x!float>) {
  ^bb0(%s: !float, %m: !float, %out: !float):
    %d = arith.subf %s, %m : !float
    %e = math.exp %d : !float
    linalg.yield %e : !float
  } -> tensor<64x5x!float>
  %zeroRow = linalg.fill ins(%zero : !float) outs(%emptyRow : tensor<64x!float>) -> tensor<64x!float>
  %sums = linalg.reduce ins(%powers : tensor<64x5x!float>) outs(%zeroRow : tensor<64x!float>) dimensions = [1] (%in: !float, %out: !float) {
    %s = arith.addf %in, %out : !float
    linalg.yield %s : !float
  }

  // The mean of -log p over the true classes, and (p - y) / batch.
  %zeroScalar = linalg.fill ins(%zero : !float) outs(%emptyScalar : tensor<!float>) -> tensor<!float>
  %loss = linalg.generic {indexing_maps = [#matrix, #rows, #matrix, #scalar], iterator_types = ["reduction", "reduction"]}
      ins(%powers, %sums, %y : tensor<64x5x!float>, tensor<64x!float>, tensor<64x5x!float>) outs(%zeroScalar : tensor<!float>) {
  ^bb0(%e: !float, %s: !float, %t: !float, %acc: !float):
    %p = arith.divf %e, %s : !float
    %log = math.log %p : !float
    %term = arith.mulf %t, %log : !float
    %mean = arith.divf %term, %batch : !float
    %next = arith.subf %acc, %mean : !float
    linalg.yield %next : !float
  } -> tensor<!float>
  %delta = linalg.generic {indexing_maps = [#matrix, #rows, #matrix, #matrix], iterator_types = ["parallel", "parallel"]}
      ins(%powers, %sums, %y : tensor<64x5x!float>, tensor<64x!float>, tensor<64x5x!float>) outs(%empty : tensor<64x5x!float>) {
  ^bb0(%e: !float, %s: !float, %t: !float, %out: !float):
    %p = arith.divf %e, %s : !float
    %d = arith.subf %p, %t : !float
    %mean = arith.divf %d, %batch : !float
    linalg.yield %mean : !float
  } -> tensor<64x5x!float>

  // Gradients.
  %emptyXT = tensor.empty() : tensor<20x64x!float>
  %xt = linalg.transpose ins(%x : tensor<64x20x!float>) outs(%emptyXT : tensor<20x64x!float>) permutation = [1, 0]
  %zeroW = linalg.fill ins(%zero : !float) outs(%emptyW : tensor<20x5x!float>) -> tensor<20x5x!float>
  %gw = linalg.matmul ins(%xt, %delta : tensor<20x64x!float>, tensor<64x5x!float>) outs(%zeroW : tensor<20x5x!float>) -> tensor<20x5x!float>
  %zeroB = linalg.fill ins(%zero : !float) outs(%emptyB : tensor<5x!float>) -> tensor<5x!float>
  %gb = linalg.reduce ins(%delta : tensor<64x5x!float>) outs(%zeroB : tensor<5x!float>) dimensions = [0] (%in: !float, %out: !float) {
    %s = arith.addf %in, %out : !float
    linalg.yield %s : !float
  }

  // m = 0.9 m + g, w = w - lr m.
  %rate = tensor.extract %lr[] : tensor<!float>
  %newMW = linalg.generic {indexing_maps = [#matrix, #matrix, #matrix], iterator_types = ["parallel", "parallel"]}
      ins(%mw, %gw : tensor<20x5x!float>, tensor<20x5x!float>) outs(%emptyW : tensor<20x5x!float>) {
  ^bb0(%m: !float, %g: !float, %out: !float):
    %kept = arith.mulf %m, %momentum : !float
    %s = arith.addf %kept, %g : !float
    linalg.yield %s : !float
  } -> tensor<20x5x!float>
  %newMB = linalg.map ins(%mb, %gb : tensor<5x!float>, tensor<5x!float>) outs(%emptyB : tensor<5x!float>)
    (%m: !float, %g: !float, %out: !float) {
      %kept = arith.mulf %m, %momentum : !float
      %s = arith.addf %kept, %g : !float
      linalg.yield %s : !float
    }
  %newW = linalg.generic {indexing_maps = [#matrix, #matrix, #matrix], iterator_types = ["parallel", "parallel"]}
      ins(%w, %newMW : tensor<20x5x!float>, tensor<20x5x!float>) outs(%emptyW : tensor<20x5x!float>) {
  ^bb0(%p: !float, %m: !float, %out: !float):
    %down = arith.mulf %rate, %m : !float
    %s = arith.subf %p, %down : !float
    linalg.yield %s : !float
  } -> tensor<20x5x!float>
  %newB = linalg.map ins(%b, %newMB : tensor<5x!float>, tensor<5x!float>) outs(%emptyB : tensor<5x!float>)
    (%p: !float, %m: !float, %out: !float) {
      %down = arith.mulf %rate, %m : !float
      %s = arith.subf %p, %down : !float
      linalg.yield %s : !float
    }
  return %newW, %newB, %newMW, %newMB, %loss : tensor<20x5x!float>, tensor<5x!float>, tensor<20x5x!float>, tensor<5x!float>, tensor<!float>
}
