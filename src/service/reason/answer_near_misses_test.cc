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

}  // namespace
}  // namespace lemma::reason
