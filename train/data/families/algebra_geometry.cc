// Plane geometry with a formula: perimeters, areas, missing sides, angles, right triangles.
#include <array>
#include <cstdlib>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

// Two measures of a figure from [2, high1] x [2, high2].
std::array<int64_t, 3> DrawSides(Rng& rng, Split split, int64_t kind, int64_t high1,
                                 int64_t high2) {
  return DrawInSplit(
      split, [&] { return std::array{kind, rng.Int(2, high1), rng.Int(2, high2)}; },
      [](int64_t, int64_t, int64_t) { return true; });
}

Problem WriteRectanglePerimeter(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"Find the perimeter of a rectangle with sides {a} and {b}.",
        "A rectangle is {a} cm long and {b} cm wide. What is its perimeter in cm?",
        "A rectangular garden measures {a} m by {b} m. How long a fence goes around it, in m?"},
       {"What is the perimeter of a rectangle {a} cm long and {b} cm wide, in cm?"}},
      {{"长方形的长是 {a}, 宽是 {b}, 求周长.",
        "一个长方形长 {a} 厘米, 宽 {b} 厘米, 周长是多少厘米?",
        "矩形花园长 {a} 米, 宽 {b} 米, 围一圈篱笆要多少米?"},
       {"求长 {a} 厘米, 宽 {b} 厘米的长方形的周长是多少厘米."}}};
  const auto [kind, a, b] = DrawSides(rng, split, 0, 60, 60);
  const std::string sum = AddSteps(a, b), twice = MultiplySteps(a + b, 2);
  return WorkedProblem(
      language, Ask(rng, asks, split, language, {{"a", Cat(a)}, {"b", Cat(b)}}),
      {"2*(a + b)", sum, twice},
      {Cat(In(language, "Perimeter of a rectangle: ", "长方形周长: "), "2*(", a, " + ", b, ")"),
       Cat("2*", a + b, " = ", 2 * (a + b))},
      Cat(2 * (a + b)));
}

Problem WriteRectangleArea(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"Find the area of a rectangle with sides {a} and {b}.",
        "A rectangle is {a} cm long and {b} cm wide. What is its area in square cm?",
        "A rectangular room measures {a} m by {b} m. How many square metres is its floor?"},
       {"What is the area of a rectangle {a} cm long and {b} cm wide, in square cm?"}},
      {{"长方形的长是 {a}, 宽是 {b}, 求面积.",
        "一个长方形长 {a} 厘米, 宽 {b} 厘米, 面积是多少平方厘米?",
        "矩形房间长 {a} 米, 宽 {b} 米, 地面有多少平方米?"},
       {"求长 {a} 厘米, 宽 {b} 厘米的长方形的面积是多少平方厘米."}}};
  const auto [kind, a, b] = DrawSides(rng, split, 1, 60, 20);
  return WorkedProblem(language, Ask(rng, asks, split, language, {{"a", Cat(a)}, {"b", Cat(b)}}),
                       {"a*b", MultiplySteps(a, b)},
                       {Cat(In(language, "Area of a rectangle: ", "长方形面积: "), a, "*", b),
                        Cat(a, "*", b, " = ", a * b)},
                       Cat(a * b));
}

Problem WriteTriangleArea(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"Find the area of a triangle with base {a} and height {b}.",
        "A triangle has base {a} cm and height {b} cm. What is its area in square cm?",
        "The base of a triangle is {a} and its height is {b}. Find the area."},
       {"What is the area of a triangle whose base is {a} cm and whose height is {b} cm?"}},
      {{"三角形的底是 {a}, 高是 {b}, 求面积.",
        "一个三角形底 {a} 厘米, 高 {b} 厘米, 面积是多少平方厘米?",
        "已知三角形的底为 {a}, 高为 {b}, 它的面积是多少?"},
       {"求底 {a} 厘米, 高 {b} 厘米的三角形的面积是多少平方厘米."}}};
  const auto [kind, half, b] = DrawSides(rng, split, 2, 30, 20);
  const int64_t a = 2 * half;
  return WorkedProblem(language, Ask(rng, asks, split, language, {{"a", Cat(a)}, {"b", Cat(b)}}),
                       {"a*b/2", Quotient(a, 2), MultiplySteps(half, b)},
                       {Cat(In(language, "Area of a triangle: ", "三角形面积: "), a, "*", b, "/2"),
                        Cat(half, "*", b, " = ", half * b)},
                       Cat(half * b));
}

