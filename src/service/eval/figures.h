// The figures of a run, out of its samples.
//
// Threads: any. Votes compare answers, which takes seconds where there are thousands.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "service/eval/dataset.h"
#include "service/eval/run_settings.h"
#include "service/eval/sample_run.h"
#include "service/eval/statistics.h"

namespace lemma::eval {

struct Spread {
  double mean = 0;
  double median = 0;
  double p95 = 0;
};

struct AtK {
  int k = 1;
  double share = 0;
};

struct FamilyFigures {
  std::string name;
  int n_problems = 0;
  double pass_at_1 = 0;
  Interval interval;
};

struct Figures {
  int n_problems = 0;
  int n_samples = 0;  // of each problem
  double pass_at_1 = 0;
  Interval interval;
  std::vector<AtK> pass_at;                // k = 1, 2, 4, ... and all
  std::vector<AtK> cons_at;                // the same; empty where programs are asked for
  std::array<double, kOutcomes> shares{};  // of each Outcome; they add up to 1
  double cut_share = 0;                    // right ones too
  double loop_broken_share = 0;            // the server's guard has broken a loop
  std::optional<double> deadline_kept;     // share that took at most 5 % longer, where there is one
  Spread tokens;
  Spread seconds;
  int64_t tokens_total = 0;
  double seconds_total = 0;             // of all samples, one after the other
  std::vector<FamilyFigures> families;  // by name; empty where the dataset names none
};

// samples: [problem][sample], equally many of each problem, at least one.
Figures ComputeFigures(const Dataset& dataset, const RunSettings& settings, const Samples& samples);

}  // namespace lemma::eval
