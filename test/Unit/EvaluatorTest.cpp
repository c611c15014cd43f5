//===- EvaluatorTest.cpp - The evaluator of onnx ops --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Evaluator.h"
#include "gg/InitAll.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace gg::onnx;

namespace {

class EvaluatorTest : public ::testing::Test {
protected:
  static DialectRegistry makeRegistry() {
    DialectRegistry registry;
    gg::registerAllDialects(registry);
    return registry;
  }

  /// Parses the body of a function of `arguments` whose last op is under test.
  Operation *parse(const std::string &ops, const std::string &arguments = "") {
    module = parseSourceString<ModuleOp>("func.func @f(" + arguments +
                                             ") {\n%none = onnx.None : none\n" +
                                             ops + "\nreturn\n}",
                                         &context);
    if (!module)
      return nullptr;
    func = *module->getOps<func::FuncOp>().begin();
    return func.front().getTerminator()->getPrevNode();
  }

  HostTensor tensor(StringRef text) {
    auto attr = dyn_cast_or_null<ElementsAttr>(parseAttribute(text, &context));
    std::optional<HostTensor> result =
        attr ? HostTensor::get(attr) : std::nullopt;
    if (!result) {
      ADD_FAILURE() << "no tensor: " << text.str();
      return HostTensor::getScalar(&context, 0);
    }
    return *result;
  }

  /// Expects that the last of `ops` has the value `want`.
  void expectValue(const std::string &ops, StringRef want) {
    Operation *op = parse(ops);
    ASSERT_TRUE(op) << ops;
    Evaluator evaluator;
    const HostTensor *result = evaluator.evaluate(op->getResult(0));
    ASSERT_TRUE(result) << evaluator.getError().str();
    std::string text;
    llvm::raw_string_ostream(text) << result->toAttr();
    EXPECT_TRUE(result->equals(tensor(want)))
        << ops << "\nexpected " << want.str() << "\nbut got  " << text;
  }

  /// Expects that `op`, written after `inputs` a, b, …, has the value `want`.
  void expectOp(const std::string &op, std::initializer_list<StringRef> inputs,
                const std::string &types, StringRef want) {
    std::string ops;
    char name = 'a';
    for (StringRef input : inputs)
      ops +=
          std::string("%") + name++ + " = onnx.Constant " + input.str() + "\n";
    expectValue(ops + "%r = onnx." + op + " : " + types, want);
  }

  /// The error of evaluating the last of `ops`.
  std::string errorOf(const std::string &ops, const std::string &args = "",
                      int64_t maxElements = 1000) {
    Operation *op = parse(ops, args);
    if (!op)
      return "no parse";
    Evaluator evaluator(maxElements);
    EXPECT_FALSE(evaluator.evaluate(op->getResult(0))) << ops;
    return evaluator.getError().str();
  }

