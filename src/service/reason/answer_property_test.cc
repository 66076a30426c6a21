// Properties over random answers: two renderings of one value are the same, a perturbed one is not,
// and no text whatever costs more than the budget.
#include <gtest/gtest.h>

#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "service/reason/answer_equality.h"
#include "service/reason/answer_extractor.h"
#include "service/reason/math_lexer.h"

namespace lemma::reason {
namespace {

// A random expression, rendered as LaTeX and as plain text with other brackets and order.
class Rendering {
 public:
  explicit Rendering(uint32_t seed) : random_(seed) {}

  struct Texts {
    std::string latex, plain;
  };

  // With a variable x where asked; else a number.
  Texts Expression(int depth, bool with_x) {
    if (depth == 0) return Leaf(with_x);
    const Texts a = Expression(depth - 1, with_x), b = Expression(depth - 1, with_x);
    switch (Below(7)) {
      case 0:
        return {a.latex + "+" + b.latex, "(" + b.plain + " + " + a.plain + ")"};
      case 1:
        return {a.latex + "-\\left(" + b.latex + "\\right)",
                "-(" + b.plain + ") + (" + a.plain + ")"};
      case 2:
        return {"\\left(" + a.latex + "\\right)\\cdot\\left(" + b.latex + "\\right)",
                "(" + b.plain + ")*(" + a.plain + ")"};
      case 3: {
        // A denominator that is not zero.
        const std::string n = std::to_string(2 + Below(30));
        return {"\\frac{" + a.latex + "}{" + n + "}", "(" + a.plain + ")/" + n};
      }
      case 4: {
        const std::string n = std::to_string(2 + Below(50));
        return {"(" + a.latex + ")\\sqrt{" + n + "}", "sqrt(" + n + ")*(" + a.plain + ")"};
      }
      case 5:
        return {"\\left(" + a.latex + "\\right)^{2}", "(" + a.plain + ")*(" + a.plain + ")"};
      default:
        return {"2\\left(" + a.latex + "\\right)", a.plain + " + " + a.plain};
    }
  }

  uint32_t Below(uint32_t n) { return std::uniform_int_distribution<uint32_t>(0, n - 1)(random_); }

 private:
  Texts Leaf(bool with_x) {
    const std::string n = std::to_string(1 + Below(99)), m = std::to_string(2 + Below(20));
    switch (Below(with_x ? 5 : 4)) {
      case 0:
        return {n, n + ".0"};
      case 1:
        return {"\\dfrac{" + n + "}{" + m + "}", n + "/" + m};
      case 2:
        return {"\\sqrt{" + n + "}", n + "^(1/2)"};
      case 3:
        return {"\\pi", "pi"};
      default:
        return {"x", "x"};
    }
  }

  std::mt19937 random_;
};

TEST(AnswerPropertyTest, TwoRenderingsOfOneValueAreTheSame) {
  for (uint32_t seed = 0; seed < 600; ++seed) {
    Rendering rendering(seed);
    const auto [latex, plain] = rendering.Expression(static_cast<int>(seed % 4), seed % 2 == 0);
    const AnswerVerdict verdict = CompareAnswers(latex, plain);
    EXPECT_TRUE(verdict.same) << latex << "  vs  " << plain << ": " << verdict.reason;
    EXPECT_TRUE(CompareAnswers(plain, latex).same) << plain << "  vs  " << latex;
  }
}

TEST(AnswerPropertyTest, APerturbedValueIsAnother) {
  for (uint32_t seed = 0; seed < 600; ++seed) {
    Rendering rendering(seed);
    const auto [latex, plain] = rendering.Expression(static_cast<int>(seed % 4), seed % 2 == 0);
    for (const char* change : {"+1", "-1/1000000000", "+\\sqrt{2}/10^{30}", "+\\pi/10^{60}"}) {
      const std::string other = "(" + plain + ")" + change;
      EXPECT_FALSE(CompareAnswers(latex, other).same) << latex << "  vs  " << other;
    }
  }
}

TEST(AnswerPropertyTest, SeveralAnswersAreTheSameInAnyOrder) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    Rendering rendering(seed);
    std::string latex, reversed;
    for (int i = 0; i < 3; ++i) {
      const auto texts = rendering.Expression(1, false);
      latex += (i > 0 ? ", " : "") + texts.latex;
      reversed = texts.plain + (i > 0 ? " or " + reversed : "");
    }
    const AnswerVerdict verdict = CompareAnswers(latex, reversed);
    EXPECT_TRUE(verdict.same) << latex << "  vs  " << reversed << ": " << verdict.reason;
  }
}

