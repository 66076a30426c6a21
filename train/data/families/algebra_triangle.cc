// Triangles: areas, third angles, right triangles.
#include "train/data/families/algebra_triangle.h"

#include <array>

#include "train/data/algebra_steps.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

const BilingualPhrasings& TriangleAreaAsks() {
  static const BilingualPhrasings asks = {
      {{"[Find|Compute|Determine] the area of a triangle with base {a} and height {b}.",
        "A triangle has base {a} cm and height {b} cm. What is its area in square cm?",
        "The base of a triangle is {a} and its height is {b}. Find the area.",
        "What is the area of a triangle {b} cm high with a base of {a} cm?",
        "If the height of a triangle is {b} and the base is {a}, what is its area?",
        "Given a triangle whose height is {b} and whose base is {a}, find its area.",
        "Triangle, base {a}, height {b}: area?",
        "A triangular [sail|garden|flag|sign] has a base of {a} m and is {b} m high. How many "
        "square metres is it?",
        "How large is the area of a triangle if its base is {a} [cm|m|inches] and its height {b}?",
        "One side of a triangle is {a} cm long, and the height on that side is {b} cm. "
        "[Calculate|Work out] the area.",
        "A triangle of height {b} stands on a base of {a}. What area does it cover?"},
       {"What is the area of a triangle whose base is {a} cm and whose height is {b} cm?"}},
      {{"三角形的底是 {a}, 高是 {b}, 求面积.",
        "一个三角形底 {a} 厘米, 高 {b} 厘米, 面积是多少平方厘米?",
        "已知三角形的底为 {a}, 高为 {b}, 它的面积是多少?",
        "高为 {b}, 底为 {a} 的三角形, 面积是多少?",
        "如果一个三角形的高是 {b} 米, 底是 {a} 米, 那么它的面积是多少平方米?",
        "三角形的一条边长 {a}, 这条边上的高是 {b}, 求三角形的面积.",
        "三角形, 底 {a}, 高 {b}, 面积 = ?",
        "一块三角形[菜地|草坪|花坛|广场]底长 {a} 米, 高 {b} 米, 它有多少平方米?",
        "求一面高 {b} 分米, 底 {a} 分米的三角形[旗|帆|牌子]的面积.",
        "三角形底边为 {a}, 底边上的高为 {b}, 面积等于多少?"},
       {"求底 {a} 厘米, 高 {b} 厘米的三角形的面积是多少平方厘米."}}};
  return asks;
}

Problem WriteTriangleArea(Rng& rng, Language language, Split split) {
  const auto [kind, half, b] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{2, rng.Int(2, 30), rng.Int(2, 20)}; },
      [](int64_t, int64_t, int64_t) { return true; });
  const int64_t a = 2 * half;
  return ToldProblem(
      language, Ask(rng, TriangleAreaAsks(), split, language, {{"a", Cat(a)}, {"b", Cat(b)}}),
      {Cat("a = ", a, ", h = ", b, ", S = ?"), "a*h/2", Quotient(a, 2), MultiplySteps(half, b)},
      {Cat(In(language, "Area of a triangle: ", "三角形面积: "), a, "*", b, "/2"),
       Cat(half, "*", b, " = ", half * b)},
      Cat(half * b));
}