  MLIRContext context{makeRegistry()};
  OwningOpRef<ModuleOp> module;
  func::FuncOp func;
};

//===----------------------------------------------------------------------===//
// Values, from the operators' definitions or numpy's float64, rounded
//===----------------------------------------------------------------------===//

TEST_F(EvaluatorTest, Comparisons) {
  constexpr StringRef a = "dense<[1, 2, -3]> : tensor<3xi64>",
                      b = "dense<[2, 2, -4]> : tensor<3xi64>";
  std::string types = "(tensor<3xi64>, tensor<3xi64>) -> tensor<3xi1>";
  auto expect = [&](const std::string &op, StringRef want) {
    expectOp(op + "(%a, %b)", {a, b}, types, want);
  };
  expect("Equal", "dense<[false, true, false]> : tensor<3xi1>");
  expect("Less", "dense<[true, false, false]> : tensor<3xi1>");
  expect("LessOrEqual", "dense<[true, true, false]> : tensor<3xi1>");
  expect("Greater", "dense<[false, false, true]> : tensor<3xi1>");
  expect("GreaterOrEqual", "dense<[false, true, true]> : tensor<3xi1>");
}

TEST_F(EvaluatorTest, ComparisonsOfNaN) {
  constexpr StringRef nan = "dense<0x7FC00000> : tensor<f32>";
  std::string types = "(tensor<f32>, tensor<f32>) -> tensor<i1>";
  for (const char *op : {"Equal", "Less", "GreaterOrEqual"})
    expectOp(std::string(op) + "(%a, %b)", {nan, nan}, types,
             "dense<false> : tensor<i1>");
}

TEST_F(EvaluatorTest, Logic) {
  constexpr StringRef a = "dense<[false, true, false, true]> : tensor<4xi1>",
                      b = "dense<[false, false, true, true]> : tensor<4xi1>";
  std::string types = "(tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>";
  expectOp("And(%a, %b)", {a, b}, types,
           "dense<[false, false, false, true]> : tensor<4xi1>");
  expectOp("Or(%a, %b)", {a, b}, types,
           "dense<[false, true, true, true]> : tensor<4xi1>");
  expectOp("Xor(%a, %b)", {a, b}, types,
           "dense<[false, true, true, false]> : tensor<4xi1>");
  expectOp("Not(%a)", {a}, "(tensor<4xi1>) -> tensor<4xi1>",
           "dense<[true, false, true, false]> : tensor<4xi1>");
}

TEST_F(EvaluatorTest, Rounding) {
  constexpr StringRef x = "dense<[-2.5, -0.5, 0.5, 1.5, 2.5]> : tensor<5xf32>";
  std::string types = "(tensor<5xf32>) -> tensor<5xf32>";
  expectOp("Floor(%a)", {x}, types,
           "dense<[-3.0, -1.0, 0.0, 1.0, 2.0]> : tensor<5xf32>");
  expectOp("Ceil(%a)", {x}, types,
           "dense<[-2.0, -0.0, 1.0, 2.0, 3.0]> : tensor<5xf32>");
  expectOp("Round(%a)", {x}, types,
           "dense<[-2.0, -0.0, 0.0, 2.0, 2.0]> : tensor<5xf32>");
}

TEST_F(EvaluatorTest, FunctionsOfFloats) {
  constexpr StringRef positive = "dense<[0.1, 1.5, 40.0]> : tensor<3xf32>",
                      x = "dense<[-1.5, 0.25, 2.0]> : tensor<3xf32>";
  auto expect = [&](const std::string &op, StringRef input, StringRef want) {
    expectOp(op + "(%a)", {input}, "(tensor<3xf32>) -> tensor<3xf32>", want);
  };
  expect("Sqrt", positive,
         "dense<[0.3162277638912201, 1.2247449159622192, 6.324555397033691]> "
         ": tensor<3xf32>");
  expect("Log", positive,
         "dense<[-2.3025851249694824, 0.40546509623527527, "
         "3.6888794898986816]> : tensor<3xf32>");
  expect("Sin", x,
         "dense<[-0.9974949955940247, 0.24740396440029144, "
         "0.9092974066734314]> : tensor<3xf32>");
  expect("Tanh", x,
         "dense<[-0.9051482677459717, 0.24491865932941437, "
         "0.9640275835990906]> : tensor<3xf32>");
  expect("Erf", x,
         "dense<[-0.9661051630973816, 0.27632638812065125, "
         "0.9953222870826721]> : tensor<3xf32>");
  expect("Sigmoid", x,
         "dense<[0.18242552876472473, 0.562176525592804, "
         "0.8807970881462097]> : tensor<3xf32>");
  expect("Reciprocal", x,
         "dense<[-0.6666666865348816, 4.0, 0.5]> : tensor<3xf32>");
}

TEST_F(EvaluatorTest, ResultsAreRoundedToTheirType) {
  expectOp("Exp(%a)", {"dense<[0.0999755859375, 3.0]> : tensor<2xf16>"},
           "(tensor<2xf16>) -> tensor<2xf16>",
           "dense<[1.10546875, 20.078125]> : tensor<2xf16>");
  // 1 + 2^-8 lies between two bf16; the even one is 1.
  expectOp("Add(%a, %b)",
           {"dense<1.0> : tensor<bf16>", "dense<0.00390625> : tensor<bf16>"},
           "(tensor<bf16>, tensor<bf16>) -> tensor<bf16>",
           "dense<1.0> : tensor<bf16>");
  expectOp("Mul(%a, %b)", {"dense<100> : tensor<i8>", "dense<3> : tensor<i8>"},
           "(tensor<i8>, tensor<i8>) -> tensor<i8>", "dense<44> : tensor<i8>");
}

TEST_F(EvaluatorTest, Signs) {
  constexpr StringRef x = "dense<[-2.0, 0.0, 3.0]> : tensor<3xf32>",
                      i = "dense<[-128, 0, 5]> : tensor<3xi8>";
  std::string floats = "(tensor<3xf32>) -> tensor<3xf32>",
              ints = "(tensor<3xi8>) -> tensor<3xi8>";
  expectOp("Neg(%a)", {x}, floats, "dense<[2.0, -0.0, -3.0]> : tensor<3xf32>");
  expectOp("Abs(%a)", {x}, floats, "dense<[2.0, 0.0, 3.0]> : tensor<3xf32>");
  expectOp("Sign(%a)", {x}, floats, "dense<[-1.0, 0.0, 1.0]> : tensor<3xf32>");
  // -(-128) is not an i8; it wraps, as in numpy.
  expectOp("Neg(%a)", {i}, ints, "dense<[-128, 0, -5]> : tensor<3xi8>");
  expectOp("Abs(%a)", {i}, ints, "dense<[-128, 0, 5]> : tensor<3xi8>");
  expectOp("Sign(%a)", {i}, ints, "dense<[-1, 0, 1]> : tensor<3xi8>");
}

TEST_F(EvaluatorTest, Classes) {
  constexpr StringRef x = "dense<[0x7FC00000, 0x7F800000, 0xFF800000, 1.0]> : "
                          "tensor<4xf32>";
  std::string types = "(tensor<4xf32>) -> tensor<4xi1>";
  expectOp("IsNaN(%a)", {x}, types,
           "dense<[true, false, false, false]> : tensor<4xi1>");
  expectOp("IsInf(%a)", {x}, types,
           "dense<[false, true, true, false]> : tensor<4xi1>");
  expectOp("IsInf(%a) {detect_negative = 0 : i64}", {x}, types,
           "dense<[false, true, false, false]> : tensor<4xi1>");
  expectOp("IsInf(%a) {detect_positive = 0 : i64}", {x}, types,
           "dense<[false, false, true, false]> : tensor<4xi1>");
}

TEST_F(EvaluatorTest, MinAndMax) {
  std::initializer_list<StringRef> inputs = {
      "dense<[3.0, 1.0]> : tensor<2xf32>", "dense<2.0> : tensor<f32>"};
  std::string types = "(tensor<2xf32>, tensor<f32>) -> tensor<2xf32>";
  expectOp("Min(%a, %b)", inputs, types, "dense<[2.0, 1.0]> : tensor<2xf32>");
  expectOp("Max(%a, %b)", inputs, types, "dense<[3.0, 2.0]> : tensor<2xf32>");
}

TEST_F(EvaluatorTest, Casts) {
  expectOp("CastLike(%a, %b)",
           {"dense<[1.9, -1.9]> : tensor<2xf32>", "dense<0> : tensor<1xi32>"},
           "(tensor<2xf32>, tensor<1xi32>) -> tensor<2xi32>",
           "dense<[1, -1]> : tensor<2xi32>");
  expectOp("Identity(%a)", {"dense<[4, 5]> : tensor<2xi32>"},
           "(tensor<2xi32>) -> tensor<2xi32>", "dense<[4, 5]> : tensor<2xi32>");
}

TEST_F(EvaluatorTest, Layouts) {
  constexpr StringRef row = "dense<[[1, 2, 3]]> : tensor<1x3xi64>";
  expectOp("Squeeze(%a, %b)", {row, "dense<0> : tensor<1xi64>"},
           "(tensor<1x3xi64>, tensor<1xi64>) -> tensor<3xi64>",
           "dense<[1, 2, 3]> : tensor<3xi64>");
  expectOp("Unsqueeze(%a, %b)", {row, "dense<[0, -1]> : tensor<2xi64>"},
           "(tensor<1x3xi64>, tensor<2xi64>) -> tensor<1x1x3x1xi64>",
           "dense<[[[[1], [2], [3]]]]> : tensor<1x1x3x1xi64>");
  expectOp("ConstantOfShape(%a) {value = dense<7> : tensor<1xi32>}",
           {"dense<[2, 2]> : tensor<2xi64>"},
           "(tensor<2xi64>) -> tensor<2x2xi32>", "dense<7> : tensor<2x2xi32>");
  expectOp("ConstantOfShape(%a)", {"dense<[]> : tensor<0xi64>"},
           "(tensor<0xi64>) -> tensor<f32>", "dense<0.0> : tensor<f32>");
  expectOp("Shape(%a) {start = -1 : i64}", {row},
           "(tensor<1x3xi64>) -> tensor<1xi64>", "dense<3> : tensor<1xi64>");
  expectOp("Size(%a)", {row}, "(tensor<1x3xi64>) -> tensor<i64>",
           "dense<3> : tensor<i64>");
}

TEST_F(EvaluatorTest, Reductions) {
  constexpr StringRef x = "dense<[[1.0, -2.0], [3.0, 6.0]]> : tensor<2x2xf32>",
                      axis = "dense<1> : tensor<1xi64>";
  auto expect = [&](const std::string &op, StringRef want) {
    expectOp(op + "(%a, %b) {keepdims = 0 : i64}", {x, axis},
             "(tensor<2x2xf32>, tensor<1xi64>) -> tensor<2xf32>", want);
  };
  expect("ReduceSum", "dense<[-1.0, 9.0]> : tensor<2xf32>");
  expect("ReduceMean", "dense<[-0.5, 4.5]> : tensor<2xf32>");
  expect("ReduceProd", "dense<[-2.0, 18.0]> : tensor<2xf32>");
  expect("ReduceSumSquare", "dense<[5.0, 45.0]> : tensor<2xf32>");
  expect("ReduceL1", "dense<[3.0, 9.0]> : tensor<2xf32>");
  expect("ReduceMax", "dense<[1.0, 6.0]> : tensor<2xf32>");
  expect("ReduceMin", "dense<[-2.0, 3.0]> : tensor<2xf32>");
  expectOp("ReduceSum(%a, %none)", {x},
           "(tensor<2x2xf32>, none) -> "
           "tensor<1x1xf32>",
           "dense<8.0> : tensor<1x1xf32>");
  expectOp("ReduceSum(%a, %none) {noop_with_empty_axes = 1 : i64}", {x},
           "(tensor<2x2xf32>, none) -> tensor<2x2xf32>", x);
}

TEST_F(EvaluatorTest, ArgMinAndArgMax) {
  constexpr StringRef x = "dense<[[4, 1, 1], [2, 2, 0]]> : tensor<2x3xi64>";
  std::string types = "(tensor<2x3xi64>) -> tensor<2x1xi64>";
  expectOp("ArgMin(%a) {axis = 1 : i64}", {x}, types,
           "dense<[[1], [2]]> : tensor<2x1xi64>");
  expectOp("ArgMin(%a) {axis = 1 : i64, select_last_index = 1 : i64}", {x},
           types, "dense<[[2], [2]]> : tensor<2x1xi64>");
  expectOp("ArgMax(%a) {axis = 1 : i64}", {x}, types,
           "dense<[[0], [0]]> : tensor<2x1xi64>");
}

//===----------------------------------------------------------------------===//
// The evaluator itself
//===----------------------------------------------------------------------===//

TEST_F(EvaluatorTest, BindsInputs) {
  Operation *op = parse("%r = onnx.Add(%x, %x) : (tensor<2xi64>, "
                        "tensor<2xi64>) -> tensor<2xi64>",
                        "%x: tensor<2xi64>");
  ASSERT_TRUE(op);
  Evaluator evaluator;
  EXPECT_FALSE(evaluator.evaluate(op->getResult(0)));
  EXPECT_EQ(evaluator.getError(),
            "depends on an input whose value is not known");
  EXPECT_FALSE(evaluator.lookup(op->getResult(0)));
  evaluator.bind(func.getArgument(0), HostTensor::getVector(&context, {1, 2}));
  const HostTensor *result = evaluator.evaluate(op->getResult(0));
  ASSERT_TRUE(result) << evaluator.getError().str();
  EXPECT_TRUE(result->equals(HostTensor::getVector(&context, {2, 4})));
  EXPECT_EQ(evaluator.lookup(op->getResult(0)), result);
}

TEST_F(EvaluatorTest, AsksForShapes) {
  Operation *op = parse("%r = onnx.Shape(%x) : (tensor<?x4xf32>) -> "
                        "tensor<2xi64>",
                        "%x: tensor<?x4xf32>");
  ASSERT_TRUE(op);
  Evaluator evaluator;
  evaluator.setShapeOracle([](Value) { return HostTensor::Shape({3, 4}); });
  const HostTensor *result = evaluator.evaluate(op->getResult(0));
  ASSERT_TRUE(result) << evaluator.getError().str();
  EXPECT_TRUE(result->equals(HostTensor::getVector(&context, {3, 4})));
}

TEST_F(EvaluatorTest, TakesOneBranch) {
  // The branch that is not taken depends on an unknown input.
  auto program = [](const char *condition) {
    return std::string("%c = onnx.Constant dense<") + condition +
           "> : tensor<i1>\n"
           "%v = onnx.Constant dense<5> : tensor<i64>\n"
           "%r = onnx.If(%c) : (tensor<i1>) -> tensor<i64> then {\n"
           "  onnx.Yield(%v) : tensor<i64>\n"
           "} else {\n"
           "  onnx.Yield(%x) : tensor<i64>\n"
           "}";
  };
  Operation *op = parse(program("true"), "%x: tensor<i64>");
  ASSERT_TRUE(op);
  Evaluator evaluator;
  const HostTensor *result = evaluator.evaluate(op->getResult(0));
  ASSERT_TRUE(result) << evaluator.getError().str();
  EXPECT_EQ(result->ints()[0], 5);
  EXPECT_EQ(errorOf(program("false"), "%x: tensor<i64>"),
            "depends on an input whose value is not known");
}

TEST_F(EvaluatorTest, NamesTheNodeOfAnError) {
  EXPECT_EQ(errorOf("%a = onnx.Constant dense<[1, 2]> : tensor<2xi64>\n"
                    "%b = onnx.Constant dense<[1, 0]> : tensor<2xi64>\n"
                    "%r = onnx.Div(%a, %b) : (tensor<2xi64>, tensor<2xi64>) "
                    "-> tensor<2xi64> loc(\"half\")"),
            "node 'half' (onnx.Div): expected a divisor other than 0");
}

TEST_F(EvaluatorTest, RefusesWhatItCannotCompute) {
  // Of unranked types, so that no verifier finds out before.
  auto unranked = [](const char *name, const char *value) {
    std::string constant = std::string("%") + name + "0";
    return constant + " = onnx.Constant " + value + "\n%" + name +
           " = onnx.Identity(" + constant + ") : (" +
           StringRef(value).split(" : ").second.str() + ") -> tensor<*xi64>\n";
  };
  const std::string inputs =
      unranked("two", "dense<[1, 2]> : tensor<2xi64>") +
      unranked("three", "dense<[3, 0, 9]> : tensor<3xi64>") +
      unranked("one", "dense<[1]> : tensor<1xi64>") +
      unranked("minus", "dense<[-1, -1]> : tensor<2xi64>") +
      unranked("scalar", "dense<0> : tensor<i64>") +
      unranked("matrix", "dense<1> : tensor<2x3xi64>");
  auto expect = [&](const std::string &op, int operands, StringRef message) {
    std::string types;
    for (int i = 0; i < operands; ++i)
      types += std::string(i ? ", " : "") + "tensor<*xi64>";
    std::string error = errorOf(inputs + "%r = onnx." + op + " : (" + types +
                                ") -> tensor<*xi64>");
    EXPECT_NE(error.find(": " + message.str()), std::string::npos) << error;
  };
  expect("Add(%two, %three)", 2, "expected operands that broadcast");
  expect("Div(%two, %scalar)", 2, "expected a divisor other than 0");
  expect("Gather(%two, %three)", 2, "expected an index below 2 but got 3");
  expect("GatherElements(%two, %matrix)", 2,
         "expected indices of the data's rank");
  expect("GatherND(%two, %two)", 2,
         "expected index tuples that fit the data's rank");
  expect("Reshape(%three, %two)", 2,
         "expected a shape of 3 elements but got 2");
  expect("Reshape(%two, %minus)", 2, "expected at most one dimension of -1");
  expect("Unsqueeze(%two, %three)", 2,
         "expected an axis within rank 4 but got 9");
  expect("Squeeze(%two, %scalar)", 2, "expected dimension 0 to be 1 but got 2");
  expect("Expand(%three, %two)", 2,
         "expected a shape to which the operand broadcasts");
  expect("Tile(%matrix, %one)", 2,
         "expected one repetition count for each axis");
  expect("Concat(%two, %matrix) {axis = 0 : i64}", 2,
         "expected operands of one rank and element type");
  expect("Range(%scalar, %one, %scalar)", 3, "expected a step other than 0");
  expect("MatMul(%matrix, %two)", 2,
         "expected inner dimensions that agree, got 3 and 2");
  expect("ReduceSum(%matrix, %three)", 2, "expected an axis within rank 2");
}

TEST_F(EvaluatorTest, BoundsTheSizeOfResults) {
  const std::string ops =
      "%a = onnx.Constant dense<[100, 11]> : tensor<2xi64>\n"
      "%r = onnx.ConstantOfShape(%a) : (tensor<2xi64>) -> tensor<*xf32>";
  EXPECT_EQ(errorOf(ops, "", /*maxElements=*/1000),
            "node 'onnx.ConstantOfShape' (onnx.ConstantOfShape): expected a "
            "result of at most 1000 elements");
}

TEST_F(EvaluatorTest, KnowsItsKernels) {
  Operation *op = parse("%r = onnx.Softmax(%x) : (tensor<2xf32>) -> "
                        "tensor<2xf32>",
                        "%x: tensor<2xf32>");
  ASSERT_TRUE(op);
  EXPECT_FALSE(Evaluator::isSupported(op));
  Evaluator evaluator;
  EXPECT_FALSE(evaluator.evaluate(op->getResult(0)));
  EXPECT_EQ(evaluator.getError(),
            "node 'onnx.Softmax' (onnx.Softmax): the evaluator has no kernel "
            "for this op");
}

} // namespace
