// How sure a model was while it wrote one sample, from the entropies of the distributions that it
// drew from: sliding groups of tokens and thresholds as DeepConf has them (arXiv 2508.15260,
// section 3), whose measure of one token is the mean log probability of the likeliest instead.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace lemma::reason {

// Threads: one at a time.
class TraceConfidence {
 public:
  // Groups of so many tokens; the paper's 2,048 for answers of tens of thousands.
  explicit TraceConfidence(size_t group_tokens);

  // The entropy at the next token's place, in nats. What is no entropy counts as the nearest.
  void Add(double entropy);

  // The least confidence of any group so far: of a window of group_tokens that slides, or of all
  // tokens where there are fewer. exp of minus the mean entropy, so 1 where the model was certain
  // and 1/k where it chose among k that were as likely. Nothing before the first token.
  std::optional<double> Lowest() const;
  // Has a whole group been seen, so that Lowest may be held against other samples'?
  bool HasGroup() const { return n_tokens_ >= window_.size(); }

 private:
  std::vector<double> window_;  // a ring of entropies
  size_t n_tokens_ = 0;
  double sum_ = 0;      // of the window
  double highest_ = 0;  // mean of a whole window
};

// The least entropy that a distribution can have whose likeliest tokens have these log
// probabilities, all others being one; for servers that tell no entropy.
double EntropyOfTop(std::span<const double> top_logprobs);

// What a sample must reach after others have shown what is usual: the confidence that the given
// part of them (by rank, 0 to 1) does not reach. Empty: nothing is asked.
std::optional<double> ConfidenceThreshold(std::vector<double> lowest_of_others, double part);

}  // namespace lemma::reason
