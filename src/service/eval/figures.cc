#include "service/eval/figures.h"

#include <map>
#include <utility>

#include "service/reason/consensus/answer_vote.h"

namespace lemma::eval {
namespace {

constexpr double kDeadlineSlack = 1.05;

bool IsRight(const SampleResult& sample) { return sample.outcome == Outcome::kRight; }

ProblemCount CountOf(const std::vector<SampleResult>& samples) {
  ProblemCount count;
  count.n = static_cast<int>(samples.size());
  for (const SampleResult& sample : samples) count.right += IsRight(sample);
  return count;
}

// Answers that are equal in meaning are one; it is right where the first that gave it is.
Ballot BallotOf(const std::vector<SampleResult>& samples) {
  reason::AnswerVote vote;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (!samples[i].answer.empty()) vote.Add(static_cast<int>(i), samples[i].answer);
  }
  Ballot ballot;
  ballot.answers.assign(samples.size(), -1);
  for (const auto& cluster : vote.clusters()) {
    for (const int sample : cluster.samples) {
      ballot.answers[sample] = static_cast<int>(ballot.is_right.size());
    }
    ballot.is_right.push_back(IsRight(samples[cluster.samples.front()]));
  }
  return ballot;
}

std::vector<int> Ks(int n) {
  std::vector<int> ks;
  for (int k = 1; k < n; k *= 2) ks.push_back(k);
  ks.push_back(n);
  return ks;
}

Spread SpreadOf(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return {values.empty() ? 0 : sum / static_cast<double>(values.size()), Quantile(values, 0.5),
          Quantile(values, 0.95)};
}

void AddCurves(const Dataset& dataset, const Samples& samples,
               const std::vector<ProblemCount>& counts, Figures& figures) {
  std::vector<Ballot> ballots;
  bool has_programs = false;
  for (size_t i = 0; i < samples.size(); ++i) {
    has_programs = has_programs || dataset.problems[i].tests.has_value();
    if (!has_programs) ballots.push_back(BallotOf(samples[i]));
  }
  const auto m = static_cast<double>(samples.size());
  for (const int k : Ks(figures.n_samples)) {
    double pass = 0, cons = 0;
    for (const ProblemCount& count : counts) pass += PassAtK(count, k);
    figures.pass_at.push_back({k, pass / m});
    if (has_programs) continue;
    for (const Ballot& ballot : ballots) cons += ConsAtK(ballot, k);
    figures.cons_at.push_back({k, cons / m});
  }
}

void AddFamilies(const Dataset& dataset, const std::vector<ProblemCount>& counts,
                 Figures& figures) {
  std::map<std::string, std::vector<ProblemCount>> families;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (!dataset.problems[i].family.empty()) {
      families[dataset.problems[i].family].push_back(counts[i]);
    }
  }
  for (const auto& [name, of_family] : families) {
    figures.families.push_back(
        {name, static_cast<int>(of_family.size()), PassAt1(of_family), PassAt1Interval(of_family)});
  }
}

void AddShares(const Samples& samples, const RunSettings& settings, Figures& figures) {
  std::vector<double> tokens, seconds;
  int64_t n_kept = 0;
  const double deadline = static_cast<double>(settings.deadline_ms.value_or(0)) / 1000;
  for (const auto& of_problem : samples) {
    for (const SampleResult& sample : of_problem) {
      figures.shares[static_cast<size_t>(sample.outcome)] += 1;
      figures.cut_share += sample.is_cut;
      figures.loop_broken_share += sample.has_looped;
      figures.tokens_total += sample.tokens;
      figures.seconds_total += sample.seconds;
      n_kept += sample.seconds <= kDeadlineSlack * deadline;
      tokens.push_back(static_cast<double>(sample.tokens));
      seconds.push_back(sample.seconds);
    }
  }
  const auto n = static_cast<double>(tokens.size());
  for (double& share : figures.shares) share /= n;
  figures.cut_share /= n;
  figures.loop_broken_share /= n;
  if (settings.deadline_ms) figures.deadline_kept = static_cast<double>(n_kept) / n;
  figures.tokens = SpreadOf(tokens);
  figures.seconds = SpreadOf(seconds);
}

}  // namespace

Figures ComputeFigures(const Dataset& dataset, const RunSettings& settings,
                       const Samples& samples) {
  Figures figures;
  std::vector<ProblemCount> counts;
  for (const auto& of_problem : samples) counts.push_back(CountOf(of_problem));
  figures.n_problems = static_cast<int>(samples.size());
  figures.n_samples = counts.front().n;
  figures.pass_at_1 = PassAt1(counts);
  figures.interval = PassAt1Interval(counts);
  AddCurves(dataset, samples, counts, figures);
  AddShares(samples, settings, figures);
  AddFamilies(dataset, counts, figures);
  return figures;
}

}  // namespace lemma::eval
