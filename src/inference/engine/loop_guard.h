// What the engine does about a loop (loop_detector.h), step by step:
//
//   1. rewind, twice at most: the sample goes on from the end of the loop's first copy as if the
//      others had not been said, and not with the token that came next there;
//   2. conclude: rewind, and close the thinking;
//   3. stop: the sample ends, with FinishReason::kLoop.
//
// What was said stays said: a stream cannot take back what it has sent. A rewind takes the copies
// out of what the model reads (its pages are written anew from there, and penalties no longer count
// them), not out of the reply, where what is said next follows the last copy. Every token that was
// said counts in max_tokens, and draws its own random number (random.h), so none is drawn twice.
//
// A pure function of the tokens. Owned by the engine's thread; allocates only when made.
#pragma once

#include <cstdint>

#include "inference/engine/loop_detector.h"
#include "inference/engine/sequence.h"

namespace lemma::engine {

class LoopGuard {
 public:
  static constexpr int32_t kRewindsMax = 2;  // of a sample, before it is concluded
  enum class Action { kNone, kRewind, kConclude, kStop };

  // To be called after each token of a sample that goes on. Has rewound the sequence where it says
  // kRewind or kConclude.
  Action Watch(Sequence& sequence);

 private:
  LoopDetector detector_;
};

}  // namespace lemma::engine
