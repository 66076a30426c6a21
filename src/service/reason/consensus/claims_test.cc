// Properties: claims and verdicts are found in what models really write; what was not validated
// does not count; the verifier is not told the answer.
#include "service/reason/consensus/claims.h"

#include <gtest/gtest.h>

namespace lemma::reason {
namespace {

using Claims = std::vector<std::string>;

TEST(Claims, AreFoundInListsAndMarkdown) {
  EXPECT_EQ(
      ClaimsIn("Here they are.\nCLAIM: 7 is prime\n2. **Claim 2:** 8 = 2^3\r\n- claim: a < b"),
      (Claims{"7 is prime", "8 = 2^3", "a < b"}));
  EXPECT_EQ(ClaimsIn("The claim: none of these lines begins with one"), Claims{});
  EXPECT_EQ(ClaimsIn("CLAIM:   \nCLAIM no colon\nCLAIM: " + std::string(2000, 'x')), Claims{});
  EXPECT_EQ(ClaimsIn(""), Claims{});
}

TEST(Claims, NoMoreThanFive) {
  std::string reply;
  for (int i = 0; i < 9; ++i) reply += "CLAIM: " + std::to_string(i) + "\n";
  EXPECT_EQ(ClaimsIn(reply), (Claims{"0", "1", "2", "3", "4"}));
}

TEST(Claims, VerdictsCountWhereTheyAreGivenAndTheLastOneHolds) {
  EXPECT_EQ(VerdictsIn("VERDICT 1: TRUE\n**Verdict 3: true**\nVERDICT 2: FALSE", 4),
            (std::vector<bool>{true, false, true, false}));
  EXPECT_EQ(VerdictsIn("VERDICT 1: TRUE\nWait.\nVERDICT 1: FALSE", 1), std::vector<bool>{false});
  EXPECT_EQ(VerdictsIn("VERDICT 0: TRUE\nVERDICT 9: TRUE\nVERDICT: TRUE", 2),
            (std::vector<bool>{false, false}));
  EXPECT_EQ(VerdictsIn("VERDICT 99999999999999999999: TRUE", 1), std::vector<bool>{false});
}

TEST(Claims, ReliabilityIsTheReportsFormula) {
  EXPECT_DOUBLE_EQ(Reliability({true, true, true, true, true}), 1);
  EXPECT_NEAR(Reliability({true, true, false, true, true}), 0.328, 0.001);
  EXPECT_NEAR(Reliability({true, true, false, false, true}), 0.078, 0.001);
  EXPECT_NEAR(Reliability({true, true}), 0.010, 0.001) << "of fewer claims the others do not hold";
  EXPECT_DOUBLE_EQ(Reliability({}), 0);
}

TEST(Claims, TheVerifierSeesTheClaimsAlone) {
  const std::string ask = AskForVerdicts("What is 6 * 7?", Claims{"6 * 7 = 6 + 36"});
  EXPECT_NE(ask.find("1. 6 * 7 = 6 + 36"), ask.npos);
  EXPECT_NE(AskForClaims("P", "S").find("Solution:\nS"), std::string::npos);
}

}  // namespace
}  // namespace lemma::reason
