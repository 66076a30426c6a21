// A vote among answers to one problem: those that are equal in meaning (answer_equality.h) count
// together.
//
// A comparison is bounded, and each answer is compared with every other one that was given: with
// 64 samples that all differ seconds, so not for an I/O thread. Threads: one at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/reason/answer_equality.h"

namespace lemma::reason {

class AnswerVote {
 public:
  struct Cluster {
    std::string answer;        // as the first of its samples gave it
    std::vector<int> samples;  // in the order of their votes
    double weight = 0;         // the sum of theirs
  };

  explicit AnswerVote(const AnswerOptions& options = {}) : options_(options) {}

  // The sample's final answer; each sample votes at most once. weight >= 0.
  void Add(int sample, std::string_view answer, double weight = 1);

  // The heaviest first, of equal ones that which was given first. Equality in meaning need not be
  // transitive: an answer belongs to the heaviest cluster whose first answer it equals.
  const std::vector<Cluster>& clusters() const { return clusters_; }
  int n_votes() const { return n_votes_; }
  double weight() const;  // of all

 private:
  AnswerOptions options_;
  std::vector<Cluster> clusters_;
  int n_votes_ = 0;
};

}  // namespace lemma::reason
