// turn-matrix: transpose, rotate by 90 degrees.
#include <algorithm>

#include "train/data/families/algo_family.h"

namespace lemma::train {
namespace {

enum TurnVariant { kTranspose, kClockwise, kCounterClockwise };

Case Turn(const Grid& matrix, int variant) {
  const size_t rows = matrix.size(), columns = matrix[0].size();
  Grid turned(columns, Ints(rows));
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) {
      const size_t to_row = variant == kCounterClockwise ? columns - 1 - c : c;
      const size_t to_column = variant == kClockwise ? rows - 1 - r : r;
      turned[to_row][to_column] = matrix[r][c];
    }
  }
  return {{matrix}, turned};
}

std::string TraceTurn(const Values& arguments, int variant) {
  Grid matrix = std::get<Grid>(arguments[0]);
  if (variant == kClockwise) std::reverse(matrix.begin(), matrix.end());
  const Grid columns = std::get<Grid>(Turn(matrix, kTranspose).expected);
  return (variant == kClockwise ? ToJson(matrix) + ", " : "") + "zip = " + ToJson(columns);
}

Telling TurnEnglish() {
  return {.tasks = {"returns the matrix $a $done", "takes a matrix $a and returns it $done",
                    "takes a matrix as a list of rows and returns it $done",
                    "gives back $a, a list of rows of equal length, $done",
                    "receives [a table|a grid|the matrix] $a and [outputs|gives] it $done",
                    "[accepts|gets] the rows of a [matrix|table|grid] and [gives back|outputs] all "
                    "of it $done",
                    "[builds|makes] a new matrix: the [table|grid|matrix] $a $done",
                    "[produces|gives] the [table of numbers|grid|matrix] $a $done [as a list of "
                    "rows|without changing $a]",
                    "[reads|takes] a rectangular [table|grid] $a and [hands|gives] it back $done",
                    "[shows|returns] what the [matrix|table|grid] $a looks like [when|once] $done"},
          .tasks_held_out = {"receives the rows of a table $a and returns the table $done"},
          .statements =
              {"Given a matrix $a, $do it$how and return the result.", "$do a matrix$how.",
               "Please $do the matrix $a$how.", "Return a new matrix: $do $a$how.",
               "You are given a matrix $a as a list of rows. Please $do it$how.",
               "How do I $do a matrix$how?",
               "The rows of a [table|matrix|grid] are given as $a. [Your task is to|Please] $do "
               "it$how.",
               "[Here is a|Consider the] [table of numbers|grid|matrix] $a. Now $do it$how[ and "
               "return the new table| and give back the rows|].",
               "I [want|have] to $do the [table|grid] $a$how. [Show me how|Help me with the code].",
               "[My|The] task: $do the [grid|table] $a$how, then [output|give back] the [new "
               "rows|result].",
               "[Matrix|Table|Grid] $a (a list of rows): $do it$how.",
               "Suppose $a is an image [stored|given] row by row. We $do it$how. [Output|Return] "
               "the new [image|rows].",
               "What do the rows of $a [become|look like] if [we|you] $do the [matrix|table]$how?"},
          .statements_held_out = {"$a is a table of numbers. Your task: $do it$how.",
                                  "Take the rows of $a, $do the matrix$how and give back the new "
                                  "rows."},
          .thinking =
              "We must $do $a$how. $idea zip gives tuples, so turn each into a list. It "
              "works for matrices that are not square too. Time O(rows * columns).",
          .steps = "1. $idea\n2. Turn each tuple into a list and return the rows."};
}

