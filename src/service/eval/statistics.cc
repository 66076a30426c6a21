#include "service/eval/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace lemma::eval {
namespace {

constexpr double kZ = 1.959963984540054;  // of 95 %, two-sided

double ShareRight(const ProblemCount& problem) {
  return static_cast<double>(problem.right) / problem.n;
}

double Choose(int n, int k) {
  double value = 1;
  for (int i = 1; i <= k; ++i) value = value * (n - k + i) / i;
  return value;
}

// The chance that the vote of these samples is right.
double VoteIsRight(const Ballot& ballot, std::span<const int> samples) {
  std::vector<int> counts(ballot.is_right.size(), 0);
  for (const int sample : samples) {
    if (ballot.answers[sample] >= 0) ++counts[ballot.answers[sample]];
  }
  const int most = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
  if (most == 0) return 0;
  int n_leaders = 0, n_right = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] != most) continue;
    ++n_leaders;
    if (ballot.is_right[i]) ++n_right;
  }
  return static_cast<double>(n_right) / n_leaders;
}

// The next set of k out of n in the order of the words; false after the last.
bool NextSet(std::vector<int>& set, int n) {
  const int k = static_cast<int>(set.size());
  int i = k - 1;
  while (i >= 0 && set[i] == n - k + i) --i;
  if (i < 0) return false;
  std::iota(set.begin() + i, set.end(), set[i] + 1);
  return true;
}

}  // namespace

double PassAt1(std::span<const ProblemCount> problems) {
  double sum = 0;
  for (const ProblemCount& problem : problems) sum += ShareRight(problem);
  return problems.empty() ? 0 : sum / static_cast<double>(problems.size());
}

Interval PassAt1Interval(std::span<const ProblemCount> problems) {
  if (problems.empty()) return {};
  const auto m = static_cast<double>(problems.size());
  const double p = PassAt1(problems);
  double squares = 0, n_samples = 0;
  for (const ProblemCount& problem : problems) {
    squares += (ShareRight(problem) - p) * (ShareRight(problem) - p);
    n_samples += problem.n;
  }
  const double variance = squares / (m * m);  // of p
  const double n = variance > 0 ? std::min(p * (1 - p) / variance, n_samples) : m;
  const double centre = (p + kZ * kZ / (2 * n)) / (1 + kZ * kZ / n);
  const double half = kZ / (1 + kZ * kZ / n) * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

double PassAtK(const ProblemCount& problem, int k) {
  if (problem.n - problem.right < k) return 1;
  double all_wrong = 1;
  for (int i = problem.n - problem.right + 1; i <= problem.n; ++i) {
    all_wrong *= 1 - static_cast<double>(k) / i;
  }
  return 1 - all_wrong;
}

double ConsAtK(const Ballot& ballot, int k) {
  const int n = static_cast<int>(ballot.answers.size());
  std::vector<int> set(k);
  std::iota(set.begin(), set.end(), 0);
  double sum = 0;
  int n_sets = 0;
  if (Choose(n, k) <= kVoteSets) {
    do {
      sum += VoteIsRight(ballot, set);
      ++n_sets;
    } while (NextSet(set, n));
    return sum / n_sets;
  }
  std::mt19937_64 random(/*seed=*/1);
  std::vector<int> samples(n);
  std::iota(samples.begin(), samples.end(), 0);
  for (; n_sets < kVoteSets; ++n_sets) {
    for (int i = 0; i < k; ++i) std::swap(samples[i], samples[i + random() % (n - i)]);
    sum += VoteIsRight(ballot, std::span(samples).first(k));
  }
  return sum / n_sets;
}

double Quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double place = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, values.size() - 1);
  const double part = place - static_cast<double>(below);
  return values[below] * (1 - part) + values[above] * part;
}

PairedTest TestPairs(std::span<const double> differences) {
  PairedTest test;
  if (differences.empty()) return test;
  const auto m = static_cast<double>(differences.size());
  std::vector<double> moved;  // those of no difference have no sign to change
  double sum = 0, squares = 0;
  for (const double difference : differences) {
    sum += difference;
    test.n_better += difference > 0;
    test.n_worse += difference < 0;
    if (difference != 0) moved.push_back(difference);
  }
  test.difference = sum / m;
  for (const double d : differences) squares += (d - test.difference) * (d - test.difference);
  const double error = m > 1 ? std::sqrt(squares / (m - 1) / m) : 0;
  test.interval = {test.difference - kZ * error, test.difference + kZ * error};

  const bool is_exact = moved.size() <= static_cast<size_t>(kExactPairs);
  const uint64_t n_draws = is_exact ? uint64_t{1} << moved.size() : kRandomisations;
  const double least = std::abs(sum) - 1e-9;  // sums of the same numbers differ by their rounding
  std::mt19937_64 random(/*seed=*/1);
  uint64_t n_as_far = 0;
  for (uint64_t draw = 0; draw < n_draws; ++draw) {
    uint64_t signs = draw;
    double flipped = 0;
    for (size_t i = 0; i < moved.size(); ++i) {
      if (!is_exact && i % 64 == 0) signs = random();
      flipped += (signs >> (i % 64) & 1) != 0 ? moved[i] : -moved[i];
    }
    n_as_far += std::abs(flipped) >= least;
  }
  // What was seen counts as one of the draws, so that no p is 0.
  test.p = is_exact ? static_cast<double>(n_as_far) / static_cast<double>(n_draws)
                    : static_cast<double>(n_as_far + 1) / static_cast<double>(n_draws + 1);
  return test;
}

}  // namespace lemma::eval
