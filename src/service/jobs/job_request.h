// The call POST /v1/jobs -> a job to be stored (docs/jobs.md).
#pragma once

#include <string>

#include "common/base/status.h"
#include "common/net/http.h"
#include "service/store/job_store.h"

namespace lemma::jobs {

inline constexpr const char* kSolve = "/v1/solve";
inline constexpr const char* kChat = "/v1/chat/completions";
inline constexpr const char* kGenerate = "/generate";

// With a new id, a seed in its body, and a secret where its webhook has none. What the body asks
// for is checked when the job runs, as any request of that kind. Errors: kInvalidArgument with the
// field.
Result<store::Job> ParseJobRequest(const net::HttpRequest& request, const std::string& key_id);

}  // namespace lemma::jobs
