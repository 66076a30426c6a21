// The body of POST /v1/solve -> what a run does, and the chat that every sample of it answers
// (docs/solve.md).
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "service/reason/consensus/sampling_plan.h"
#include "service/reason/judge/judge_tests.h"

namespace lemma::solve {

inline constexpr int kRepairsMax = 4;
inline constexpr int64_t kSampleTokensMin = 16;  // with fewer none is begun
// Of the tests of one request: more is for whoever runs `lemma judge` on a machine of their own.
inline constexpr size_t kRequestTestsMax = 1000;
inline constexpr int64_t kRequestTestMsMax = 60'000;   // of processor time, each
inline constexpr int64_t kRequestWallMsMax = 200'000;  // also asleep
inline constexpr uint64_t kRequestTestBytesMax = 2ull << 30;

// How an answer is checked.
enum class Verify {
  kAuto,    // by tests where there are some; by claims with the strategy "clr"
  kNone,    // not: with neither
  kTests,   // as kAuto; without tests it is an error
  kClaims,  // by the claims of the answer that won, which the model looks at again
};

struct SolveRequest {
  boost::json::object chat;  // the body of /v1/chat/completions, but n, seed and what bounds tokens
  std::string problem;       // the last user message's text
  reason::PlanOptions plan;  // as SamplingPlan::Make takes it
  std::optional<reason::JudgeTests> tests;
  Verify verify = Verify::kAuto;
  int n_repairs = 1;             // programs that failed and are sent back with the test; of tests
  int64_t max_tokens = 0;        // of a sample; 0: as the server sets it
  int64_t max_total_tokens = 0;  // of all samples; 0: no bound of its own
  std::optional<std::chrono::milliseconds> deadline;
  std::optional<int64_t> seed;
  bool stream = false;
};

// Errors: kInvalidArgument with the field. What concerns the chat alone is for the chat to check.
Result<SolveRequest> ParseSolveRequest(std::string_view body);

}  // namespace lemma::solve