Telling TurnChinese() {
  return {
      .tasks = {"把矩阵 $a $do", "将矩阵 $a $do并返回新矩阵", "给定按行表示的矩阵, 将它$do",
                "把每行等长的列表 $a $do",
                "[接收|读入]一个[矩阵|网格|表格] $a, [返回|输出]它$do后的结果",
                "[取出|给定] $a 的每一行, 得到$do之后的[矩阵|表格]",
                "[计算|给出][表格|数表|矩阵] $a $do后的[各行|新矩阵]",
                "对[网格|矩阵|数字表] $a 进行[操作|变换]: $do",
                "将[一张数字表|一个二维列表|一个长方形矩阵]$do, [返回|给出]新的[表|列表]",
                "使[矩阵|表格] $a $do, [不改变原矩阵|返回新的各行]"},
      .tasks_held_out = {"接收表格 $a 的各行, 将其$do"},
      .statements = {"给定一个矩阵 $a, 将它$do并返回结果。", "将矩阵$do。", "请把矩阵 $a $do。",
                     "返回一个新矩阵: 把 $a $do。", "给你一个按行表示的矩阵 $a, 请$do。",
                     "怎样把矩阵$do? 请写代码。",
                     "$a [存放|表示]一个[矩阵|网格], [任务|要求]是将其$do。",
                     "已知[表格|矩阵|数字表] $a 的各行, 请[给出|求出]$do之后的各行。",
                     "[把|将]一张[数字表|表格] $a $do, [得到什么|结果是什么]? [请编程|请写代码]。",
                     "[矩阵|网格|图像] $a: $do, [输出|返回][新的各行|新矩阵]。",
                     "假设 $a 是一幅按行存储的图像, 请把[它|图像]$do。",
                     "我想[把|将][二维列表|表格] $a $do, [该怎么写|代码怎么写]?",
                     "取出 $a 的[每行|所有行], 做一次[变换|操作]: $do。"},
      .statements_held_out = {"$a 是一张数字表, 任务是把它$do。",
                              "取 $a 的各行, 把矩阵$do, 给出新的各行。"},
      .thinking =
          "要把 $a $do。$idea"
          "再把 zip 得到的每个元组转成列表。不是方阵也可以。时间 O(行数 * 列数)。",
      .steps = "1. $idea\n2. 把每个元组转成列表, 返回各行。"};
}

constexpr std::string_view kTurnPython = R"(
def $f($a):
    return $rows
)";

std::vector<Variant> TurnVariants() {
  return {{.function = "transpose",
           .synonyms = {"transposed", "swap_axes", "flip_matrix", "rows_to_columns",
                        "matrix_transpose", "turn_matrix"},
           .english = {{"do", "transpose"},
                       {"done", "transposed"},
                       {"how", ""},
                       {"idea",
                        "Rows become columns: zip(*$a) collects the i-th element of every "
                        "row."}},
           .chinese = {{"do", "转置"}, {"idea", "行变成列: zip(*$a) 收集每一行的第 i 个元素。"}},
           .code = {{"rows", "[list(row) for row in zip(*$a)]"}}},
          {.function = "rotate_clockwise",
           .synonyms = {"rotate_matrix", "rotate_right", "rotate90", "turn_right", "quarter_turn",
                        "turn_matrix"},
           .english = {{"do", "rotate"},
                       {"done", "rotated by 90 degrees clockwise"},
                       {"how", " by 90 degrees clockwise"},
                       {"idea",
                        "Clockwise: reverse the order of the rows, then transpose with "
                        "zip(*$a[::-1])."}},
           .chinese = {{"do", "顺时针旋转 90 度"},
                       {"idea", "顺时针: 先把各行的顺序反过来, 再转置, 即 zip(*$a[::-1])。"}},
           .code = {{"rows", "[list(row) for row in zip(*$a[::-1])]"}}},
          {.function = "rotate_counterclockwise",
           .synonyms = {"rotate_matrix", "rotate_left", "rotate_back", "turn_left", "left_turn",
                        "turn_matrix"},
           .english = {{"do", "rotate"},
                       {"done", "rotated by 90 degrees counterclockwise"},
                       {"how", " by 90 degrees counterclockwise"},
                       {"idea",
                        "Counterclockwise: transpose with zip(*$a), then reverse the order "
                        "of the rows with [::-1]."}},
           .chinese = {{"do", "逆时针旋转 90 度"},
                       {"idea", "逆时针: 先用 zip(*$a) 转置, 再用 [::-1] 把各行的顺序反过来。"}},
           .code = {{"rows", "[list(row) for row in zip(*$a)][::-1]"}}}};
}

AlgorithmSpec TurnSpec() {
  return {.name = "turn-matrix",
          .description = "a matrix transposed, or rotated by 90 degrees either way",
          .arguments = {{"matrix", "grid", "m", "table", "rows", "mat", "a"}},
          .variants = TurnVariants(),
          .english = TurnEnglish(),
          .chinese = TurnChinese(),
          .python = kTurnPython,
          .edges =
              [](int variant) {
                return std::vector<Case>{Turn({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}, variant),
                                         Turn({{5}}, variant), Turn({{1, 2, 3}}, variant),
                                         Turn({{1}, {2}}, variant)};
              },
          .draw =
              [](Rng& rng, int variant, int64_t size) {
                return Turn(DrawGrid(rng, rng.Int(1, size / 2), size / 2 + 1, 1, 9), variant);
              },
          .trace = TraceTurn};
}

}  // namespace

std::span<const AlgorithmFamily> MatrixFamilies() {
  static const AlgorithmFamily families[] = {AlgorithmFamily(TurnSpec())};
  return families;
}

}  // namespace lemma::train
