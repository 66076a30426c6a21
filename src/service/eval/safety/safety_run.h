// The rows of safety sets, put to a server.
//
// Threads: the run owns `n_parallel` threads, each with one row under way; it ends with them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "service/eval/patient_client.h"
#include "service/eval/run_settings.h"
#include "service/eval/safety/likelihood.h"
#include "service/eval/safety/reply_check.h"
#include "service/eval/safety/safety_set.h"

namespace lemma::eval {

enum class SafetyReply {
  kNone,  // no reply was asked for
  kAnswered,
  kRefused,   // in the model's words
  kDeclined,  // by the service: off-domain for it
};

struct SafetyResult {
  SafetyReply reply = SafetyReply::kNone;
  std::string text;                                // of the reply
  std::string listed_word;                         // the first in it; "": none
  std::optional<Likelihood> likelihood, of_other;  // absent: the server does not say
};

using SafetyResults = std::vector<std::vector<SafetyResult>>;  // [set][item]

struct SafetyRunOptions {
  RunSettings settings;  // of the requests; its model is asked for all else too
  int n_parallel = 8;
  // Where the server has the chat elsewhere than completions: both are asked there by these.
  PatientClient* chat = nullptr;
  PatientClient* completions = nullptr;
};

// `progress` is told rows done and of how many, one call at a time. Errors: the first of any row,
// with its set and id: as PatientClient::Call, ParseReply, ParseLikelihood.
Result<SafetyResults> RunSafety(const std::vector<SafetySet>& sets, const WordList& words,
                                const SafetyRunOptions& options,
                                const std::function<void(int64_t, int64_t)>& progress);

}  // namespace lemma::eval
