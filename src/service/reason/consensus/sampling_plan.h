// How many samples of one problem to take, and when to stop: the strategies of a vote, without
// clocks, tokens or calls.
#pragma once

#include <optional>
#include <string_view>

#include "common/base/status.h"
#include "service/reason/consensus/answer_vote.h"

namespace lemma::reason {

enum class Strategy {
  kSingle,      // one sample
  kMajority,    // all at once, until the vote cannot change
  kAdaptive,    // a few, then as many as are missing for an answer that is likely to win
  kFirstM,      // all at once, until the first n_min have an answer (short-m@k, arXiv 2505.17813)
  kConfidence,  // n_min to learn how sure the model is, then the rest, weak ones cut short; votes
                // weigh what the model's confidence is (DeepConf, arXiv 2508.15260)
  kClr,         // all; votes weigh what the model's claims are worth when it looks again (claims.h)
};

const char* StrategyName(Strategy strategy);  // "single", "majority", "adaptive", "first_m", ...
std::optional<Strategy> StrategyNamed(std::string_view name);

inline constexpr int kSamplesMax = 64;

struct PlanOptions {
  Strategy strategy = Strategy::kAdaptive;
  int n_samples = 8;  // at most so many are taken; kSingle: 1
  int n_min = 0;      // 0: what suits the strategy
  // kAdaptive: stop where the leader wins the whole vote with this chance. kConfidence: where it
  // has this share of the weight.
  double enough = 0.95;
};

enum class StopReason {
  kAll,      // every sample has ended
  kDecided,  // those that are left cannot change the vote
  kLikely,   // they are unlikely to
  kEnough,   // n_min have an answer
};

const char* StopReasonName(StopReason reason);  // "all_ended", "decided", "likely", "first_m"

// Threads: none of its own; a value.
class SamplingPlan {
 public:
  // Errors: kInvalidArgument, with the field "samples" or "min_samples".
  static Result<SamplingPlan> Make(PlanOptions options);

  const PlanOptions& options() const { return options_; }

  // How many samples to start when none runs; 0: no more. n_ended: how many have ended, with or
  // without an answer. Asked until IsOver.
  int NextWave(const AnswerVote& vote, int n_ended) const;

  // Whether those that run may be ended, and no more started.
  std::optional<StopReason> IsOver(const AnswerVote& vote, int n_ended) const;

 private:
  explicit SamplingPlan(const PlanOptions& options) : options_(options) {}
  bool IsDecided(const AnswerVote& vote, int n_left) const;
  bool IsLikely(const AnswerVote& vote, int n_more, int n_left) const;

  PlanOptions options_;
};

}  // namespace lemma::reason
