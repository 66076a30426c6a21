// Properties: a guess continues the latest of the places that agree the longest; what repeats is
// guessed for ever; samples learn from each other; what was never said is not guessed.
#include "inference/engine/drafter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace lemma::engine {
namespace {

using Tokens = std::vector<TokenId>;

Tokens Continue(const Drafter& drafter, int32_t sample, size_t n_max, int32_t* n_match = nullptr) {
  Tokens draft(n_max, -1);
  const Drafter::Guess guess = drafter.Continue(sample, draft);
  if (n_match != nullptr) *n_match = guess.n_match;
  draft.resize(static_cast<size_t>(guess.n_tokens));
  return draft;
}

void Say(Drafter& drafter, int32_t sample, const Tokens& tokens) {
  for (const TokenId token : tokens) drafter.Append(sample, token);
}

TEST(Drafter, ContinuesThePromptWhereItWasSaidBefore) {
  Drafter drafter(Tokens{1, 2, 3, 4, 5, 6, 7}, 1, 10);
  EXPECT_EQ(Continue(drafter, 0, 4), Tokens{}) << "6, 7 stood nowhere before";
  Say(drafter, 0, {2, 3});
  int32_t n_match = 0;
  EXPECT_EQ(Continue(drafter, 0, 3, &n_match), (Tokens{4, 5, 6}));
  EXPECT_EQ(n_match, 2);
  EXPECT_EQ(Continue(drafter, 0, 9), (Tokens{4, 5, 6, 7})) << "no further than it is known";
}

TEST(Drafter, TheLongestAgreementWinsAndOfEqualOnesTheLatest) {
  Drafter drafter(Tokens{9, 1, 2, 30, 8, 1, 2, 31, 7, 1, 2, 32, 5, 5}, 1, 20);
  Say(drafter, 0, {8, 1, 2});
  int32_t n_match = 0;
  EXPECT_EQ(Continue(drafter, 0, 1, &n_match), Tokens{31});
  EXPECT_EQ(n_match, 3);
  Say(drafter, 0, {6, 1, 2});
  EXPECT_EQ(Continue(drafter, 0, 1), Tokens{6}) << "after 8, 1, 2 just now";
}

TEST(Drafter, WhatRepeatsIsGuessedToRepeat) {
  Drafter drafter(Tokens{4}, 1, 40);
  Say(drafter, 0, {1, 2, 3, 1, 2, 3, 1, 2});
  EXPECT_EQ(Continue(drafter, 0, 7), (Tokens{3, 1, 2, 3, 1, 2, 3}));
  Drafter constant(Tokens{4, 5, 5, 5}, 1, 40);
  EXPECT_EQ(Continue(constant, 0, 5), Tokens(5, 5));
}

TEST(Drafter, SamplesLearnFromEachOtherAndFromThePromptsEnd) {
  Drafter drafter(Tokens{10, 11}, 3, 8);
  Say(drafter, 0, {20, 21, 22});
  Say(drafter, 1, {20});
  int32_t n_match = 0;
  EXPECT_EQ(Continue(drafter, 1, 4, &n_match), (Tokens{21, 22}));
  EXPECT_EQ(n_match, 3) << "20 and the prompt's end";
  EXPECT_EQ(Continue(drafter, 0, 4), Tokens{}) << "nothing follows 21, 22";
}

TEST(Drafter, WhereNoPairIsKnownTheLatestPlaceOfTheLastTokenIsContinued) {
  Drafter drafter(Tokens{10}, 1, 12);
  EXPECT_EQ(Continue(drafter, 0, 4), Tokens{});
  Say(drafter, 0, {5, 20, 6, 20, 7, 8, 5});
  int32_t n_match = 0;
  EXPECT_EQ(Continue(drafter, 0, 2, &n_match), (Tokens{20, 6})) << "8, 5 stood nowhere before";
  EXPECT_EQ(n_match, 1);
  Say(drafter, 0, {9, 20});
  EXPECT_EQ(Continue(drafter, 0, 1), Tokens{7});
  Say(drafter, 0, {6, 20});
  EXPECT_EQ(Continue(drafter, 0, 1, &n_match), Tokens{7});
  EXPECT_EQ(n_match, 3) << "a pair wins, however old";
}

// Every guess is what followed as many equal tokens somewhere in the texts.
TEST(Drafter, EveryGuessWasSaidAfterTheTokensThatAgree) {
  std::mt19937 random(1);
  int n_guesses = 0;
  for (int round = 0; round < 300; ++round) {
    Tokens prompt(1 + random() % 20);
    for (TokenId& token : prompt) token = static_cast<TokenId>(random() % 4);
    const size_t n_samples = 1 + random() % 3;
    Drafter drafter(prompt, static_cast<int32_t>(n_samples), 12);
    std::vector<Tokens> texts(n_samples, prompt);
    for (int step = 0; step < 12; ++step) {
      const size_t sample = random() % n_samples;
      if (texts[sample].size() == prompt.size() + 12) continue;
      const auto token = static_cast<TokenId>(random() % 4);
      drafter.Append(static_cast<int32_t>(sample), token);
      Tokens& text = texts[sample];
      text.push_back(token);
      int32_t n_match = 0;
      const Tokens draft = Continue(drafter, static_cast<int32_t>(sample), 1, &n_match);
      if (draft.empty()) continue;
      ++n_guesses;
      Tokens said(text.end() - n_match, text.end());
      said.push_back(draft[0]);
      EXPECT_TRUE(std::any_of(texts.begin(), texts.end(), [&](const Tokens& other) {
        return std::search(other.begin(), other.end(), said.begin(), said.end()) != other.end();
      }));
    }
  }
  EXPECT_GT(n_guesses, 1000);
}

}  // namespace
}  // namespace lemma::engine
