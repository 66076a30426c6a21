// Does a text go round in circles? Small models do, greedy ones most of all, and then never answer
// (arXiv 2512.12895). Two forms:
//
//   exact  The text ends with copies of the same 1 to 512 tokens, 256 tokens together at least.
//          Three are enough where a copy has 40 different tokens. With fewer it may be a row of a
//          table, a matrix, a list of tests, which repeat lawfully: twelve. With fewer than eight
//          it may be digits or zeros: 1,024 tokens.
//   near   Of the last 1,024 tokens hardly any four in a row are new, in words rather than in
//          digits and signs, and of those in the later half hardly any were said for the first
//          time. So it is with a few sentences in ever another order; not with a list in which a
//          number rises.
//
// The bounds are measured by tests/loops: texts that repeat lawfully raise no alarm, loops do. A
// pure function of the tokens, so that what the engine does about a loop depends on the text alone.
// Cost: under 0.2 microseconds a token (bench/loop_detector_bench): what one look has
// counted tells for how many tokens no loop can come. One thread; allocates only when made.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "inference/model/config.h"

namespace lemma::engine {

using model::TokenId;

struct Loop {
  int32_t begin = 0;   // of the tokens looked at: where the first copy, or the near loop, begins
  int32_t period = 0;  // tokens of a copy; 0: a near loop
  int32_t n_tokens = 0;
  // Whole copies; 0 of a near loop.
  int32_t n_copies() const { return period == 0 ? 0 : n_tokens / period; }
};

class LoopDetector {
 public:
  static constexpr int32_t kInterval = 16;  // tokens from one look to the next
  static constexpr int32_t kPeriodMax = 512;
  static constexpr int32_t kCopiesMin = 3;
  static constexpr int32_t kTokensMin = 256;
  static constexpr int32_t kWindow = 1024;  // of near loops

  // What looks have shown of an output: with fewer tokens than these it ends with no loop of the
  // form. Holds for what it grows to, not for what is cut.
  struct Needed {
    size_t exact = kTokensMin;
    size_t near = kWindow;
  };

  LoopDetector();

  // The loop that `output` ends with, if any. `needed`: of this output, or new.
  std::optional<Loop> Find(std::span<const TokenId> output, Needed& needed);

 private:
  // Of at most so many keys that are not 0.
  class HashSet {
   public:
    explicit HashSet(size_t n_keys_max);
    void Clear(size_t n_keys);  // for so many at most
    bool Insert(uint64_t key);  // false: it is there already

   private:
    std::vector<uint64_t> slots_;  // open addressing; 0: empty
    size_t n_slots_ = 0;           // of them, that are used
  };

  std::optional<Loop> FindExact(std::span<const TokenId> output, Needed& needed);
  std::optional<Loop> FindNear(std::span<const TokenId> output, Needed& needed);
  bool HasWords(std::span<const TokenId> tokens);

  HashSet seen_;
  std::vector<int32_t> repeated_;  // by period: how many tokens of the end stand a period before it
};

}  // namespace lemma::engine
