#include "service/reason/consensus/vote_forecast.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "common/base/check.h"

namespace lemma::reason {
namespace {

constexpr int kRounds = 4096;

// Gives the votes that are left; the winner's share of the first answer.
double PlayOut(std::vector<int>& counts, int n_votes, int n_total, std::minstd_rand& random) {
  for (int n = n_votes; n < n_total; ++n) {
    int ticket = static_cast<int>(random() % static_cast<unsigned>(n + 1));  // n: a new answer
    size_t answer = 0;
    while (answer < counts.size() && ticket >= counts[answer]) ticket -= counts[answer++];
    if (answer == counts.size()) {
      counts.push_back(1);
    } else {
      ++counts[answer];
    }
  }
  const int most = *std::max_element(counts.begin(), counts.end());
  if (counts[0] < most) return 0;
  return 1.0 / static_cast<double>(std::count(counts.begin(), counts.end(), most));
}

}  // namespace

double ChanceThatTheFirstWins(std::span<const int> counts, int n_total) {
  LEMMA_CHECK(!counts.empty() && counts[0] > 0, "a vote has a first answer");
  LEMMA_CHECK(n_total <= kForecastVotesMax, "too many votes for a forecast");
  const int n_votes = std::accumulate(counts.begin(), counts.end(), 0);
  std::minstd_rand random(1);
  double sum = 0;
  std::vector<int> played;
  for (int round = 0; round < kRounds; ++round) {
    played.assign(counts.begin(), counts.end());
    sum += PlayOut(played, n_votes, n_total, random);
  }
  return sum / kRounds;
}

}  // namespace lemma::reason
