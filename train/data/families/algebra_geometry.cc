// Plane geometry with a formula: perimeters, areas and missing sides of rectangles; the triangles
// are in algebra_triangle.cc.
#include <array>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/families/algebra_triangle.h"
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

const BilingualPhrasings& RectanglePerimeterAsks() {
  static const BilingualPhrasings asks = {
      {{"[Find|Compute|Determine] the perimeter of a rectangle with sides {a} and {b}.",
        "A [rectangle|sheet of paper|rectangular card] is {a} cm long and {b} cm wide. What is its "
        "perimeter in cm?",
        "A rectangular [garden|field|yard|pool] measures {a} m by {b} m. How [long a fence "
        "goes|many metres of fence go] around it?",
        "What is the perimeter of a rectangle [measuring|of] {a} by {b}?",
        "The length of a rectangle is {a} and its width is {b}. What is the perimeter?",
        "If a [poster|picture frame|rectangular tray] is {b} cm wide and {a} cm long, how many cm "
        "is it around the edge?",
        "Given that a rectangle has width {b} and length {a}, find its perimeter.",
        "Rectangle, length {a}, width {b}: perimeter?",
        "The sides of a rectangle are {a} and {b} [cm|m|inches] long. How long is the perimeter?",
        "[Tom|Anna|A runner] goes once around a rectangular [park|playground|lake] {a} m long and "
        "{b} m wide. How many metres is that?",
        "How much [fence|rope|wire] is needed to go around a rectangle that is {b} m wide and {a} "
        "m long?"},
       {"What is the perimeter of a rectangle {a} cm long and {b} cm wide, in cm?"}},
      {{"长方形的长是 {a}, 宽是 {b}, 求周长.",
        "一个长方形长 {a} 厘米, 宽 {b} 厘米, 周长是多少厘米?",
        "矩形[花园|菜地|操场|池塘]长 {a} 米, 宽 {b} 米, 围一圈[篱笆|栏杆|绳子]要多少米?",
        "宽为 {b}, 长为 {a} 的[矩形|长方形], 周长是多少?",
        "已知[长方形|矩形]的宽为 {b}, 长为 {a}, 求它的周长.",
        "如果一个[矩形|长方形]长 {a} 米, 宽 {b} 米, 那么它的周长是多少米?",
        "长方形相邻的两条边分别是 {a} 和 {b}, 周长等于多少?",
        "[小明|小红|爷爷]绕着长 {a} 米, 宽 {b} 米的长方形[操场|公园|广场]走一圈, 走了多少米?",
        "长方形, 长 {a}, 宽 {b}, 周长 = ?",
        "求一块宽 {b} 分米, 长 {a} 分米的长方形[玻璃|木板|地毯]的周长."},
       {"求长 {a} 厘米, 宽 {b} 厘米的长方形的周长是多少厘米."}}};
  return asks;
}

Problem WriteRectanglePerimeter(Rng& rng, Language language, Split split) {
  const auto [kind, a, b] = DrawSides(rng, split, 0, 60, 60);
  const std::string sum = AddSteps(a, b), twice = MultiplySteps(a + b, 2);
  return ToldProblem(
      language, Ask(rng, RectanglePerimeterAsks(), split, language, {{"a", Cat(a)}, {"b", Cat(b)}}),
      {Cat("a = ", a, ", b = ", b, ", P = ?"), "2*(a + b)", sum, twice},
      {Cat(In(language, "Perimeter of a rectangle: ", "长方形周长: "), "2*(", a, " + ", b, ")"),
       Cat("2*", a + b, " = ", 2 * (a + b))},
      Cat(2 * (a + b)));
}

