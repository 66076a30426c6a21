#include "lawful_texts.h"

#include <fmt/format.h>

#include <random>

namespace lemma {
namespace {

// n / d in decimal, `n_digits` of them.
std::string Decimals(int n, int d, int n_digits) {
  std::string digits = std::to_string(n / d) + ".";
  for (int i = 0, rest = n % d; i < n_digits; ++i) {
    rest *= 10;
    digits += static_cast<char>('0' + rest / d);
    rest %= d;
  }
  return digits;
}

std::vector<Text> LawfulMatrices() {
  const auto matrix = [](int n, const std::function<int(int, int)>& entry) {
    return "\\begin{pmatrix}\n" +
           Lines(n,
                 [&](int row) {
                   return Lines(n,
                                [&](int column) {
                                  return std::to_string(entry(row, column)) +
                                         (column + 1 < n ? " & " : "");
                                }) +
                          " \\\\\n";
                 }) +
           "\\end{pmatrix}";
  };
  const auto zero = [](int, int) { return 0; };
  const auto one_on_diagonal = [](int i, int j) { return i == j ? 1 : 0; };
  return {
      {"zeros 10", matrix(10, zero)},
      {"zeros 16, as a list", Repeat("[" + Repeat("0, ", 15) + "0],\n", 16)},
      {"identity 12", matrix(12, one_on_diagonal)},
      {"powers of a matrix", Lines(12,
                                   [&](int i) {
                                     return fmt::format("A^{{{}}} = {}\n", i + 1,
                                                        matrix(3, [&](int r, int c) {
                                                          return r == c ? 1 : r < c ? i + 1 : 0;
                                                        }));
                                   })},
      {"adjacency", matrix(14, [](int i, int j) { return (i * 7 + j * 3) % 5 == 0 ? 1 : 0; })},
      {"elimination", Lines(10,
                            [&](int k) {
                              return fmt::format("R_{{{0}}} \\to R_{{{0}}} - {1} R_1: {2}\n", k + 2,
                                                 k * 2 + 3, matrix(4, [&](int r, int c) {
                                                   return r < c ? (r + c + k) % 7 : 0;
                                                 }));
                            })},
      {"board", Repeat("........#.......\n", 24)},
  };
}

std::vector<Text> LawfulDigits() {
  return {
      {"1/7", Decimals(1, 7, 120)},
      {"1/17", Decimals(1, 17, 150)},
      {"1/97", Decimals(1, 97, 250)},
      {"1/3", Decimals(1, 3, 300)},
      {"repunit", Repeat("1", 300)},
      {"binary", Lines(40, [](int i) { return fmt::format("{:08b} ", i * 37 % 256); })},
      {"2^k", Lines(60, [](int i) { return fmt::format("2^{{{}}} = {}\n", i, uint64_t{1} << i); })},
      {"powers mod 7", Lines(60,
                             [](int i) {
                               static const int kPowers[] = {1, 3, 2, 6, 4, 5};
                               return fmt::format("3^{} = {} (mod 7)\n", i, kPowers[i % 6]);
                             })},
      {"period of 3 mod 7", Repeat("1, 3, 2, 6, 4, 5, ", 12)},
      {"sum of ones", Repeat("1 + ", 100) + "1"},
      {"rule", Repeat("-", 200) + "\n" + Repeat("=", 200)},
  };
}

std::vector<Text> LawfulTables() {
  return {
      {"multiplication", Lines(144,
                               [](int i) {
                                 return fmt::format("{} x {} = {}\n", i / 12 + 1, i % 12 + 1,
                                                    (i / 12 + 1) * (i % 12 + 1));
                               })},
      {"truth table", "| a | b | c | d | f |\n|---|---|---|---|---|\n" +
                          Lines(32,
                                [](int i) {
                                  return fmt::format("| {} | {} | {} | {} | {} |\n", i >> 4 & 1,
                                                     i >> 3 & 1, i >> 2 & 1, i >> 1 & 1, i & 1);
                                })},
      {"dp table", Lines(16,
                         [](int row) {
                           return fmt::format("| {} |", row) +
                                  Lines(16,
                                        [&](int c) {
                                          return fmt::format(" {} |", c < row ? 0 : c - row);
                                        }) +
                                  "\n";
                         })},
      {"trace", Lines(40,
                      [](int i) {
                        return fmt::format("After step {}: low = {}, high = {}, mid = {}\n", i, i,
                                           100 - i, 50);
                      })},
      {"values", Lines(60,
                       [](int i) {
                         return fmt::format("When n = {}, f(n) = n^2 + n + 41 = {}.\n", i,
                                            i * i + i + 41);
                       })},
      {"中文表", Lines(50,
                       [](int i) {
                         return fmt::format("当 n = {} 时，f(n) = {}，不满足条件。\n", i,
                                            i * 3 + 1);
                       })},
  };
}

std::vector<Text> LawfulPrograms() {
  std::mt19937 random(1);
  return {
      {"asserts", Lines(80,
                        [&](int) {
                          const auto a = random() % 20, b = random() % 20;
                          return fmt::format("assert add({}, {}) == {}\n", a, b, a + b);
                        })},
      {"asserts over zeros", Lines(24,
                                   [](int i) {
                                     return fmt::format("assert solve([{}]) == 0\n",
                                                        Repeat("0, ", i) + "0");
                                   })},
      {"tests passed", Lines(100, [](int i) { return fmt::format("Test {}: passed\n", i + 1); })},
      {"tests at length", Lines(60,
                                [&](int i) {
                                  const auto a = random() % 9, b = random() % 9;
                                  return fmt::format(
                                      "Test case {}: input = {} {}, expected = {}, got = {}, ok.\n",
                                      i + 1, a, b, a + b, a + b);
                                })},
      {"verdicts", Repeat("YES\nNO\n", 60)},
      {"stdin",
       Lines(100, [&](int) { return fmt::format("{} {}\n", random() % 3, random() % 3); })},
      {"switch", Lines(40,
                       [](int i) {
                         return fmt::format("        case {}: return \"{}\";\n", i,
                                            std::string(1, char('a' + i % 26)));
                       })},
      {"lookup",
       "table = {\n" +
           Lines(80, [](int i) { return fmt::format("    {}: ({}, {}),\n", i, i % 8, i / 8); }) +
           "}\n"},
      {"braces", Repeat("    }\n", 20) + Repeat("\n", 20)},
      {"candidates", Lines(50,
                           [](int i) {
                             return fmt::format(
                                 "- If x = {}, then 7x + 3 = {}, which is not divisible by 11.\n",
                                 i, 7 * i + 3);
                           })},
  };
}

// Equal rows: of tables, matrices, lists, tests.
std::vector<Text> LawfulRows() {
  const auto matrix = [](const std::string& row, int n) {
    return "\\begin{pmatrix}\n" + Repeat(row + " \\\\\n", n) + "\\end{pmatrix}";
  };
  const std::string third = "\\frac{1}{3}";
  return {
      {"limit of a chain", matrix("\\frac{1}{12} & \\frac{5}{12} & \\frac{1}{2}", 6)},
      {"limit of a chain of 8", matrix("\\frac{1}{8}" + Repeat(" & \\frac{1}{8}", 7), 8)},
      {"thirds", matrix(third + Repeat(" & " + third, 5), 6)},
      {"decimals", matrix("0.25 & 0.5 & 0.125 & 0.125", 8)},
      {"table", "| name | status | result | comment |\n|---|---|---|---|\n" +
                    Repeat("| case | passed | accepted | no comment |\n", 10)},
      {"empty table",
       "|" + Repeat("---|", 8) + "\n" + Repeat("|" + Repeat("     |", 8) + "\n", 12)},
      {"中文 rows", "| 用例 | 结果 | 说明 |\n|---|---|---|\n" +
                        Repeat("| 测试用例 | 通过 | 输出正确，没有备注 |\n", 10)},
      {"csv", Repeat("0,0,unknown,none,false,n/a\n", 10)},
      {"parameters", Repeat("    pytest.param([1, 2, 3], 6, id=\"case\"),\n", 8)},
      {"objects",
       Repeat("    {\"name\": \"\", \"value\": 0, \"next\": null, \"left\": null},\n", 8)},
      {"objects over lines",
       Repeat("  {\n    \"id\": 0,\n    \"name\": \"example\",\n    \"tags\": [],\n"
              "    \"active\": true,\n    \"parent\": null\n  },\n",
              4)},
      {"points", Repeat("{\"x\": 0.0, \"y\": 0.0, \"z\": 0.0}, ", 10)},
      {"cards", Repeat("<div class=\"card\">\n  <img src=\"image.png\" alt=\"Image\">\n"
                       "  <h3>Title</h3>\n  <p>Description</p>\n</div>\n",
                       4)},
      {"equal asserts", Repeat("assert(solve({1, 1, 1}) == 0);\n", 10)},
      {"samples", Repeat("Input:\n3\n1 2 3\nOutput:\n6\n\n", 8)},
      {"vectors", Repeat("    std::vector<int>(n, 0),\n", 10)},
      {"cases", Repeat("0, & \\text{if } n \\text{ is odd} \\\\\n", 8)},
      {"sum of halves", Repeat("\\frac{1}{2^n} + ", 15)},
      {"array of signs", "\\begin{array}{c|ccc}\n" +
                             Repeat("+ & - & + & - & 0 & \\infty \\\\ \\hline\n", 8) +
                             "\\end{array}"},
      {"中文列表", Repeat("- 条件成立，继续检查下一个元素。\n", 6)},
  };
}

// One sentence with a number that rises: lists, steps, case distinctions, recurrences.
std::vector<Text> LawfulLists() {
  const auto list = [](int n, const std::function<std::string(int)>& line) {
    return Lines(n, [&](int i) { return line(i + 1) + "\n"; });
  };
  return {
      {"flips", list(150,
                     [](int i) {
                       return fmt::format(
                           "Flip {}: heads with probability 1/2, tails with probability 1/2, "
                           "independent of all the other flips.",
                           i);
                     })},
      {"chain", list(90,
                     [](int i) {
                       return fmt::format(
                           "P(X_{{{}}} = 1) = \\frac{{1}}{{2}} \\cdot P(X_{{{}}} = 0) + "
                           "\\frac{{1}}{{2}} \\cdot P(X_{{{}}} = 1) = \\frac{{1}}{{2}}",
                           i + 1, i, i);
                     })},
      {"recurrence", list(120,
                          [](int i) {
                            return fmt::format(
                                "a_{{{}}} = a_{{{}}} + a_{{{}}} - a_{{{}}}, so it is constant.", i,
                                i - 1, i - 2, i - 3);
                          })},
      {"queue", list(150,
                     [](int i) {
                       return fmt::format(
                           "Pop node {}. All of its neighbours have been visited already, so "
                           "nothing is pushed to the queue.",
                           i);
                     })},
      {"nothing changes", list(150,
                               [](int i) {
                                 return fmt::format(
                                     "Step {}: nothing changes, the array is still sorted.", i);
                               })},
      {"countdown", list(150,
                         [](int i) {
                           return fmt::format("With {} balls left we take one, and it is white.",
                                              1200 - i);
                         })},
      {"residues", list(120,
                        [](int i) {
                          return fmt::format(
                              "Case n = {}: then n is not divisible by the prime p, and so the "
                              "case is impossible.",
                              i);
                        })},
      {"test methods",
       list(80,
            [](int i) {
              return fmt::format(
                  "    def test_case_{}(self):\n        \"\"\"The function returns the expected "
                  "result.\"\"\"\n        self.assertTrue(solve(self.input))\n",
                  i);
            })},
      {"中文步骤", list(80,
                        [](int i) {
                          return fmt::format(
                              "第 {} 次抛掷：正面的概率为 1/2，反面的概率为 1/2，各次独立。", i);
                        })},
      {"中文情形",
       list(80,
            [](int i) { return fmt::format("情形 {}：此时等式不成立，因此这种情形不可能。", i); })},
  };
}

}  // namespace

std::vector<Text> LawfulTexts() {
  std::vector<Text> all;
  for (const auto& texts : {LawfulMatrices(), LawfulDigits(), LawfulTables(), LawfulPrograms(),
                            LawfulRows(), LawfulLists()}) {
    all.insert(all.end(), texts.begin(), texts.end());
  }
  return all;
}

std::vector<Text> LawfulTraces() {
  std::mt19937 random(3);
  std::string hanoi;
  const std::function<void(int, char, char, char)> move = [&](int n, char from, char to, char by) {
    if (n == 0) return;
    move(n - 1, from, by, to);
    hanoi += fmt::format("Move disk {} from peg {} to peg {}.\n", n, from, to);
    move(n - 1, by, to, from);
  };
  move(7, 'A', 'C', 'B');
  std::string sorting;
  std::vector<int> values(12);
  for (int& value : values) value = static_cast<int>(random() % 50);
  for (size_t pass = 1; pass < values.size(); ++pass) {
    for (size_t i = 0; i + pass < values.size(); ++i) {
      const bool swaps = values[i] > values[i + 1];
      sorting += fmt::format("Compare a[{}] = {} and a[{}] = {}: {}.\n", i, values[i], i + 1,
                             values[i + 1], swaps ? "swap them" : "they are in order");
      if (swaps) std::swap(values[i], values[i + 1]);
    }
  }
  return {
      {"hanoi", hanoi},
      {"bubble sort", sorting},
      {"grid", Lines(144,
                     [](int k) {
                       const int i = k / 12 + 1, j = k % 12 + 1;
                       return fmt::format("dp[{}][{}] = max(dp[{}][{}], dp[{}][{}]) = {}\n", i, j,
                                          i - 1, j, i, j - 1, std::min(i, j));
                     })},
      {"truth", Lines(64,
                      [](int i) {
                        const auto name = [&](int bit) { return i >> bit & 1 ? "true" : "false"; };
                        return fmt::format(
                            "If p is {}, q is {}, r is {}, s is {}, t is {} and u is {}, then the "
                            "formula is {}.\n",
                            name(5), name(4), name(3), name(2), name(1), name(0),
                            i % 7 < 3 ? "true" : "false");
                      })},
      {"letters", Lines(26,
                        [](int i) {
                          return fmt::format(
                              "Pop node {}. All of its neighbours have been visited already, so "
                              "nothing is pushed to the queue.\n",
                              std::string(1, char('A' + i)));
                        })},
      {"collatz", Lines(110,
                        [n = int64_t{27}](int) mutable {
                          const int64_t before = n;
                          n = n % 2 == 0 ? n / 2 : 3 * n + 1;
                          return fmt::format("{} is {}, so the next number is {}.\n", before,
                                             before % 2 == 0 ? "even" : "odd", n);
                        })},
  };
}

}  // namespace lemma
