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

}  // namespace
}  // namespace lemma::reason
