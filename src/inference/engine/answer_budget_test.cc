// Properties: thinking never takes the answer's part; it is closed as softly as it can be, once,
// and only where it is open.
#include "inference/engine/answer_budget.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <vector>

namespace lemma::engine {
namespace {

using Verdict = RequestSink::Verdict;

constexpr TokenId kWord = 1;  // what the model says
const std::vector<TokenId> kClose = {5, 6};
const std::vector<TokenId> kBridge = {7, 8, 9};

ThinkingRules Rules(int32_t tokens_max = std::numeric_limits<int32_t>::max(),
                    int32_t answer_tokens = 1000) {
  return {.close = kClose,
          .bridge = kBridge,
          .tokens_max = tokens_max,
          .answer_tokens = answer_tokens,
          .end_now = nullptr};
}

// Logits in which kClose's first is the `rank`-th likeliest.
std::vector<float> Logits(int rank) {
  std::vector<float> logits(30, 0.0f);
  logits[5] = 1;
  for (int i = 1; i < rank; ++i) logits[static_cast<size_t>(10 + i)] = 2;
  return logits;
}

// What a sample says whose thinking is open from its first token until kClose was said.
std::vector<TokenId> Say(const ThinkingRules& rules, int32_t max_tokens, int rank,
                         AnswerBudget* budget_out = nullptr) {
  AnswerBudget budget;
  const std::vector<float> logits = Logits(rank);
  std::vector<TokenId> said;
  while (std::ssize(said) < max_tokens) {
    const auto n = static_cast<int32_t>(said.size());
    said.push_back(budget.Demand(rules, n, max_tokens - n, logits).value_or(kWord));
    const bool is_open =
        std::search(said.begin(), said.end(), kClose.begin(), kClose.end()) == said.end();
    budget.Observe(is_open ? Verdict::kThinking : Verdict::kContinue);
  }
  if (budget_out != nullptr) *budget_out = budget;
  return said;
}

int32_t IndexOf(const std::vector<TokenId>& said, TokenId token) {
  return static_cast<int32_t>(std::find(said.begin(), said.end(), token) - said.begin());
}

TEST(AnswerBudget, ForcesBridgeAndCloseSoThatTheAnswersPartIsLeft) {
  for (const int32_t max_tokens : {40, 100, 1000, 8000}) {
    AnswerBudget budget;
    const std::vector<TokenId> said = Say(Rules(), max_tokens, 9, &budget);
    const int32_t close = IndexOf(said, 5);
    const int32_t n_answer = std::min(max_tokens / AnswerBudget::kAnswerShare, 1000);
    EXPECT_EQ(max_tokens - (close + 2), n_answer) << max_tokens;
    EXPECT_EQ(std::vector(said.begin() + close - 3, said.begin() + close), kBridge);
    EXPECT_EQ(budget.closed(), ThinkingClosed::kBudget);
    EXPECT_EQ(std::count(said.begin(), said.end(), 5), 1) << "once";
  }
}

TEST(AnswerBudget, ClosesSoftlyWhenTheModelThinksOfIt) {
  for (const int rank : {1, 3, 4}) {
    AnswerBudget budget;
    const std::vector<TokenId> said = Say(Rules(), 800, rank, &budget);
    const int32_t close = IndexOf(said, 5);
    EXPECT_EQ(budget.closed(), rank <= 3 ? ThinkingClosed::kSoftly : ThinkingClosed::kBudget);
    EXPECT_EQ(std::count(said.begin(), said.end(), 7), rank <= 3 ? 0 : 1) << "the bridge";
    const int32_t n_share = 600;
    EXPECT_LE(close + 2, n_share);
    EXPECT_GE(close + 2, n_share - n_share / AnswerBudget::kSoftShare - 5) << "but not before";
  }
}

TEST(AnswerBudget, KeepsToABudgetThatIsAskedFor) {
  for (const int32_t budget_tokens : {0, 1, 2, 3, 7, 8, 50, 200}) {
    const std::vector<TokenId> said = Say(Rules(budget_tokens), 400, 9);
    const int32_t n_thinking = IndexOf(said, 5) + 2;
    EXPECT_LE(n_thinking, std::max(budget_tokens, 3)) << "a word opens it and two tokens close it";
    EXPECT_EQ(std::count(said.begin(), said.end(), 7), budget_tokens >= 12 ? 1 : 0);
  }
}

TEST(AnswerBudget, ASampleThatHasHardlyRoomStillAnswers) {
  for (int32_t max_tokens = 4; max_tokens < 40; ++max_tokens) {
    const std::vector<TokenId> said = Say(Rules(), max_tokens, 9);
    EXPECT_LT(IndexOf(said, 6), max_tokens - 1) << max_tokens << ": a token of the answer";
  }
  EXPECT_EQ(Say(Rules(), 3, 9), (std::vector<TokenId>{kWord, 5, kWord})) << "the tag alone";
  for (int32_t max_tokens = 1; max_tokens < 3; ++max_tokens) {
    const std::vector<TokenId> said = Say(Rules(), max_tokens, 9);
    EXPECT_EQ(std::count(said.begin(), said.end(), kWord), max_tokens) << "no answer could follow";
  }
}

TEST(AnswerBudget, OwesAnAnswerUntilOneIsShown) {
  for (const int32_t n_left : {2, 100}) {
    const ThinkingRules rules = Rules(0);
    AnswerBudget budget;
    EXPECT_EQ(budget.n_owed(rules), 0) << "it has said nothing";
    budget.Observe(Verdict::kThinking);
    EXPECT_EQ(budget.n_owed(rules), 2);
    int32_t n_demanded = 0;
    while (budget.Demand(rules, 5, n_left, Logits(9))) {
      budget.Observe(++n_demanded < 1 ? Verdict::kThinking : Verdict::kBlank);
      EXPECT_EQ(budget.n_owed(rules), budget.is_closing() ? 2 : 1);
    }
    EXPECT_EQ(n_demanded, n_left == 2 ? 1 : 2);
    budget.Observe(Verdict::kBlank);
    EXPECT_EQ(budget.n_owed(rules), 1) << "a blank is no answer";
    budget.Observe(Verdict::kContinue);
    EXPECT_EQ(budget.n_owed(rules), 0);
    budget.Observe(Verdict::kThinking);
    EXPECT_EQ(budget.n_owed(rules), 0) << "that it thinks again is waited for by nobody";
  }
}

// The tag in three tokens, and a fourth behind it.
TEST(AnswerBudget, ATagOfSeveralTokensIsSaidWhole) {
  ThinkingRules rules = Rules();
  rules.close = {5, 6, 7, 8};
  rules.n_close_tag = 3;
  AnswerBudget thinks;
  thinks.Observe(Verdict::kThinking);
  EXPECT_EQ(thinks.n_owed(rules), 4);
  EXPECT_FALSE(thinks.Demand(rules, 9, 3, Logits(9))) << "no answer could follow";
  for (const int32_t n_left : {4, 5, 6}) {
    AnswerBudget budget = thinks;
    std::vector<TokenId> said;
    while (const auto token = budget.Demand(rules, 9, n_left, Logits(9))) {
      said.push_back(*token);
      budget.Observe(said.size() < 3 ? Verdict::kThinking : Verdict::kBlank);
      EXPECT_EQ(budget.n_owed(rules), std::min(n_left, 5) - std::ssize(said));
    }
    EXPECT_EQ(said, std::vector(rules.close.begin(), rules.close.begin() + (n_left == 4 ? 3 : 4)));
  }
}

TEST(AnswerBudget, DemandsNothingWhereNothingIsOpen) {
  AnswerBudget budget;
  const ThinkingRules rules = Rules(0);
  EXPECT_FALSE(budget.Demand(rules, 90, 10, Logits(1)).has_value());
  budget.Observe(Verdict::kThinking);
  budget.Observe(Verdict::kContinue);
  EXPECT_EQ(budget.closed(), ThinkingClosed::kModel);
  budget.Observe(Verdict::kThinking);  // a model that opens it once more is not closed twice
  EXPECT_FALSE(budget.Demand(rules, 90, 10, Logits(1)).has_value());
}

TEST(AnswerBudget, ClosesAtOnceWhenAskedOrConcluded) {
  ThinkingRules rules = Rules();
  const auto end_now = std::make_shared<std::atomic<bool>>(false);
  rules.end_now = end_now;
  for (const bool asked : {true, false}) {
    AnswerBudget budget;
    EXPECT_FALSE(budget.Conclude()) << "nothing is open";
    budget.Observe(Verdict::kThinking);
    EXPECT_FALSE(budget.Demand(rules, 10, 1000, Logits(1)).has_value());
    if (asked) {
      *end_now = true;
    } else {
      EXPECT_TRUE(budget.Conclude());
      EXPECT_FALSE(budget.Conclude());
    }
    for (const TokenId token : {7, 8, 9, 5, 6}) {
      EXPECT_EQ(budget.Demand(rules, 11, 999, Logits(9)), token);
      EXPECT_EQ(budget.is_closing(), token != 6);
    }
    EXPECT_EQ(budget.closed(), asked ? ThinkingClosed::kAsked : ThinkingClosed::kLoop);
    *end_now = false;
  }
}

}  // namespace
}  // namespace lemma::engine
