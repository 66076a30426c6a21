// Answers that were once read as what they are not: statements as values, names and labels as
// products, dates and scores as subtractions.
#include <gtest/gtest.h>

#include "service/reason/test_answers.h"

namespace lemma::reason {
namespace {

TEST(AnswerMisreadingsTest, StatementsAreJoinedByTheirWord) {
  ExpectSame({
      {"1 or 2", "1 and 2"},
      {"x=1 or x=2", "x=1 and x=2"},
      {"x=1 or x=2", "x=1, x=2"},
      {"x=a or x=b", "x=b and x=a"},
      {"x=1 or 2", "x=1 and 2"},
      {"(1,2) or (2,1)", "(2,1) and (1,2)"},
      {"x=1 and y=2", "x=1, y=2"},
      {"x=1, y=2", "y=2 and x=1"},
      {"x=1 and y=2", "(1,2)"},
      {"x>0 and x<1", "x<1 and x>0"},
      {"x>0 or x<1", "\\mathbb{R}"},
      {"p \\land q", "q \\land p"},
      {"x>2 or x>1", "x>1 or x>2"},
      {"xy=\\pm 1", "xy=1 or xy=-1"},
      {"a, 2a", "2a or a"},
  });
  ExpectDifferent({
      {"x>0 and x<1", "x>0 or x<1"},
      {"x<0 or x>1", "x<0 and x>1"},
      {"x>0且x<1", "x>0或x<1"},
      {"x<0或x>1", "x<0且x>1"},
      {"x\\neq 1 or x\\neq 2", "x\\neq 1 and x\\neq 2"},
      {"x=1 and y=2", "x=1 or y=2"},
      {"x=1 or y=2", "x=1 and y=2"},
      {"x=1, y=2", "x=1 or y=2"},
      {"x=1 or y=2", "x=1, y=2"},
      {"x=1 or y=2", "(1,2)"},
      {"(1,2)", "x=1 or y=2"},
      {"(x,y)=(1,2)", "x=1 or y=2"},
      {"1,2", "x=1 or y=2"},
      {"x=1 or x>2", "x=1 and x>2"},
      {"x=1 or y>2", "x=1 and y>2"},
      {"f(1)=2 or f(2)=3", "f(1)=2 and f(2)=3"},
      {"x>0, y>0", "x>0 or y>0"},
      {"p \\land q", "p \\lor q"},
      {"p \\lor q", "p \\land q"},
      {"(p \\lor q) \\land r", "(p \\lor q) \\lor r"},
  });
}

TEST(AnswerMisreadingsTest, RelationsWithAComma) {
  ExpectSame({
      {"[-1,1]", "-1\\le x, x\\le 1"},
      {"x>0 and x<1", "x<1, x>0"},
      {"x<0 or x>1", "x<0, x>1"},
      {"(-\\infty,0)\\cup(1,\\infty)", "x<0, x>1"},
      {"x<0, x>1", "x>1, x<0"},
      {"1<x<2 or 3<x<4", "1<x<2, 3<x<4"},
      {"[0,1)\\cup(1,\\infty)", "x\\ge 0, x\\ne 1"},
      {"x\\ne 1, x\\ne 2", "x\\ne 1 and x\\ne 2"},
  });
  ExpectDifferent({
      {"[-1,1]", "-1<x, x\\le 1"},
      {"[-1,1]", "-1\\le x, y\\le 1"},
      {"\\emptyset", "x<0, x>1"},
      {"\\mathbb{R}", "x>0, x<1"},
      {"x\\ne 1, x\\ne 2", "x\\ne 1 or x\\ne 2"},
      {"[1,2]", "[0,2],[1,3]"},
      {"x>0, x<1", "x>0 or x<1"},
      {"x<0, x>1", "x<0 and x>1"},
      {"x<0 and x>1", "x<0, x>1"},
  });
}

TEST(AnswerMisreadingsTest, AMaximumIsOfSeveral) {
  ExpectSame({
      {"5", "\\max(5,3)"},
      {"6", "\\gcd\\{12,18\\}"},
      {"max 5, min 3", "max 5, min 3"},
      {"\\max\\{x,y\\}", "max(y,x)"},
  });
  ExpectDifferent({
      {"max 5", "min 5"},
      {"5", "max 5"},
      {"max 5", "5"},
      {"gcd 6", "lcm 6"},
      {"6", "\\gcd 6"},
      {"max 5, min 3", "max 3, min 5"},
      {"\\max(5)", "5"},
  });
}

TEST(AnswerMisreadingsTest, DatesScoresAndRangesAreNoArithmetic) {
  ExpectSame({
      {"2024-10-05", "2024-10-05."},
      {"2024-10-05", "$2024 - 10 - 05$"},
      {"2-3", "2 - 3"},
      {"2-3", "2–3"},
      {"2-3", "\\text{2-3}"},
      {"10-15 cm", "10 – 15\\text{ cm}"},
      {"2-1, 3-0", "3-0, 2-1"},
      {"-5", "-10+5"},
      {"-5-3", "-8"},
      {"2", "(5-3)"},
      {"5-\\sqrt{4}", "3"},
      {"x-3", "-3+x"},
      {"2", "5-3=2"},
      {"\\frac{1}{2}", "\\frac{5-3}{4}"},
      {"1/2", "0.5"},
  });
  ExpectDifferent({
      {"2024-10-05", "2024-05-10"},
      {"2024/10/05", "2024/05/10"},
      {"05/10/2024", "10/05/2024"},
      {"2023-05-06", "2012"},
      {"2012", "2023-05-06"},
      {"2-3", "3-4"},
      {"2-3", "-1"},
      {"10-15", "-5"},
      {"10-15", "5-10"},
      {"10-15 cm", "-5 cm"},
      {"10-15\\%", "15-20\\%"},
      {"5-3", "2"},
      {"2", "5-3"},
      {"2-1, 3-0", "3-2, 4-1"},
      {"d=2024-10-05", "d=2024-05-10"},
      {"\\text{2-3}", "\\text{3-4}"},
      {"\\boxed{2-3}", "3-4"},
  });
}

TEST(AnswerMisreadingsTest, LettersOfAFigureHaveAnOrder) {
  ExpectSame({
      {"\\angle ABC", "\\angle CBA"},
      {"\\angle ABC=30^\\circ", "\\angle CBA = 30^\\circ"},
      {"\\angle ABC", "\\angle{ABC}"},
      {"\\angle A_1BC", "\\angle CBA_1"},
      {"30", "\\angle ABC = 30^\\circ"},
      {"\\angle A+\\angle B", "\\angle B+\\angle A"},
      {"\\frac{3}{5}", "\\sin\\angle ABC = 0.6"},
      {"2\\angle A", "\\angle A\\cdot 2"},
      {"5", "ABC=5"},
      {"AB", "BA"},
      {"xyz", "zyx"},
      {"6", "S_{\\triangle ABC}=6"},
  });
  ExpectDifferent({
      {"\\angle ABC", "\\angle ACB"},
      {"\\angle A B C", "\\angle A C B"},
      {"\\angle ABC=30^\\circ", "\\angle ACB=30^\\circ"},
      {"\\angle{ABC}", "\\angle{ACB}"},
      {"\\triangle ABC", "\\triangle ACB"},
      {"\\triangle ABC", "\\triangle CBA"},
      {"\\triangle ABC", "\\angle ABC"},
      {"BAC", "ABC"},
      {"RGB", "BGR"},
      {"2ABC", "2"},
      {"2", "2ABC"},
      {"\\angle A", "\\angle B"},
  });
}

TEST(AnswerMisreadingsTest, AboutEqualToAValueIsItsName) {
  ExpectSame({
      {"5", "x \\approx 5"},
      {"0.75", "\\approx 0.75"},
      {"3.5", "≈3.5"},
      {"x=5", "x\\approx 5"},
      {"x \\approx 5", "x=5"},
      {"\\approx 0.75", "0.75"},
      {"\\frac{1}{3}", "x \\approx 0.333333"},
      {"\\frac{1}{3}", "\\frac{1}{3} \\approx 0.333"},
      {"3.14159", "x \\approx 3.14159 \\approx 3.14"},
      {"1.5, 2.5", "x \\approx 1.5, x\\approx 2.5"},
  });
  ExpectDifferent({
      {"5", "x \\approx 6"},
      {"\\frac{1}{3}", "x \\approx 0.333"},
      {"\\frac{1}{3}", "\\approx 0.333"},
      {"x=5", "y\\approx 5"},
      {"x", "x\\approx 5"},
      {"3", "\\approx 2.9999999"},
  });
}

TEST(AnswerMisreadingsTest, WordsAndSignsThatAreWrittenInAnotherWay) {
  ExpectSame({
      {"no solution", "\\emptyset"},
      {"\\emptyset", "No real solutions"},
      {"\\text{no solutions}", "\\emptyset"},
      {"\\mathbb{R}", "all real numbers"},
      {"All real numbers", "(-\\infty,\\infty)"},
      {"10", "{}_5C_2"},
      {"10", "^5C_2"},
      {"^{5}P_{2}", "20"},
      {"30", "3\\cdot{}_5C_2"},
      {"5", "5 sq. units"},
      {"5 sq. units", "5\\text{ square units}"},
      {"5\\text{ boys and }3\\text{ girls}", "5\\text{ boys and }3\\text{ girls}"},
      {"5\\text{ boys and }3\\text{ girls}", "3 girls and 5 boys"},
      {"2\\text{ hours }30\\text{ minutes}", "2\\text{ hours } 30\\text{ minutes}"},
  });
  ExpectDifferent({
      {"\\emptyset", "all real numbers"},
      {"\\mathbb{Z}", "all real numbers"},
      {"10", "{}_5C_1"},
      {"\\emptyset", "one solution"},
      {"5 sq. units", "5 units"},
      {"5\\text{ boys and }3\\text{ girls}", "3\\text{ boys and }5\\text{ girls}"},
      {"2\\text{ hours }30\\text{ minutes}", "2\\text{ hours }20\\text{ minutes}"},
  });
}

}  // namespace
}  // namespace lemma::reason