Problem WriteSideFromArea(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"A rectangle has area {s} and one side {a}. Find the other side.",
        "The area of a rectangle is {s} square cm and its width is {a} cm. How many cm long is it?",
        "A rectangular field of {s} square metres is {a} m wide. Find its length in m."},
       {"What is the length of a rectangle with area {s} and width {a}?"}},
      {{"长方形的面积是 {s}, 一边长 {a}, 求另一边.",
        "长方形的面积是 {s} 平方厘米, 宽 {a} 厘米, 长是多少厘米?",
        "一块矩形地面积 {s} 平方米, 宽 {a} 米, 求它的长."},
       {"已知长方形的面积为 {s}, 宽为 {a}, 它的长是多少?"}}};
  const auto [kind, a, b] = DrawSides(rng, split, 3, 12, 60);
  return WorkedProblem(
      language, Ask(rng, asks, split, language, {{"s", Cat(a * b)}, {"a", Cat(a)}}),
      {"s/a", ExactDivideSteps(a * b, a)},
      {Cat(In(language, "Length = area / width: ", "长 = 面积 / 宽: "), a * b, "/", a),
       Cat(a * b, "/", a, " = ", b)},
      Cat(b));
}

Problem WriteSideFromPerimeter(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"A rectangle has perimeter {p} and one side {a}. Find the other side.",
        "The perimeter of a rectangle is {p} cm and its length is {a} cm. How many cm wide is it?",
        "A fence of {p} m goes around a rectangular garden {a} m long. Find its width in m."},
       {"What is the width of a rectangle with perimeter {p} and length {a}?"}},
      {{"长方形的周长是 {p}, 一边长 {a}, 求另一边.",
        "长方形的周长是 {p} 厘米, 长 {a} 厘米, 宽是多少厘米?",
        "用 {p} 米篱笆围一个长 {a} 米的矩形花园, 宽是多少米?"},
       {"已知长方形的周长为 {p}, 长为 {a}, 它的宽是多少?"}}};
  const auto [kind, a, b] = DrawSides(rng, split, 4, 50, 50);
  const int64_t perimeter = 2 * (a + b);
  return WorkedProblem(
      language, Ask(rng, asks, split, language, {{"p", Cat(perimeter)}, {"a", Cat(a)}}),
      {"p/2 - a", ExactDivideSteps(perimeter, 2), SubtractSteps(a + b, a)},
      {Cat(In(language, "Half the perimeter: ", "周长的一半: "), perimeter, "/2 = ", a + b),
       Cat(In(language, "Other side: ", "另一边: "), a + b, " - ", a, " = ", b)},
      Cat(b));
}

Problem WriteThirdAngle(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"Two angles of a triangle are {a} and {b} degrees. Find the third angle.",
        "In triangle ABC, angle A is {a} degrees and angle B is {b} degrees. Find angle C.",
        "A triangle has angles of {a} and {b} degrees. How many degrees is the third angle?"},
       {"What is the third angle of a triangle, in degrees, if the other two are {a} and {b}?"}},
      {{"三角形的两个角是 {a} 度和 {b} 度, 求第三个角.",
        "在三角形 ABC 中, 角 A 是 {a} 度, 角 B 是 {b} 度, 角 C 是多少度?",
        "一个三角形有两个内角分别为 {a} 度和 {b} 度, 第三个内角是多少度?"},
       {"已知三角形两个角的度数是 {a} 和 {b}, 第三个角是多少度?"}}};
  const auto [kind, a, b] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{5, rng.Int(20, 110), rng.Int(20, 110)}; },
      [](int64_t, int64_t a, int64_t b) { return a + b <= 170; });
  const int64_t c = 180 - a - b;
  const std::string sum = AddSteps(a, b), rest = SubtractSteps(180, a + b);
  return WorkedProblem(
      language, Ask(rng, asks, split, language, {{"a", Cat(a)}, {"b", Cat(b)}}),
      {"180 - (a + b)", sum, rest},
      {Cat(In(language, "Two angles together: ", "两角之和: "), a, " + ", b, " = ", a + b),
       Cat(In(language, "The angles sum to 180: ", "内角和是 180: "), "180 - ", a + b, " = ", c)},
      Cat(c));
}

struct RightTriangle {
  int64_t a, b, c;  // a^2 + b^2 = c^2
};

const std::vector<RightTriangle>& PrimitiveTriangles() {
  static const std::vector<RightTriangle> triangles = {
      {3, 4, 5}, {5, 12, 13}, {8, 15, 17}, {7, 24, 25}, {20, 21, 29}, {12, 35, 37}, {9, 40, 41}};
  return triangles;
}