const BilingualPhrasings& RectangleAreaAsks() {
  static const BilingualPhrasings asks = {
      {{"[Find|Compute|Determine] the area of a rectangle with sides {a} and {b}.",
        "A [rectangle|sheet of paper|rectangular card] is {a} cm long and {b} cm wide. What is its "
        "area in square cm?",
        "A rectangular [room|hall|office|kitchen] measures {a} m by {b} m. How many square metres "
        "is its floor?",
        "What is the area of a rectangle [measuring|of] {a} by {b}?",
        "The length of a rectangle is {a} and its width is {b}. How large is its area?",
        "If a [wall|poster|rectangular garden] is {b} m wide and {a} m long, how many square "
        "metres does it cover?",
        "Given that a rectangle has width {b} and length {a}, find its area.",
        "Rectangle, length {a}, width {b}: area?",
        "A [carpet|lawn|field] is a rectangle, {a} m long and {b} m wide. [Find|Work out] its area "
        "in square metres.",
        "How many square [tiles|stones] with sides of one dm cover a rectangular floor {b} dm wide "
        "and {a} dm long?",
        "The two sides of a rectangle are {a} and {b}. Calculate the area inside it."},
       {"What is the area of a rectangle {a} cm long and {b} cm wide, in square cm?"}},
      {{"长方形的长是 {a}, 宽是 {b}, 求面积.",
        "一个长方形长 {a} 厘米, 宽 {b} 厘米, 面积是多少平方厘米?",
        "矩形[房间|教室|大厅|厨房]长 {a} 米, 宽 {b} 米, 地面有多少平方米?",
        "宽为 {b}, 长为 {a} 的[矩形|长方形], 面积是多少?",
        "已知[长方形|矩形]的宽为 {b}, 长为 {a}, 求它的面积.",
        "如果一个[矩形|长方形]长 {a} 米, 宽 {b} 米, 那么它的面积是多少平方米?",
        "长方形相邻的两条边分别是 {a} 和 {b}, 面积等于多少?",
        "一块长方形[地毯|草坪|菜地]宽 {b} 米, 长 {a} 米, 它占地多少平方米?",
        "长方形, 长 {a}, 宽 {b}, 面积 = ?",
        "求一块长 {a} 分米, 宽 {b} 分米的长方形[玻璃|木板|桌布]的面积."},
       {"求长 {a} 厘米, 宽 {b} 厘米的长方形的面积是多少平方厘米."}}};
  return asks;
}

Problem WriteRectangleArea(Rng& rng, Language language, Split split) {
  const auto [kind, a, b] = DrawSides(rng, split, 1, 60, 20);
  return ToldProblem(language,
                     Ask(rng, RectangleAreaAsks(), split, language, {{"a", Cat(a)}, {"b", Cat(b)}}),
                     {Cat("a = ", a, ", b = ", b, ", S = ?"), "a*b", MultiplySteps(a, b)},
                     {Cat(In(language, "Area of a rectangle: ", "长方形面积: "), a, "*", b),
                      Cat(a, "*", b, " = ", a * b)},
                     Cat(a * b));
}

const BilingualPhrasings& SideFromAreaAsks() {
  static const BilingualPhrasings asks = {
      {{"A rectangle has area {s} and one side {a}. Find the other side.",
        "The area of a rectangle is {s} square cm and its width is {a} cm. How many cm long is it?",
        "A rectangular [field|garden|room|lawn] of {s} square metres is {a} m wide. Find its "
        "length in m.",
        "The width of a rectangle is {a} and its area is {s}. What is the length?",
        "If a rectangle with width {a} has area {s}, how long is it?",
        "Given that one side of a rectangle is {a} and the area is {s}, find the other side.",
        "Rectangle, area {s}, width {a}: length?",
        "A [carpet|wall|poster] covers {s} square dm. One side is {a} dm long. How many dm is the "
        "other side?",
        "How long is a rectangle of area {s} if it is {a} wide?",
        "[Tom|Anna|A farmer] wants a rectangular [garden|pen|floor] of {s} square metres that is "
        "{a} "
        "m wide. What length must it have?",
        "With a width of {a} m, what is the length of a [hall|yard|field] of {s} square metres?"},
       {"What is the length of a rectangle with area {s} and width {a}?"}},
      {{"长方形的面积是 {s}, 一边长 {a}, 求另一边.",
        "长方形的面积是 {s} 平方厘米, 宽 {a} 厘米, 长是多少厘米?",
        "一块矩形[地|草坪|菜地|广场]面积 {s} 平方米, 宽 {a} 米, 求它的长.",
        "一个长方形宽 {a} 米, 面积 {s} 平方米, 它的长是多少米?",
        "已知[矩形|长方形]的一边为 {a}, 面积为 {s}, 求另一条边.",
        "如果面积为 {s} 的[矩形|长方形]宽是 {a}, 那么长是多少?",
        "宽为 {a}, 面积为 {s} 的长方形, 长等于多少?",
        "要围一个面积 {s} 平方米, 宽 {a} 米的长方形[花园|院子|鱼塘], 长应该是多少米?",
        "长方形, 面积 {s}, 宽 {a}, 长 = ?",
        "一块长方形[地毯|玻璃|木板]有 {s} 平方分米, 一边是 {a} 分米, 另一边是多少分米?"},
       {"已知长方形的面积为 {s}, 宽为 {a}, 它的长是多少?"}}};
  return asks;
}

