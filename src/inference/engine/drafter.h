// Guesses how a text goes on from what it says already: reasoning repeats itself, its prompt and
// its sibling samples. Of the places where the last two tokens stood before, the one before which
// the most tokens agree is continued; the latest of those where several do. Where they stood
// nowhere, the latest place of the last token alone.
//
// One index for a request: its prompt, and the output of all samples. For pairs and for single
// tokens a table of the latest place of each and a chain from each place to the one before, as LZ77
// compressors keep (RFC 1951, section 4): a guess looks at kPlacesMax places of either at most, and
// nothing is allocated after the index is made.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inference/model/config.h"

namespace lemma::engine {

using model::TokenId;

class Drafter {
 public:
  static constexpr int32_t kMatchMax = 32;  // agreeing tokens beyond these are not looked at

  // For n samples of at most max_tokens.
  Drafter(std::span<const TokenId> prompt, int32_t n_samples, int32_t max_tokens);

  // A sample said one token more; at most max_tokens times.
  void Append(int32_t sample, TokenId token);

  // How the sample may go on, in `draft`: as many tokens as it has, or fewer, how many is returned
  // in n_tokens; 0 where its last token stood nowhere before. n_match: how many agree, from 1.
  struct Guess {
    int32_t n_tokens = 0;
    int32_t n_match = 0;
  };
  Guess Continue(int32_t sample, std::span<TokenId> draft) const;

 private:
  static constexpr int32_t kPlacesMax = 16;
  static constexpr int32_t kNone = -1;

  // A place is an index into tokens_: the prompt, then max_tokens for each sample. What stands
  // before a sample's first place is the prompt's end.
  int32_t BeginOf(int32_t sample) const { return n_prompt_ + sample * max_tokens_; }
  int32_t Before(int32_t place) const;         // the place before; kNone before all
  int32_t EndOfTextWith(int32_t place) const;  // where the text that it belongs to ends so far
  void Index(int32_t place);
  uint64_t TokenAt(int32_t place) const;
  uint64_t PairAt(int32_t place) const;  // it and the one before; the place is not the first
  int32_t MatchLength(int32_t place, int32_t other) const;

  // The places of each key, latest first. Keys that share a slot share a chain.
  class Chains {
   public:
    explicit Chains(size_t n_places);
    void Add(uint64_t key, int32_t place);
    int32_t Latest(uint64_t key) const { return latest_[SlotOf(key)]; }
    int32_t Earlier(int32_t place) const { return earlier_[static_cast<size_t>(place)]; }

   private:
    size_t SlotOf(uint64_t key) const;
    std::vector<int32_t> latest_;   // by slot
    std::vector<int32_t> earlier_;  // by place: the one before with the same slot
  };
  // The place that agrees with `last` in the most tokens, but in n_match_min at least.
  struct Match {
    int32_t place = kNone;
    int32_t n_match = 0;
  };
  Match LongestMatch(const Chains& chains, uint64_t key, int32_t last, int32_t n_match_min) const;

  const int32_t n_prompt_;
  const int32_t max_tokens_;
  std::vector<TokenId> tokens_;
  std::vector<int32_t> n_output_;  // of each sample, so far
  Chains pairs_;                   // by the place of the second token
  Chains singles_;
};

}  // namespace lemma::engine
