#include "service/reason/consensus/answer_vote.h"

#include <algorithm>
#include <numeric>

namespace lemma::reason {

void AnswerVote::Add(int sample, std::string_view answer, double weight) {
  ++n_votes_;
  // Neither of two samples is the gold one: what either of them adds may be left out.
  auto place = std::find_if(clusters_.begin(), clusters_.end(), [&](const Cluster& cluster) {
    return CompareAnswers(cluster.answer, answer, options_).same ||
           CompareAnswers(answer, cluster.answer, options_).same;
  });
  if (place == clusters_.end()) {
    place = clusters_.insert(place, {std::string(answer), {}, 0});
  }
  place->samples.push_back(sample);
  place->weight += weight;
  const auto lighter = std::find_if(clusters_.begin(), place, [&](const Cluster& cluster) {
    return cluster.weight < place->weight;
  });
  std::rotate(lighter, place, place + 1);
}

double AnswerVote::weight() const {
  return std::accumulate(clusters_.begin(), clusters_.end(), 0.0,
                         [](double sum, const Cluster& cluster) { return sum + cluster.weight; });
}

}  // namespace lemma::reason
