// How sure a model was while it wrote one sample, from the log probabilities of the likeliest
// tokens at each place: the measure of DeepConf (arXiv 2508.15260, section 3).
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

  // The next token's log probabilities: of the k likeliest tokens at its place. A place where the
  // model hesitates has less on all others than on two or three, so a larger mean distance from 0
  // is more confidence: C = -(1/k) sum log p.
  void Add(std::span<const double> top_logprobs);

  // The least confidence of any group so far: of a window of group_tokens that slides, or of all
  // tokens where there are fewer. Nothing before the first token.
  std::optional<double> Lowest() const;
  // Has a whole group been seen, so that Lowest may be held against other samples'?
  bool HasGroup() const { return n_tokens_ >= window_.size(); }

 private:
  std::vector<double> window_;  // a ring
  size_t n_tokens_ = 0;
  double sum_ = 0;  // of the window
  double lowest_ = 0;
};

// What a sample must reach after others have shown what is usual: the confidence that the given
// part of them (by rank, 0 to 1) does not reach. Empty: nothing is asked.
std::optional<double> ConfidenceThreshold(std::vector<double> lowest_of_others, double part);

}  // namespace lemma::reason