Problem WriteSideFromArea(Rng& rng, Language language, Split split) {
  const auto [kind, a, b] = DrawSides(rng, split, 3, 12, 60);
  return ToldProblem(
      language, Ask(rng, SideFromAreaAsks(), split, language, {{"s", Cat(a * b)}, {"a", Cat(a)}}),
      {Cat("S = ", a * b, ", a = ", a, ", b = ?"), "S/a", ExactDivideSteps(a * b, a)},
      {Cat(In(language, "Length = area / width: ", "长 = 面积 / 宽: "), a * b, "/", a),
       Cat(a * b, "/", a, " = ", b)},
      Cat(b));
}

const BilingualPhrasings& SideFromPerimeterAsks() {
  static const BilingualPhrasings asks = {
      {{"A rectangle has perimeter {p} and one side {a}. Find the other side.",
        "The perimeter of a rectangle is {p} cm and its length is {a} cm. How many cm wide is it?",
        "A fence of {p} m goes around a rectangular [garden|field|yard|pool] {a} m long. Find its "
        "width in m.",
        "The length of a rectangle is {a} and its perimeter is {p}. What is the width?",
        "If a rectangle with length {a} has perimeter {p}, how wide is it?",
        "Given that one side of a rectangle is {a} and the perimeter is {p}, find the other side.",
        "Rectangle, perimeter {p}, length {a}: width?",
        "A [wire|rope|string] {p} cm long is bent into a rectangle. One side is {a} cm. How long "
        "is the other side?",
        "How wide is a rectangle of perimeter {p} if it is {a} long?",
        "It is {p} m once around a rectangular [park|field|playground], which is {a} m long. What "
        "is its width in m?",
        "With a length of {a} m, what is the width of a rectangular [hall|yard|pen] whose "
        "perimeter is {p} m?"},
       {"What is the width of a rectangle with perimeter {p} and length {a}?"}},
      {{"长方形的周长是 {p}, 一边长 {a}, 求另一边.",
        "长方形的周长是 {p} 厘米, 长 {a} 厘米, 宽是多少厘米?",
        "用 {p} 米[篱笆|栏杆|绳子]围一个长 {a} 米的矩形[花园|菜地|院子], 宽是多少米?",
        "一个长方形长 {a} 米, 周长 {p} 米, 它的宽是多少米?",
        "已知[矩形|长方形]的一边为 {a}, 周长为 {p}, 求另一条边.",
        "如果周长为 {p} 的[矩形|长方形]长是 {a}, 那么宽是多少?",
        "长为 {a}, 周长为 {p} 的长方形, 宽等于多少?",
        "把 {p} 厘米长的[铁丝|绳子]围成长方形, 一边是 {a} 厘米, 另一边是多少厘米?",
        "长方形, 周长 {p}, 长 {a}, 宽 = ?",
        "绕长方形[操场|公园|广场]一圈是 {p} 米, 它长 {a} 米, 求它的宽."},
       {"已知长方形的周长为 {p}, 长为 {a}, 它的宽是多少?"}}};
  return asks;
}

Problem WriteSideFromPerimeter(Rng& rng, Language language, Split split) {
  const auto [kind, a, b] = DrawSides(rng, split, 4, 50, 50);
  const int64_t perimeter = 2 * (a + b);
  return ToldProblem(
      language,
      Ask(rng, SideFromPerimeterAsks(), split, language, {{"p", Cat(perimeter)}, {"a", Cat(a)}}),
      {Cat("P = ", perimeter, ", a = ", a, ", b = ?"), "P/2 - a", ExactDivideSteps(perimeter, 2),
       SubtractSteps(a + b, a)},
      {Cat(In(language, "Half the perimeter: ", "周长的一半: "), perimeter, "/2 = ", a + b),
       Cat(In(language, "Other side: ", "另一边: "), a + b, " - ", a, " = ", b)},
      Cat(b));
}

Problem WriteGeometry(Rng& rng, Language language, Split split) {
  static const std::vector<MathFamily::Writer> kinds = [] {
    std::vector<MathFamily::Writer> all = {WriteRectanglePerimeter, WriteRectangleArea,
                                           WriteSideFromArea, WriteSideFromPerimeter};
    all.insert(all.end(), TriangleWriters().begin(), TriangleWriters().end());
    return all;
  }();
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