// What hangs or crashes graders.
std::vector<std::string> HardTexts() {
  const auto repeat = [](const std::string& piece, size_t n) {
    std::string text;
    for (size_t i = 0; i < n; ++i) text += piece;
    return text;
  };
  std::vector<std::string> texts = {"9^{9^{9^{9}}}",
                                    "9^9^9^9^9^9^9^9",
                                    "10^{10^{10!}}",
                                    "((10!)!)!",
                                    "10!!!!!!!!",
                                    "2^{-9^{9^9}}",
                                    "0^0",
                                    "0^{-1}",
                                    "1/0",
                                    "\\binom{10^{9}}{5\\cdot10^8}",
                                    "\\binom{10^{30}}{20000}",
                                    "\\binom{x}{19999}",
                                    "20000!",
                                    "(1/2)!",
                                    "(-1)!",
                                    "(10^{9}+\\frac12)!",
                                    "(4000+\\frac{1}{3})!",
                                    "\\sin(10^{10^{10}})",
                                    "e^{e^{e^{e^{e}}}}",
                                    "\\ln(0)",
                                    "\\ln(10^{10^{6}})",
                                    "\\sqrt[0]{2}",
                                    "\\sqrt[4096]{3}",
                                    "\\sqrt[1000000007]{3}",
                                    "2^{1/99999999999999999999}",
                                    "\\sum_{k=1}^{10^{12}} k",
                                    "\\sum_{k=1}^{19999} \\frac{1}{k}",
                                    "\\sum_{k=1}^{19999} \\sqrt{k}",
                                    "\\sum_{a=1}^{900}\\sum_{b=1}^{900}\\sum_{c=1}^{900} abc",
                                    "\\prod_{k=1}^{19999} k^{k}",
                                    "\\gcd(10^{30000},10^{29999}+1)",
                                    "\\lfloor 10^{10^{9}} \\rfloor",
                                    "0." + repeat("3", 8000),
                                    repeat("9", 8000) + "^" + "99999",
                                    "\\frac{1}{" + repeat("7", 7000) + "}",
                                    "\\sqrt{" + repeat("9", 4000) + "}",
                                    "1_{1}",
                                    "12_{0}",
                                    "999_{99}",
                                    "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}^{1000000}",
                                    "\\begin{array}",
                                    "\\begin{pmatrix}",
                                    "\\begin{pmatrix}\\end{pmatrix}",
                                    "{",
                                    "}",
                                    "\\",
                                    "^",
                                    "_",
                                    "\\frac",
                                    "\\frac1",
                                    "\\sqrt",
                                    "\\sqrt[",
                                    "|",
                                    "||",
                                    "|||x|||",
                                    "(",
                                    ")",
                                    "[",
                                    "\\{",
                                    "\\{|",
                                    "x_",
                                    "x^",
                                    ":",
                                    "1:",
                                    "\\pm",
                                    "\\pm\\pm\\pm\\pm 1",
                                    "\\infty-\\infty",
                                    "(\\infty,-\\infty)",
                                    "[1,0]",
                                    "\\infty",
                                    "x\\in x\\in x",
                                    "1=",
                                    "<",
                                    "<<<",
                                    "1<2<",
                                    ",",
                                    ",,,",
                                    ";",
                                    "and",
                                    "\\text{",
                                    "\\text{}",
                                    "\\mathbb{R}\\setminus\\mathbb{R}\\setminus\\mathbb{R}"};
  for (const char* piece : {"(",
                            "[",
                            "{",
                            "\\{",
                            "\\sqrt{",
                            "\\frac{",
                            "\\frac{1}{",
                            "-",
                            "+-",
                            "\\pm ",
                            "2^",
                            "x^{",
                            "x_{",
                            "!",
                            "'",
                            "|",
                            "\\sin ",
                            "\\boxed{",
                            "1,",
                            "(1,",
                            "1;",
                            "1 or ",
                            "x=",
                            "x<",
                            "1:",
                            "[0,1]\\cup",
                            "1+",
                            "\\sqrt2+",
                            "\\sqrt{2}\\cdot",
                            "x+",
                            "9^",
                            "\\binom{",
                            "\\left(",
                            "\\text{a}",
                            "1 ",
                            "a",
                            "\\log_",
                            "\\begin{pmatrix}",
                            "\\vec ",
                            "f(",
                            "f(x)+",
                            "C_",
                            "5\\%",
                            "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
                            "\\sqrt[3]{7}+",
                            "\\lfloor ",
                            "\xE4\xBD\xA0",
                            "\xff",
                            "²",
                            "½",
                            "\\sum_{k=1}^{99}"}) {
    for (const size_t n : {3u, 40u, 400u}) {
      texts.push_back(repeat(piece, n));
      texts.push_back(repeat(piece, n) + "1");
      texts.push_back(repeat(piece, n) + "1" + repeat("}", n));
      texts.push_back(repeat(piece, n) + "1" + repeat(")", n));
    }
    texts.push_back(repeat(piece, 100000));
  }
  return texts;
}

