// The samples of a run: asked, graded and kept, several at a time.
//
// Threads: the run owns `n_parallel` threads, each with one question under way; it ends with them.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "common/base/status.h"
#include "service/eval/dataset.h"
#include "service/eval/grader.h"
#include "service/eval/kept_samples.h"
#include "service/eval/patient_client.h"
#include "service/eval/run_settings.h"
#include "service/eval/sample_result.h"

namespace lemma::eval {

using Samples = std::vector<std::vector<SampleResult>>;  // [problem][sample]

struct SampleRunOptions {
  int n_samples = 1;  // of each problem
  int n_parallel = 4;
  std::stop_token stop = {};  // ends the run with kCancelled; what is under way is kept
  // Ends the programs that are judged, whose samples are not kept. With all its tests one may run
  // for minutes, which nobody waits for who stops a server.
  std::stop_token stop_programs = {};
};

struct SampleRunProgress {
  int64_t n_done = 0;   // those of earlier runs too
  int64_t n_asked = 0;  // by this run, of these
  int64_t n_all = 0;
  int64_t n_right = 0;  // of n_done
};

// All samples: those that `kept` has, and the rest, each appended to it as soon as it is graded.
// `progress` is called once before and then after each of them, one call at a time, and must be
// quick. Errors: the first of any sample, with the problem's id, when those under way have ended:
// as PatientClient::Call, ParseReply, Grader::Grade and KeptSamples::Append; kInvalidArgument for a
// status that asking again does not change.
Result<Samples> RunSamples(const Dataset& dataset, const RunSettings& settings,
                           const SampleRunOptions& options, PatientClient& client,
                           const Grader& grader, KeptSamples& kept,
                           const std::function<void(const SampleRunProgress&)>& progress);

}  // namespace lemma::eval