const BilingualPhrasings& ThirdAngleAsks() {
  static const BilingualPhrasings asks = {
      {{"Two angles of a triangle are {a} and {b} degrees. Find the third angle.",
        "In triangle ABC, angle A is {a} degrees and angle B is {b} "
        "degrees. Find angle C.",
        "A triangle has angles of {a} and {b} degrees. How many degrees is the third angle?",
        "What is the [third|remaining|last] angle of a triangle with angles of {a} and {b} "
        "degrees?",
        "If two angles of a triangle measure {a} and {b} degrees, what does the other one measure "
        "in degrees?",
        "Given a triangle with angle A = {a} and angle B = {b} in degrees, find angle C.",
        "Triangle, two angles {a} and {b} degrees: third angle?",
        "The first angle of a triangle is {a} degrees, the second is {b} degrees. What is the "
        "third?",
        "How large is the third angle of a triangle, if one angle is {a} degrees and another is "
        "{b} degrees?",
        "A triangular [sign|sail|garden|roof] has a corner of {a} degrees and a corner of {b} "
        "degrees. How many degrees has its third corner?",
        "[Calculate|Compute|Determine] the missing angle of a triangle whose other two angles are "
        "{a} and {b} degrees."},
       {"What is the third angle of a triangle, in degrees, if the other two are {a} and {b}?"}},
      {{"三角形的两个角是 {a} 度和 {b} 度, 求第三个角.",
        "在三角形 ABC 中, 角 A 是 {a} 度, 角 B 是 {b} 度, 角 C 是多少度?",
        "一个三角形有两个内角分别为 {a} 度和 {b} 度, 第三个内角是多少度?",
        "三角形 ABC 的角 A = {a} 度, 角 B = {b} 度, 求角 C 的度数.",
        "如果三角形的一个角是 {a} 度, 另一个角是 {b} 度, 那么剩下的角是多少度?",
        "已知三角形的两个内角 {a} 度, {b} 度, 求第三个内角的度数.",
        "三角形, 两个角的度数是 {a} 和 {b}, 第三个角 = ?",
        "三角形的第一个角 {a} 度, 第二个角 {b} 度, 第三个角等于多少度?",
        "一块三角形[木板|玻璃|菜地]有两个角的度数分别是 {a} 和 {b}, 另一个角是几度?",
        "求三角形的第三个角, 其余两个角分别是 {a} 度和 {b} 度."},
       {"已知三角形两个角的度数是 {a} 和 {b}, 第三个角是多少度?"}}};
  return asks;
}

