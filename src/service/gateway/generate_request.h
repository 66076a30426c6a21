// The body of POST /generate -> a typed request -> the chat request for the worker.
//
//   {"prompt": "...", "system"?, "profile"?, "variables"?, "language"? = "en", "max_tokens"?,
//    "temperature"?, "top_p"?, "seed"?, "stream"? = false}
//
// max_tokens, temperature and top_p default to the profile's (512, 0.7, 0.95 for `math`). Other
// spellings: profile_call.h, and of budgets chat_normalizer.h. What bounds thinking, time and loops
// is passed on as it is, for the worker to check, and so is the model: kPassedOn. Unknown fields
// are ignored; null means absent.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "service/gateway/off_domain.h"
#include "service/gateway/profile_call.h"

namespace lemma::gateway {

inline constexpr const char* kPassedOn[] = {
    "model",       "reasoning_effort", "thinking_token_budget", "thinking_budget_tokens",
    "deadline_ms", "loop_guard"};

struct GenerateRequest {
  InjectedPrompts prompts;     // what the model gets
  reason::ProfilePtr profile;  // the one named, else the one chosen
  DomainVerdict domain;        // where a profile's prompt is used
  bool stream = false;
  int64_t max_tokens = 0;
  double temperature = 0;
  double top_p = 0;
  std::optional<int64_t> seed;
  boost::json::object passed_on;  // by name

  // What the reply says: the profile whose system prompt is used, or "custom" where the client's
  // own is used alone (the profile then only gives the defaults).
  const std::string& profile_name() const;
};

// Errors: kInvalidArgument with the field's name.
Result<GenerateRequest> ParseGenerateRequest(std::string_view body,
                                             const reason::ProfileSet& profiles,
                                             const ProfileCaller& caller = {});

// The body for POST /v1/chat/completions.
std::string ChatBodyOf(const GenerateRequest& request);

}  // namespace lemma::gateway
