// The table of answers that are several numbers, formulas or text.
#include <gtest/gtest.h>

#include <string>

#include "service/reason/test_answers.h"

namespace lemma::reason {
namespace {

TEST(AnswerFormsTest, TuplesAndSeveralAnswers) {
  ExpectSame({
      {"(1,\\frac{9}{2})", "(1,4.5)"},
      {"(1, 2)", "\\left(1,2\\right)"},
      {"(1,2)", "(1,2)"},
      {"(1,2)", "1,2"},
      {"(1,234)", "(1, 234)"},
      {"(11,7),(7,11)", "(7,11)or(11,7)"},
      {"(11,7)\\text{ or }(7,11)", "(7,11), (11,7)"},
      {"(3,2)", "(p,q)=(3,2)"},
      {"(p,q)=(3,2)", "(3,2)"},
      {"(p,q)=(3,2)", "(p,q)=(3,\\frac{4}{2})"},
      {"1,2", "2,1"},
      {"1;2", "2;1"},
      {"1,2", "1 和 2"},
      {"1、2", "2或1"},
      {"1,2,3", "1, 2, and 3"},
      {"\\{6,8\\}", "6 \\text{ and } 8"},
      {"6,8", "\\boxed{6 \\text{ and } 8}"},
      {"6,8", "\\{8,6\\}"},
      {"6,8", "{6, 8}"},
      {"1 \\pm \\sqrt{19}", "1+\\sqrt{19}, 1-\\sqrt{19}"},
      {"1+\\sqrt{19}, 1-\\sqrt{19}", "1 \\pm \\sqrt{19}"},
      {"1 \\pm \\sqrt{19}", "1-\\sqrt{19}\\text{ or }1+\\sqrt{19}"},
      {"-2021, 2021", "\\pm 2021"},
      {"\\pm 2021", "2021 and -2021"},
      {"\\pm 2021", "±2021"},
      {"\\frac{-1+\\sqrt{17}}{2}, \\frac{-1-\\sqrt{17}}{2}", "\\frac{-1\\pm\\sqrt{17}}{2}"},
      {"\\frac{-1+\\sqrt{17}}{2}, \\frac{-1-\\sqrt{17}}{2}",
       "\\frac{-1-\\sqrt{17}}{2}, \\frac{\\sqrt{17}-1}{2}"},
      {"x=1, x=2", "1, 2"},
      {"1, 2", "x=1 或 x=2"},
      {"1, 2", "x=1, 2"},
      {"1,2", "x_1=1, x_2=2"},
      {"x=1, y=2", "y=2, x=1"},
      {"x=1,y=2", "(1,2)"},
      {"(1,2,3)", "[1,2,3]"},
      {"(0,0)", "\\{(0,0)\\}"},
      {"(1,2,3)", "\\langle 1,2,3 \\rangle"},
      {"(\\sqrt{2}, \\pi)", "(2^{0.5}, \\pi)"},
      {"\\{(1,2),(3,4)\\}", "(3,4),(1,2)"},
      {"(0.6, 2.666667)", "(3/5, 8/3)"},
  });
  ExpectDifferent({
      {"(1,2)", "(2,1)"},
      {"(1,2)", "[1,2]"},
      {"(1,2)", "\\{1,2\\}"},
      {"(1,2)", "(1,2,3)"},
      {"(1,2)", "12"},
      {"(1,2)", "2,1"},
      {"1,2", "1"},
      {"1", "1,2"},
      {"1,2", "1,3"},
      {"1,2", "1,2,3"},
      {"1,1,2", "1,2"},
      {"1,2", "(2,1)"},
      {"1 \\pm \\sqrt{19}", "1+\\sqrt{19}"},
      {"1 \\pm \\sqrt{19}", "1\\pm\\sqrt{18}"},
      {"2021", "\\pm 2021"},
      {"x=1, y=2", "x=2, y=1"},
      {"(11,7),(7,11)", "(11,7)"},
      {"(1,\\frac{9}{2})", "(1,4.6)"},
      {"1234", "(1,234)"},
  });
}

TEST(AnswerFormsTest, SetsIntervalsAndUnions) {
  ExpectSame({
      {"[0,1)", "\\left[0,1\\right)"},
      {"[0,1)", "[0, 1)"},
      {"[0,1)", "x \\in [0,1)"},
      {"x \\in [0,1)", "[0,1)"},
      {"[0,1)", "0 \\le x < 1"},
      {"(\\frac{3}{5},\\frac{8}{3}]", "(0.6,2.666667]"},
      {"(-\\infty,0)\\cup(0,\\infty)", "(-\\infty, 0) \\cup (0, +\\infty)"},
      {"(-\\infty,0)\\cup(0,\\infty)", "(0,\\infty)\\cup(-\\infty,0)"},
      {"(-\\infty,0)\\cup(0,\\infty)", "\\mathbb{R}\\setminus\\{0\\}"},
      {"(-\\infty,0)\\cup(0,\\infty)", "x \\ne 0"},
      {"(-\\infty,\\infty)", "\\mathbb{R}"},
      {"(0,2)", "(0,1]\\cup[1,2)"},
      {"\\{1,2,3,4\\}", "\\{1,3\\}\\cup\\{2,4\\}"},
      {"\\{1,3\\}\\cup\\{2,4\\}", "\\{1,2,3,4\\}"},
      {"\\{1,2,3\\}", "\\{3,2,1\\}"},
      {"\\{1,2\\}", "\\{1,2,2\\}"},
      {"\\{5\\}", "5"},
      {"\\emptyset", "\\varnothing"},
      {"\\emptyset", "\\{\\}"},
      {"∅", "\\emptyset"},
      {"(1,3)", "(0,3)\\cap(1,5)"},
      {"(-\\infty, 1)\\cup(2,\\infty)", "x<1 \\text{ or } x>2"},
      {"x<1或x>2", "(-∞,1)∪(2,+∞)"},
      {"0<x<1", "x>0且x<1"},
      {"[1,2]", "1 \\le x \\le 2"},
      {"\\mathbb{Z}", "\\mathbb Z"},
      {"\\{x \\mid 0<x<1\\}", "0<x<1"},
      {"\\{x | x>3\\}", "(3,\\infty)"},
      {"\\{x : x>3\\}", "(3,\\infty)"},
      {"\\{x\\in\\mathbb{R}: x>3\\}", "(3,\\infty)"},
      {"\\{x\\in\\mathbb{Z} | x>3\\}", "\\{x\\in\\mathbb{Z}: 3<x\\}"},
      {"[0,\\sqrt{2}]", "[0, 2^{1/2}]"},
      {"[2, \\infty)", "x \\geq 2"},
      {"\\mathbb{R}", "\\text{all real numbers}"},
      {"\\text{no solution}", "\\emptyset"},
      {"\\emptyset", "\\text{No real solutions}"},
  });
  ExpectDifferent({
      {"[0,1)", "(0,1)"},
      {"[0,1)", "[0,1]"},
      {"\\{x\\in\\mathbb{Z} | x>3\\}", "(3,\\infty)"},
      {"[0,1)", "[0,2)"},
      {"(0,1)", "(1,0)"},
      {"[3,1]", "[2,1]"},
      {"(5,2]", "(7,1]"},
      {"(0,2)", "(0,1)\\cup(1,2)"},
      {"(-\\infty,0)\\cup(0,\\infty)", "\\mathbb{R}"},
      {"(-\\infty,1)", "(-\\infty,1]"},
      {"\\{1,2,3\\}", "\\{1,2\\}"},
      {"\\{1,2\\}", "(1,2)"},
      {"\\emptyset", "0"},
      {"\\emptyset", "\\{0\\}"},
      {"\\mathbb{R}", "\\mathbb{Z}"},
      {"x<1或x>2", "(-∞,1]∪(2,+∞)"},
      {"(-\\infty,1)\\cup(2,\\infty)", "(-\\infty,1)"},
  });
}

TEST(AnswerFormsTest, InequalitiesAndIntervals) {
  ExpectSame({
      {"0<f(x)<1", "(0,1)"},
      {"0<x<1", "(0,1)"},
      {"0<x<1", "1>x>0"},
      {"1 < ms < 2", "1<ms<2"},
      {"1 < ms < 2", "(1,2)"},
      {"x<1", "-x>-1"},
      {"x<1", "1>x"},
      {"x<1", "2x<2"},
      {"2x+1>5", "x>2"},
      {"x \\ge \\frac{1}{2}", "x \\geqslant 0.5"},
      {"a^2+b^2 < 1", "1 > b^2+a^2"},
      {"x \\neq 3", "x \\ne 3"},
      {"x>y", "y<x"},
      {"m ≥ 4", "[4,+∞)"},
  });
  ExpectDifferent({
      {"(0,1)", "0<x<1"},
      {"x<1", "x>1"},
      {"x<1", "x\\le 1"},
      {"x<1", "x<2"},
      {"x<1", "y<1"},
      {"x<1", "1"},
      {"x<1", "x=1"},
      {"0<x<1", "0<x\\le1"},
      {"x>y", "x<y"},
      {"1 < ms < 2", "1 < m < 2"},
      {"x \\neq 3", "x=3"},
      {"0<f(x)<1", "[0,1]"},
  });
}

TEST(AnswerFormsTest, Equations) {
  ExpectSame({
      {"2x+4y-3=0", "y=-\\frac{x}{2}+\\frac{3}{4}"},
      {"y=2x+1", "2x+1=y"},
      {"y=2x+1", "y=1+2x"},
      {"y=2x+1", "2x-y+1=0"},
      {"y = 2x+1", "2x+1"},
      {"2x+1", "y=2x+1"},
      {"\\frac{x^2}{4}+\\frac{y^2}{9}=1", "9x^2+4y^2=36"},
      {"x^2+y^2=1", "1=x^2+y^2"},
      {"11", "x=11"},
      {"x=11", "11"},
      {"11", "11=x"},
      {"11", "AB=11"},
      {"11", "|AB|=11"},
      {"11", "f(3)=11"},
      {"113", "m+n=113"},
      {"11", "S = 5+6 = 11"},
      {"3", "1+2=3"},
      {"\\frac{1}{3}", "\\frac{1}{3} \\approx 0.333"},
      {"\\frac{1}{3}", "x = \\frac{1}{3} ≈ 0.333"},
      {"\\frac{3}{5}", "\\sin A = \\frac{3}{5}"},
      {"\\frac{1}{4}", "P(A) = 0.25"},
      {"5", "\\text{Area} = 5"},
      {"f(x) = x+1", "f(x)=1+x"},
  });
  ExpectDifferent({
      {"0", "a+3z=0"},
      {"0", "x+y=0"},
      {"11", "x=12"},
      {"11", "2x=11"},
      {"3", "5=3"},
      {"y=2x+1", "y=2x-1"},
      {"y=2x+1", "x=2y+1"},
      {"x=5", "y=5"},
      {"x^2+y^2=1", "x^2+y^2=2"},
      {"x^2+y^2=1", "x^2-y^2=1"},
      {"f(x)=x+1", "f(x)=x"},
      {"y=2x+1", "1"},
  });
}

TEST(AnswerFormsTest, AlgebraTrigonometryAndSums) {
  ExpectSame({
      {"\\frac{x+2}{7}", "\\frac{x}{7}+\\frac{2}{7}"},
      {"\\tan^2 x+1", "\\sec^2 x"},
      {"\\sin 2x", "2\\sin x\\cos x"},
      {"\\sin^2 x", "1-\\cos^2(x)"},
      {"(x+1)^2", "x^2+2x+1"},
      {"x^2-1", "(x-1)(x+1)"},
      {"2^{n+1}", "2\\cdot 2^n"},
      {"\\frac{n(n+1)}{2}", "\\sum_{k=1}^{n} k"},
      {"\\sum_{i=1}^{10} i^2", "385"},
      {"(-1)^{n+1}", "-(-1)^n"},
      {"(-1)^{2n}", "1"},
      {"\\frac{x^2-1}{x-1}", "x+1"},
      {"2\\ln x", "\\ln x^2"},
      {"\\sqrt{x}", "x^{1/2}"},
      {"x_1+x_2", "x_2+x_1"},
      {"x_{1}", "x_1"},
      {"f(x)+1", "1+f(x)"},
      {"\\frac{a+b}{2}", "0.5(a+b)"},
      {"abc", "cab"},
      {"|x|", "\\sqrt{x^2}"},
      {"\\sin 30^\\circ", "\\frac{1}{2}"},
      {"\\cos\\frac{\\pi}{5}", "\\frac{1+\\sqrt{5}}{4}"},
      {"\\arctan 1", "\\frac{\\pi}{4}"},
      {"\\lfloor \\pi \\rfloor", "3"},
      {"\\gcd(12,18)", "6"},
      {"\\max(2,3)", "3"},
      {"|{-3}|", "3"},
      {"\\alpha+\\beta", "\\beta+\\alpha"},
      {"\\frac{n(n-1)}{2}", "\\binom{n}{2}"},
      {"n!", "n (n-1)!"},
  });
  ExpectDifferent({
      {"x+1", "x+2n+1"},
      {"f(x)", "f(y)"},
      {"f(2x)", "2f(x)"},
      {"x", "X"},
      {"x", "y"},
      {"x", "|x|"},
      {"\\sin x", "\\cos x"},
      {"(x+1)^2", "x^2+1"},
      {"x^2", "x^3"},
      {"x^2", "2x"},
      {"2^n", "n^2"},
      {"\\ln x^2", "2\\ln x"},
      {"(-1)^n", "1"},
      {"x_1", "x_2"},
      {"\\frac{1}{x}", "x"},
      {"\\frac{1}{2x}", "1/2x"},
      {"a", "1"},
      {"\\frac{n(n+1)}{2}", "\\frac{n(n-1)}{2}"},
      {"n!", "(n+1)!"},
  });
}

TEST(AnswerFormsTest, Matrices) {
  ExpectSame({
      {"\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}"},
      {"\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "[[1,2],[3,4]]"},
      {"\\begin{pmatrix}1/2\\\\0\\end{pmatrix}", "\\begin{pmatrix}0.5\\\\0\\end{pmatrix}"},
      {"\\begin{pmatrix}1/2\\\\0\\end{pmatrix}", "\\frac12\\begin{pmatrix}1\\\\0\\end{pmatrix}"},
      {"\\begin{pmatrix}4&6\\end{pmatrix}",
       "\\begin{pmatrix}1&2\\end{pmatrix}+\\begin{pmatrix}3&4\\end{pmatrix}"},
      {"\\begin{pmatrix}3&3\\\\7&7\\end{pmatrix}",
       "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}\\begin{pmatrix}1&1\\\\1&1\\end{pmatrix}"},
      {"\\begin{pmatrix}1\\\\2\\end{pmatrix}",
       "\\left(\\begin{array}{c}1\\\\2\\end{array}\\right)"},
      {"\\begin{pmatrix}1\\\\2\\end{pmatrix}", "\\begin{pmatrix} 1 \\\\ 2 \\\\ \\end{pmatrix}"},
  });
  ExpectDifferent({
      {"\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}"},
      {"\\begin{pmatrix}1&2\\end{pmatrix}", "\\begin{pmatrix}1\\\\2\\end{pmatrix}"},
      {"\\begin{pmatrix}1&2&3&4\\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"},
      {"\\begin{pmatrix}1\\\\2\\end{pmatrix}", "(1,2)"},
      {"\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}"},
      {"\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3&4"},
      {"\\begin{pmatrix}1&2\\end{pmatrix}", "\\begin{pmatrix}1&2\\\\3\\end{pmatrix}"},
  });
}

TEST(AnswerFormsTest, RatiosTimesBasesFactorialsBinomials) {
  ExpectSame({
      {"7:32", "7:32"},
      {"7:32", "7 : 32"},
      {"3:2", "6:4"},
      {"1:2:3", "2:4:6"},
      {"7:32", "\\frac{7}{32}"},
      {"\\frac{3}{2}", "3:2"},
      {"3∶2", "3:2"},
      {"12:00", "12:00"},
      {"8:30", "08:30"},
      {"8:30", "8:30 p.m."},
      {"8:30 \\text{ a.m.}", "8:30 am"},
      {"204_5", "204_{5}"},
      {"204_5", "(204)_5"},
      {"101_2", "101_{(2)}"},
      {"204_5", "204"},
      {"2^{25} \\cdot 26!", "26! \\cdot 2^{25}"},
      {"2^{25} \\cdot 26!", "2^{26}\\cdot 13 \\cdot 25!"},
      {"2^{25} \\cdot 26!", "13532215908553332190020108288000000"},
      {"120", "5!"},
      {"15", "5!!"},
      {"\\binom{10}{3}", "120"},
      {"\\dbinom{10}{3}", "{10 \\choose 3}"},
      {"120", "C_{10}^{3}"},
      {"C(10,3)", "120"},
      {"20", "A_5^2"},
      {"\\binom{2024}{1000}", "\\binom{2024}{1024}"},
      {"\\binom{2000}{1000}", "\\frac{2000!}{1000!\\,1000!}"},
      {"10000!", "10000 \\cdot 9999!"},
  });
  ExpectDifferent({
      {"7:32", "32:7"},
      {"12:00", "1:00"},
      {"12:24", "1:2"},
      {"8:30 am", "8:30 pm"},
      {"1:2:3", "1:2"},
      {"204_5", "204_6"},
      {"204_5", "54"},
      {"204", "204_5"},
      {"2^{25} \\cdot 26!", "2^{26}\\cdot 25!"},
      {"2^{25} \\cdot 26!", "13532215908553332190020108288000001"},
      {"120", "6!"},
      {"\\binom{10}{3}", "\\binom{10}{4}"},
      {"\\frac{10}{3}", "\\binom{10}{3}"},
      {"10000!", "9999!"},
  });
}

TEST(AnswerFormsTest, PrecisionIsAnOption) {
  const auto same = [](const char* gold, const char* prediction, int digits) {
    return CompareAnswers(gold, prediction, {.digits_min = digits}).same;
  };
  EXPECT_TRUE(same("\\frac{1}{3}", "0.333", 3));
  EXPECT_FALSE(same("\\frac{1}{3}", "0.333", 4));
  EXPECT_TRUE(same("\\frac{1}{3}", "0.3333", 4));
  EXPECT_TRUE(same("(\\frac{3}{5},\\frac{8}{3}]", "(0.6,2.67]", 3));
  EXPECT_FALSE(same("(\\frac{3}{5},\\frac{8}{3}]", "(0.6,2.66667]", 7));
  EXPECT_TRUE(same("3.14159", "\\pi", 6));
  EXPECT_TRUE(same("0.333333", "0.33333333", 6));
  EXPECT_FALSE(same("3", "2.9999999", 3));
  EXPECT_FALSE(same("0.5", "0.499999", 6));
  EXPECT_FALSE(same("12.57", "4\\pi", 6));
}

TEST(AnswerFormsTest, NumbersTooLargeToWriteDownAreComparedByForm) {
  ExpectSame({
      {"9^{9^{9^9}}", "9^{9^{9^9}}"},
      {"9^{9^{9^{9}}}", "9^{9^{387420489}}"},
      {"10^{10^{10!}}", "10^{10^{3628800}}"},
      {"10^{100000}", "10^{100000}"},
      {"1000000!", "(10^6)!"},
  });
  ExpectDifferent({
      {"2^{1000000}", "4^{500000}"},  // true, and not worth the digits
      {"9^{9^{9^9}}", "9^{9^{9^8}}"},
      {"10^{10^{10!}}", "10^{10^{9!}}"},
      {"10^{5000}", "10^{5000}+1"},
      {"10^{100000}", "10^{100000}+1"},
      {"\\sqrt{10^{9000}+1}", "10^{4500}"},
      {"1000000!", "1000001!"},
      {"\\binom{1000000}{500000}", "\\binom{1000000}{499999}"},
  });
}

TEST(AnswerFormsTest, TextOfUnknownMeaningIsComparedAsText) {
  ExpectSame({
      {"\\int_0^1 x\\,dx", "\\int_0^1 x \\, dx"},
      {"x \\equiv 3 \\pmod 5", "x\\equiv3\\pmod 5"},
  });
  ExpectDifferent({
      {"\\int_0^1 x\\,dx", "\\int_0^2 x\\,dx"},
      {"5", "\\foo"},
      {"5", "\xff\xfe"},
      {"5", "5 6"},
      {"1,2,\\ldots,n", "1,2,n"},
  });
}

}  // namespace
}  // namespace lemma::reason