constexpr int64_t kHypotenuseMax = 50;

Problem WriteRightTriangle(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings hypotenuse_asks = {
      {{"A right triangle has legs {a} and {b}. Find the hypotenuse.",
        "The legs of a right triangle are {a} and {b}. How long is the hypotenuse?",
        "A rectangle has sides {a} and {b}. Find its diagonal."},
       {"What is the hypotenuse of a right triangle with legs {a} and {b}?"}},
      {{"直角三角形的两条直角边是 {a} 和 {b}, 求斜边.",
        "直角边长为 {a} 和 {b} 的直角三角形, 斜边长多少?",
        "长方形的边长是 {a} 和 {b}, 求对角线的长."},
       {"已知直角三角形的直角边为 {a} 和 {b}, 斜边是多少?"}}};
  static const BilingualPhrasings leg_asks = {
      {{"A right triangle has hypotenuse {c} and one leg {a}. Find the other leg.",
        "The hypotenuse of a right triangle is {c} and a leg is {a}. How long is the other leg?",
        "A ladder {c} dm long has its foot {a} dm from a wall. How high does it reach, in dm?"},
       {"What is the other leg of a right triangle with hypotenuse {c} and leg {a}?"}},
      {{"直角三角形的斜边是 {c}, 一条直角边是 {a}, 求另一条直角边.",
        "斜边长 {c}, 一条直角边长 {a} 的直角三角形, 另一条直角边长多少?",
        "{c} 分米长的梯子靠在墙上, 底端离墙 {a} 分米, 顶端高多少分米?"},
       {"已知直角三角形的斜边为 {c}, 一条直角边为 {a}, 另一条直角边是多少?"}}};
  const auto count = static_cast<int64_t>(PrimitiveTriangles().size());
  const int64_t swapped = rng.Int(0, 1), asks_leg = rng.Int(0, 1);
  const auto [kind, which, scale] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{6, rng.Int(0, count - 1), rng.Int(1, 10)}; },
      [](int64_t, int64_t which, int64_t scale) {
        return PrimitiveTriangles()[static_cast<size_t>(which)].c * scale <= kHypotenuseMax;
      });
  const RightTriangle& primitive = PrimitiveTriangles()[static_cast<size_t>(which)];
  const int64_t a = scale * (swapped == 1 ? primitive.b : primitive.a);
  const int64_t b = scale * (swapped == 1 ? primitive.a : primitive.b);
  const int64_t c = scale * primitive.c;
  const int64_t known = asks_leg == 1 ? c : b, wanted = asks_leg == 1 ? b : c;
  const std::string combined = asks_leg == 1 ? SubtractSteps(c * c, a * a) : AddSteps(a * a, b * b);
  const std::string question =
      asks_leg == 1 ? Ask(rng, leg_asks, split, language, {{"c", Cat(c)}, {"a", Cat(a)}})
                    : Ask(rng, hypotenuse_asks, split, language, {{"a", Cat(a)}, {"b", Cat(b)}});
  const std::string root = Cat(wanted * wanted, " = ", wanted, "^2");
  return WorkedProblem(
      language, question,
      {"a^2 + b^2 = c^2", MultiplySteps(known, known), MultiplySteps(a, a), combined, root},
      {Cat(In(language, "Pythagoras: ", "勾股定理: "), known, "^2 = ", known * known, ", ", a,
           "^2 = ", a * a),
       asks_leg == 1 ? Cat(c * c, " - ", a * a, " = ", b * b)
                     : Cat(a * a, " + ", b * b, " = ", c * c),
       root},
      Cat(wanted));
}

Problem WriteGeometry(Rng& rng, Language language, Split split) {
  static const std::vector<MathFamily::Writer> kinds = {
      WriteRectanglePerimeter, WriteRectangleArea, WriteTriangleArea, WriteSideFromArea,
      WriteSideFromPerimeter,  WriteThirdAngle,    WriteRightTriangle};
  return rng.Pick(kinds)(rng, language, split);
}

}  // namespace

std::vector<const Family*> GeometryFamilies() {
  static const MathFamily geometry(
      "plane-geometry",
      "Perimeter, area or missing side of a rectangle (sides up to 60), area of a triangle, third "
      "angle of a triangle, right triangles with integer sides up to 50",
      &WriteGeometry);
  return {&geometry};
}

}  // namespace lemma::train
