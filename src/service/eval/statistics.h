// The statistics of an evaluation, each as a formula says it.
//
// Threads: any.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lemma::eval {

struct ProblemCount {
  int n = 0;      // samples, at least 1
  int right = 0;  // of these
};

struct Interval {
  double low = 0;
  double high = 1;
};

// The mean over problems of the share that is right. Empty: 0.
double PassAt1(std::span<const ProblemCount> problems);

// 95 %: Wilson's interval (JASA 22, 1927) with the effective number of samples that the variance
// between problems leaves (samples of one problem are alike: Miller, arXiv 2411.00640, section
// 2.2). With one sample a problem it is Wilson's own; where every problem has the same share, as
// where all are right, each problem counts once. Not a bootstrap: of 30 problems that are all
// right it would say [1, 1].
Interval PassAt1Interval(std::span<const ProblemCount> problems);

// The chance that of k samples at least one is right, unbiased: 1 - C(n - right, k) / C(n, k)
// (Chen et al., arXiv 2107.03374, section 2.1), as 1 - product of (1 - k / i). 1 <= k <= n.
double PassAtK(const ProblemCount& problem, int k);

// One problem's samples: which answer each gave, -1 for none, and whether each answer is right.
struct Ballot {
  std::vector<int> answers;    // [sample], an index into is_right or -1
  std::vector<bool> is_right;  // [answer]
};

// The chance that the answer given most often by k of the samples is right; of answers that are
// given equally often each is as likely to be taken. The mean over all sets of k where there are
// no more than kVoteSets, else over so many drawn from a fixed seed. 1 <= k <= n.
double ConsAtK(const Ballot& ballot, int k);
inline constexpr int kVoteSets = 500;

// The value that a share q of them does not exceed, interpolated. Empty: 0.
double Quantile(std::vector<double> values, double q);

struct PairedTest {
  double difference = 0;  // mean of the pairs: later minus earlier
  Interval interval;      // 95 %, normal
  double p = 1;           // two-sided
  int n_better = 0, n_worse = 0;
};

// Whether the differences of pairs could as well have the other sign: the exact randomisation test
// (Fisher 1935) for up to kExactPairs pairs that differ, else kRandomisations draws from a fixed
// seed. Each pair is a problem, so it holds whatever the samples of one have in common; with one
// sample a problem it is the exact test of McNemar.
PairedTest TestPairs(std::span<const double> differences);
inline constexpr int kExactPairs = 16;
inline constexpr int kRandomisations = 20000;

}  // namespace lemma::eval