// Bounded by count: the steps are charged before the work they stand for. The clock is a coarse
// second check that they are honest.
void ExpectBounded(const std::string& gold, const std::string& prediction) {
  const AnswerOptions options;
  const std::clock_t begin = std::clock();  // the processor's time, whoever else wants it
  const AnswerVerdict verdict = CompareAnswers(gold, prediction, options);
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  EXPECT_LE(verdict.steps_used, options.steps_max + 1);
  EXPECT_LT(seconds, 20) << gold.substr(0, 200) << "  vs  " << prediction.substr(0, 200) << ": "
                         << verdict.reason << " in " << verdict.steps_used;
}

TEST(AnswerPropertyTest, NoTextIsTooHard) {
  for (const std::string& text : HardTexts()) {
    ExpectBounded(text, text + " ");
    ExpectBounded(text, "0+" + text);
    ExpectBounded(text, "1");
    ExpectBounded("1", text);
    ExpectBounded("x+1", text);
    ExpectBounded("(0,1)\\cup(2,3)", text);
    if (text.size() <= kAnswerBytesMax && text.find_first_not_of(" \t{}.$") != text.npos &&
        text.find_first_not_of("\\text{}, !") != text.npos) {
      EXPECT_TRUE(CompareAnswers(text, text).same) << text.substr(0, 100);
    }
  }
}

TEST(AnswerPropertyTest, MutatedTextsAreBounded) {
  const std::vector<std::string> pieces = {"1",
                                           "23",
                                           "0.5",
                                           "x",
                                           "y",
                                           "n",
                                           "pi",
                                           "e",
                                           "i",
                                           "\\frac",
                                           "{",
                                           "}",
                                           "(",
                                           ")",
                                           "[",
                                           "]",
                                           "\\{",
                                           "\\}",
                                           "^",
                                           "_",
                                           "+",
                                           "-",
                                           "*",
                                           "/",
                                           "=",
                                           "<",
                                           "\\le",
                                           ",",
                                           ";",
                                           " or ",
                                           "!",
                                           "%",
                                           "^\\circ",
                                           "\\sqrt",
                                           "\\pm",
                                           "\\cup",
                                           "\\setminus",
                                           "\\in",
                                           "\\infty",
                                           "|",
                                           ":",
                                           "\\text{cm}",
                                           "\\text{ and }",
                                           "\\sin",
                                           "\\log_",
                                           "\\binom",
                                           "\\sum_{k=1}^{",
                                           "\\begin{pmatrix}",
                                           "&",
                                           "\\\\",
                                           "\\end{pmatrix}",
                                           "999999",
                                           "f(",
                                           "\\mathbb{R}",
                                           "\\approx",
                                           "C",
                                           "米",
                                           "或",
                                           " ",
                                           "\\lfloor",
                                           "\\rfloor",
                                           "'",
                                           "\\boxed{",
                                           "$",
                                           "."};
  std::mt19937 random(7);
  const auto below = [&](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  };
  for (int i = 0; i < 20000; ++i) {
    std::string gold, prediction;
    for (size_t n = 1 + below(14); n > 0; --n) gold += pieces[below(pieces.size())];
    prediction = gold;
    for (size_t n = below(4); n > 0; --n) {
      prediction.insert(below(prediction.size() + 1), pieces[below(pieces.size())]);
    }
    if (below(4) == 0) prediction[below(prediction.size())] = static_cast<char>(below(256));
    ExpectBounded(gold, prediction);
    ExtractAnswer(prediction);
  }
}

}  // namespace
}  // namespace lemma::reason