Problem WriteThirdAngle(Rng& rng, Language language, Split split) {
  const auto [kind, a, b] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{5, rng.Int(20, 110), rng.Int(20, 110)}; },
      [](int64_t, int64_t a, int64_t b) { return a + b <= 170; });
  const int64_t c = 180 - a - b;
  const std::string sum = AddSteps(a, b), rest = SubtractSteps(180, a + b);
  return ToldProblem(
      language, Ask(rng, ThirdAngleAsks(), split, language, {{"a", Cat(a)}, {"b", Cat(b)}}),
      {Cat("A = ", a, ", B = ", b, ", C = ?"), "180 - (A + B)", sum, rest},
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

const BilingualPhrasings& HypotenuseAsks() {
  static const BilingualPhrasings asks = {
      {{"A right triangle has legs {a} and {b}. Find the hypotenuse.",
        "The legs of a right triangle are {a} and {b}. How long is the hypotenuse?",
        "A rectangle has sides {a} and {b}. [Find|Compute] its diagonal.",
        "What is the hypotenuse if a right triangle has one leg {a} and the other leg {b}?",
        "If the two legs of a right triangle measure {a} and {b} [cm|m|inches], how long is the "
        "hypotenuse?",
        "Given a right triangle with legs of {a} cm and {b} cm, find its longest side in cm.",
        "Right triangle, legs {a} and {b}: hypotenuse?",
        "[Tom|A ship|A plane] goes {a} km north and then {b} km east. How many km away from the "
        "start is that in a straight line?",
        "What is the diagonal of a rectangular [screen|door|field|table] with sides of {a} and {b} "
        "dm?",
        "In a right triangle the sides at the right angle are {a} and {b}. [Find|Calculate] the "
        "side opposite the right angle.",
        "Determine the length of the hypotenuse c of a right triangle with legs a = {a} and b = "
        "{b}."},
       {"What is the hypotenuse of a right triangle with legs {a} and {b}?"}},
      {{"直角三角形的两条直角边是 {a} 和 {b}, 求斜边.",
        "直角边长为 {a} 和 {b} 的直角三角形, 斜边长多少?",
        "长方形的边长是 {a} 和 {b}, 求对角线的长.",
        "已知直角三角形的两条直角边分别是 {a} 和 {b}, 求斜边的长.",
        "如果直角三角形的一条直角边是 {a}, 另一条直角边是 {b}, 那么斜边是多少?",
        "一个直角三角形的直角边为 {a} 厘米和 {b} 厘米, 最长的边是多少厘米?",
        "直角三角形, 直角边 {a} 和 {b}, 斜边 = ?",
        "[小明|一艘船|一辆车]先向北走 {a} 千米, 再向东走 {b} 千米, 离出发点的直线距离是多少千米?",
        "长方形[屏幕|门板|桌面]的两边是 {a} 分米和 {b} 分米, 它的对角线长多少分米?",
        "在直角三角形中, 直角的两边长 {a} 和 {b}, 斜边等于多少?"},
       {"已知直角三角形的直角边为 {a} 和 {b}, 斜边是多少?"}}};
  return asks;
}

const BilingualPhrasings& LegAsks() {
  static const BilingualPhrasings asks = {
      {{"A right triangle has hypotenuse {c} and one leg {a}. Find the other leg.",
        "The hypotenuse of a right triangle is {c} and a leg is {a}. How long is the other leg?",
        "A ladder {c} dm long has its foot {a} dm from a wall. How high does it reach, in dm?",
        "What is the second leg if a right triangle has a leg {a} and the hypotenuse {c}?",
        "If one leg of a right triangle measures {a} and the hypotenuse measures {c} "
        "[cm|m|inches], how long is the other leg?",
        "Given a right triangle with a leg of {a} cm and a hypotenuse of {c} cm, find the missing "
        "leg in cm.",
        "Right triangle, hypotenuse {c}, leg {a}: other leg?",
        "A rectangle has a diagonal of {c} and one side of {a}. [Find|Compute] the other side.",
        "One side of a rectangular [screen|door|field|table] is {a} dm and its diagonal is {c} dm. "
        "What is the other side in dm?",
        "A [rope|wire|cable] {c} m long goes from the top of a pole to the ground, {a} m from its "
        "foot. How high is the pole in m?",
        "Determine the leg b of a right triangle with hypotenuse c = {c} and leg a = {a}."},
       {"What is the other leg of a right triangle with hypotenuse {c} and leg {a}?"}},
      {{"直角三角形的斜边是 {c}, 一条直角边是 {a}, 求另一条直角边.",
        "斜边长 {c}, 一条直角边长 {a} 的直角三角形, 另一条直角边长多少?",
        "{c} 分米长的[梯子|竹竿|木板]靠在墙上, 底端离墙 {a} 分米, 顶端高多少分米?",
        "一个直角三角形的直角边为 {a} 厘米, 斜边为 {c} 厘米, 求另一条直角边的长.",
        "如果直角三角形的一条直角边是 {a}, 斜边是 {c}, 那么另一条直角边是多少?",
        "已知直角三角形的一条直角边长 {a}, 斜边长 {c}, 它的另一条直角边等于多少?",
        "直角三角形, 斜边 {c}, 直角边 {a}, 另一条直角边 = ?",
        "长方形的对角线是 {c}, 一边是 {a}, 求另一边.",
        "长方形[屏幕|门板|桌面]的一边是 {a} 分米, 对角线长 {c} 分米, 另一边是多少分米?",
        "从杆顶到地面拉一根 {c} 米长的[绳子|钢索], 落地点离杆脚 {a} 米, 杆高多少米?"},
       {"已知直角三角形的斜边为 {c}, 一条直角边为 {a}, 另一条直角边是多少?"}}};
  return asks;
}

Problem WriteRightTriangle(Rng& rng, Language language, Split split) {
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
      asks_leg == 1 ? Ask(rng, LegAsks(), split, language, {{"c", Cat(c)}, {"a", Cat(a)}})
                    : Ask(rng, HypotenuseAsks(), split, language, {{"a", Cat(a)}, {"b", Cat(b)}});
  const std::string given = asks_leg == 1 ? Cat("c = ", c, ", a = ", a, ", b = ?")
                                          : Cat("a = ", a, ", b = ", b, ", c = ?");
  const std::string root = Cat(wanted * wanted, " = ", wanted, "^2");
  return ToldProblem(
      language, question,
      {given, "a^2 + b^2 = c^2", MultiplySteps(known, known), MultiplySteps(a, a), combined, root},
      {Cat(In(language, "Pythagoras: ", "勾股定理: "), known, "^2 = ", known * known, ", ", a,
           "^2 = ", a * a),
       asks_leg == 1 ? Cat(c * c, " - ", a * a, " = ", b * b)
                     : Cat(a * a, " + ", b * b, " = ", c * c),
       root},
      Cat(wanted));
}

}  // namespace

const std::vector<MathFamily::Writer>& TriangleWriters() {
  static const std::vector<MathFamily::Writer> writers = {WriteTriangleArea, WriteThirdAngle,
                                                          WriteRightTriangle};
  return writers;
}

}  // namespace lemma::train
