// Answers that look like the gold one to a careless eye: each row was once taken for the same.
#include <gtest/gtest.h>

#include <string>

#include "service/reason/test_answers.h"

namespace lemma::reason {
namespace {

TEST(AnswerNearMissesTest, RelationsWithoutUnknownsAreComparedSideBySide) {
  ExpectSame({
      {"f(2)=5", "5=f(2)"},
      {"f(2)=5", "f(2)=10/2"},
      {"f(2)<5", "5>f(2)"},
      {"f(1)+f(2)=3", "f(2)+f(1)=3"},
      {"f(1)=2, f(2)=3", "f(2)=3, f(1)=2"},
  });
  ExpectDifferent({
      {"f(2)=5", "f(2)=7"},
      {"F(10)=55", "F(10)=89"},
      {"f(1)=2", "g(1)=2"},
      {"f(1)=2", "f(2)=2"},
      {"f(1)+f(2)=3", "f(1)+f(2)=5"},
      {"f(1)<2", "f(1)<4"},
      {"f'(2)=5", "f'(2)=7"},
      {"2=3", "4=7"},
      {"f(1)=2, f(2)=3", "f(1)=9, f(2)=4"},
  });
}

TEST(AnswerNearMissesTest, FunctionsByPiecesAreComparedOnEveryPiece) {
  ExpectSame({
      {"\\lfloor x\\rfloor+1", "\\lfloor x+1\\rfloor"},
      {"\\lfloor\\log_2 n\\rfloor+1", "1+\\lfloor\\frac{\\ln n}{\\ln 2}\\rfloor"},
      {"|x+30|", "\\sqrt{(x+30)^2}"},
      {"\\max(x,-30)", "-\\min(-x,30)"},
      {"(-1)^n|n|", "|n|(-1)^{n+2}"},
      {"\\gcd(n,6)", "\\gcd(6,n)"},
      {"|x-1|", "|1-x|"},
      {"\\frac{n(n+1)}{2}\\lfloor\\frac{n}{2}\\rfloor",
       "\\lfloor\\frac{n}{2}\\rfloor\\sum_{k=1}^n k"},
  });
  ExpectDifferent({
      {"\\lfloor x\\rfloor", "x"},
      {"x", "\\lfloor x\\rfloor"},
      {"\\lfloor x\\rfloor", "\\lceil x\\rceil"},
      {"\\lfloor x+1/2\\rfloor", "\\lfloor x\\rfloor"},
      {"x-\\lfloor x\\rfloor", "0"},
      {"0", "x-\\lfloor x\\rfloor"},
      {"\\lfloor n/60\\rfloor", "0"},
      {"\\lceil\\log_2 n\\rceil", "\\lfloor\\log_2 n\\rfloor+1"},
      {"\\lfloor\\log_{10} n\\rfloor+1", "\\lceil\\log_{10} n\\rceil"},
      {"|x+30|", "x+30"},
      {"\\sqrt{(x+30)^2}", "x+30"},
      {"|x-500|", "500-x"},
      {"\\max(x,-30)", "x"},
      {"\\min(x,1000)", "x"},
      {"\\max(x,y-500)", "x"},
      {"(-1)^n(n-1)", "(-1)^n|n-1|"},
      {"\\gcd(n,4999)", "1"},
      {"y=|x+30|", "y=x+30"},
  });
}

TEST(AnswerNearMissesTest, LettersAreNoWords) {
  ExpectSame({
      {"the Evelyn", "evelyn"},
      {"a circle", "Circle"},
      {"YES", "\\text{yes}"},
      {"True", "TRUE"},
      {"No solution", "no Solution"},
      {"\\text{an ellipse}", "ellipse"},
  });
  ExpectDifferent({
      {"a sin x", "sin x"},
      {"a xyz", "xyz"},
      {"A cos B", "a cos b"},
      {"ABC", "abc"},
      {"Abc", "abc"},
      {"ABCD", "abcd"},
      {"xyZ", "xyz"},
      {"the xyz", "xyz"},
      {"a tan", "tan"},
      {"Sin x", "\\sin X"},
  });
}

TEST(AnswerNearMissesTest, WordsThatChangeANumber) {
  ExpectSame({
      {"5", "5 apples"},
      {"5", "5 apples in total"},
      {"5 apples", "5"},
      {"5 apples", "5 apple"},
      {"5元", "5"},
      {"5", "5名学生"},
      {"5", "5平方米"},
      {"5", "5 points"},
      {"5", "5 times"},
      {"5", "5 square meters"},
      {"15 cm^2", "15 cm squared"},
      {"90", "90度"},
  });
  ExpectDifferent({
      {"5", "5 squared"},
      {"5", "5 cubed"},
      {"5", "5 half"},
      {"5", "5 thirds"},
      {"5", "5 tenths"},
      {"5", "5 point five"},
      {"5", "5 below zero"},
      {"5", "5 negative"},
      {"5", "5 modulo seven"},
      {"5", "5\\text{ plus one}"},
      {"5", "5\\text{ or less}"},
      {"5", "5\\text{ at most}"},
      {"5", "5\\text{ choose two}"},
      {"5", "5\\text{ in base six}"},
      {"5", "5\\text{ percent less}"},
      {"5", "5分之一"},
      {"5", "5成"},
      {"5", "5折"},
      {"5", "5倍"},
      {"5", "5的平方"},
      {"5", "5个百分点"},
      {"5", "5多"},
      {"5", "5毛"},
      {"0.3", "0.3 repeating"},
      {"5", "5个以上"},
      {"5 squared", "5"},
      {"5 apples", "5 oranges"},
      {"5 m", "5 apples"},
      {"5 cm", "5 apples"},
      {"5元", "5角"},
  });
}

TEST(AnswerNearMissesTest, WhatIsMoreThanAName) {
  ExpectSame({
      {"AB=5", "5"},
      {"5", "AB=5"},
      {"S_{ABC}=6", "6"},
      {"f(3)=5", "5"},
      {"5", "f(3)=5"},
      {"\\angle ABC=60", "60"},
      {"|AB|=5", "5"},
      {"5", "|\\vec{a}|=5"},
      {"x=1,y=2", "(x,y)=(1,2)"},
      {"5", "x+y=5"},
      {"x=4,y=2", "4,2"},
      {"4,2", "x=4,y=2"},
      {"x=4,y=2", "y=2,x=4"},
      {"x=4,y=2", "(4,2)"},
      {"(1,2)", "x=1,y=2"},
      {"x_1=1,x_2=2", "1,2"},
      {"x=1,x=2", "2,1"},
  });
  ExpectDifferent({
      {"xy=1", "1"},
      {"x+y=5", "5"},
      {"|z|=1", "1"},
      {"xyz=0", "0"},
      {"\\sin x=\\frac12", "\\frac12"},
      {"5", "x+x=5"},
      {"5", "xx=5"},
      {"5", "|x|=5"},
      {"2", "\\ln x=2"},
      {"120", "x!=120"},
      {"5", "\\lfloor x\\rfloor=5"},
      {"x=4,y=2", "2,4"},
      {"x=4,y=2", "\\{4,2\\}"},
      {"a=1,b=2", "2,1"},
      {"2,1", "a=1,b=2"},
      {"a=1,b=2", "(2,1)"},
      {"(1,2)", "y=1,x=2"},
      {"b=1,a=2", "1,2"},
  });
}

TEST(AnswerNearMissesTest, AnInequalityIsSolvedForItsUnknown) {
  ExpectSame({
      {"2x<4", "(-\\infty,2)"},
      {"(-\\infty,2)", "2x<4"},
      {"|x|<1", "-1<x<1"},
      {"-1<x<1", "|x|<1"},
      {"|x-1|\\ge 2", "x\\le -1\\text{ or }x\\ge 3"},
      {"|x|<1", "(-1,1)"},
      {"|z|<1", "1>|z|"},
      {"x^2<4", "4>x^2"},
  });
  ExpectDifferent({
      {"2x<4", "(-\\infty,4)"},
      {"(-\\infty,4)", "2x<4"},
      {"x^2<4", "(-\\infty,4)"},
      {"|x|<1", "(-\\infty,1)"},
      {"|z|<1", "-1<z<1"},
      {"|x|<1", "-1<x\\le1"},
      {"|x|>1", "x>1"},
      {"x+y<4", "(-\\infty,4)"},
      {"\\sqrt{x}<2", "(-\\infty,2)"},
      {"x^2\\in[0,4]", "[0,4]"},
      {"[0,4]", "x^2\\in[0,4]"},
  });
}

TEST(AnswerNearMissesTest, OneNumberOrSeveral) {
  ExpectSame({{"(1,234)", "(1, 234)"}, {"1,2", "1, 2"}});
  ExpectDifferent({{"32,349", "32, 349"}, {"32, 349", "32,349"}});
}

TEST(AnswerNearMissesTest, ASetIsItsConditionOnlyWhereThatIsAboutItsElement) {
  ExpectSame({
      {"\\{2k \\mid k\\in\\mathbb{Z}\\}", "\\{ 2k \\mid k \\in \\mathbb{Z} \\}"},
      {"\\{x \\mid x<1\\text{ or }x>2\\}", "(-\\infty,1)\\cup(2,\\infty)"},
      {"\\{x \\mid x>0, x<1\\}", "0<x<1"},
      {"\\{x \\mid x=2\\text{ or }x=3\\}", "2,3"},
      {"\\{a \\mid a>3\\}", "(3,\\infty)"},
      {"\\{x\\in\\mathbb{R} \\mid x>3\\}", "(3,\\infty)"},
      {"\\{x \\mid x^2<4\\}", "\\{x : 4>x^2\\}"},
  });
  ExpectDifferent({
      {"\\{2k \\mid k\\in\\mathbb{Z}\\}", "\\{3k+1 \\mid k\\in\\mathbb{Z}\\}"},
      {"\\{n^2 : 1\\le n\\le 5\\}", "[1,5]"},
      {"\\{(x,y):x<y\\}", "\\{x+y:x<y\\}"},
      {"\\{x+1\\in\\mathbb{R} : x>3\\}", "(3,\\infty)"},
      {"\\{x \\mid f(x)>0\\}", "(0,\\infty)"},
      {"\\{x \\mid x>a\\}", "\\{a \\mid x>a\\}"},
      {"\\{y \\mid x>3\\}", "(3,\\infty)"},
      {"\\{x \\mid x=2, x=3\\}", "2,3"},
      {"\\{x\\in\\mathbb{Z} \\mid x=2, x=3\\}", "\\{x\\in\\mathbb{Z} \\mid x=2\\text{ or }x=3\\}"},
      {"\\{1:2\\}", "2"},
  });
}

TEST(AnswerNearMissesTest, ChoicesOfOneLetterAreComparedByTheirTextsToo) {
  ExpectSame({
      {"D. Hilbert", "D"},
      {"D", "D. Hilbert"},
      {"D", "D. Franklin, B. and Knuth, D."},
      {"D. Hilbert", "\\text{(D) Hilbert}"},
      {"C. 12", "(C) 12.0"},
      {"C. \\frac{1}{2}", "\\textbf{(C)} 0.5"},
      {"B、12", "B. 12"},
      {"A: 3, B: 4", "A: 3, B: 8/2"},
  });
  ExpectDifferent({
      {"D. Hilbert", "D. Knuth"},
      {"C. 12", "C. 13"},
      {"C) 12", "(C) 13"},
      {"C. \\frac{1}{23}", "C. \\frac{12}{3}"},
      {"A: 3, B: 4", "A: 3, B: 5"},
      {"A", "A: 3, B: 4"},
      {"A. 3; B. 4", "(A)"},
      {"A:B", "A:C"},
      {"A", "(A)+1"},
  });
}

TEST(AnswerNearMissesTest, WordsForNumbersAreNoUnits) {
  ExpectSame({
      {"3000000", "3 million"},
      {"24", "2 dozen"},
      {"50000元", "5万元"},
      {"5", "5千米"},
      {"5", "5厘米"},
      {"5", "5 roots"},
      {"5", "5 teams"},
      {"5", "5 months"},
      {"5", "5 paths"},
  });
  ExpectDifferent({
      {"7", "7 sixteenths"},
      {"5", "5 twentieth"},
      {"5", "5 twelfths"},
      {"5", "5 billionths"},
      {"5", "5\\text{ twenty-fifths}"},
      {"5", "5 millions"},
      {"5", "5 MILLION"},
      {"5", "5 quadrillion"},
      {"5", "5 hundreds"},
      {"5", "5 tens"},
      {"5", "5 dozens"},
      {"5", "5 pairs"},
      {"5", "5 basis points"},
      {"5", "5打"},
      {"5", "5对"},
      {"5", "5厘"},
      {"5", "5个亿"},
      {"500", "5百亿"},
  });
}

TEST(AnswerNearMissesTest, SuperscriptDigitsAreOneExponent) {
  ExpectSame({
      {"10^{12}", "10¹²"},
      {"x^{10}", "x¹⁰"},
      {"\\sin^2 x", "sin²x"},
      {"15 cm^2", "15 cm²"},
      {"8", "2³"},
  });
  ExpectDifferent({
      {"10", "10¹²"},
      {"10^{1^2}", "10¹²"},
      {"x", "x¹²"},
  });
}

TEST(AnswerNearMissesTest, AndBesideOrIsNotRead) {
  ExpectSame({
      {"x<-1 or x>1 and x<2", "x<-1 or x>1 and x<2"},
      {"(x>0 and x<1) or x>2", "(0,1)\\cup(2,\\infty)"},
      {"x<1 or x>2", "(-\\infty,1)\\cup(2,\\infty)"},
      {"1, 2, or 3", "1, 2, and 3"},
  });
  ExpectDifferent({
      {"x<-1 or x>1 and x<2", "\\emptyset"},
      {"x<-1 and x>1 or x<2", "\\mathbb{R}"},
      {"1 or 2 and 3", "1,2,3"},
  });
}

TEST(AnswerNearMissesTest, EveryAccentIsItsOwn) {
  ExpectSame({
      {"\\hat{p}", "\\hat p"},
      {"\\hat{p}", "\\widehat{p}"},
      {"\\bar{z}", "\\overline{z}"},
      {"\\vec{AB}", "\\overrightarrow{AB}"},
  });
  ExpectDifferent({
      {"\\hat{p}", "\\bar{p}"},
      {"\\vec{a}", "\\bar{a}"},
      {"\\vec{a}", "\\hat{a}"},
      {"\\underline{a}", "\\overline{a}"},
      {"\\hat{p}", "p"},
  });
}

TEST(AnswerNearMissesTest, APercentSignIsAFactorOfAHundredth) {
  ExpectSame({
      {"0.5", "50%"},
      {"0.5%", "0.005"},
      {"50", "50%"},
      {"50%", "50"},
      {"1", "100%"},
      {"0", "0%"},
  });
  ExpectDifferent({
      {"0.5", "0.5%"},
      {"0.5%", "0.5"},
      {"-0.5", "-0.5%"},
      {"1", "1%"},
      {"1%", "1"},
  });
}

TEST(AnswerNearMissesTest, AGoldOfCentsIsExact) {
  ExpectSame({
      {"1234.56", "1234.560"},
      {"1234.564", "1234.56"},
      {"0.333333", "0.33333333"},
      {"3.141593", "\\pi"},
  });
  ExpectDifferent({
      {"1234.56", "1234.564"},
      {"12345.6", "12345.64"},
  });
}

}  // namespace
}  // namespace lemma::reason
