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

TEST(AnswerMisreadingsTest, TwoHalfLinesWithAComma) {
  ExpectSame({
      {"[-1,1]", "-1\\le x, x\\le 1"},
      {"x>0 and x<1", "x<1, x>0"},
      {"x<0 or x>1", "x<0, x>1"},
      {"(-\\infty,0)\\cup(1,\\infty)", "x<0, x>1"},
      {"x<0, x>1", "x>1, x<0"},
  });
  ExpectDifferent({
      {"[-1,1]", "-1<x, x\\le 1"},
      {"[-1,1]", "-1\\le x, y\\le 1"},
      {"\\emptyset", "x<0, x>1"},
      {"\\mathbb{R}", "x>0, x<1"},
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

}  // namespace
}  // namespace lemma::reason
