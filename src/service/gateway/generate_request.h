// The body of POST /generate -> a typed request -> the chat request for the worker.
//
//   {"prompt": "...", "system"?, "profile"?, "language"? = "en", "max_tokens"?, "temperature"?,
//    "top_p"?, "seed"?, "stream"? = false}
//
// max_tokens, temperature and top_p default to the profile's (512, 0.7, 0.95);
// max_completion_tokens is another name of max_tokens and wins. What bounds thinking, time and
// loops is passed on as it is, for the worker to check: kPassedOn. Unknown fields are ignored; null
// means absent.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "service/reason/task_profile.h"

namespace lemma::gateway {

inline constexpr const char* kPassedOn[] = {"reasoning_effort", "thinking_token_budget",
                                            "thinking_budget_tokens", "deadline_ms", "loop_guard"};

struct GenerateRequest {
  std::string prompt;
  std::string system;                            // "": the profile's
  const reason::TaskProfile* profile = nullptr;  // the one named, else the one chosen
  reason::PromptLanguage language = reason::PromptLanguage::kEnglish;  // of the profile's prompt
  bool stream = false;
  int64_t max_tokens = 0;
  double temperature = 0;
  double top_p = 0;
  std::optional<int64_t> seed;
  boost::json::object passed_on;  // by name

  // What the reply says: the profile whose system prompt is used, or "custom" where the client
  // brought its own (a profile it names all the same then only gives the defaults).
  const std::string& profile_name() const;
};

// Errors: kInvalidArgument with the field's name.
Result<GenerateRequest> ParseGenerateRequest(std::string_view body);

// The body for POST /v1/chat/completions.
std::string ChatBodyOf(const GenerateRequest& request);

}  // namespace lemma::gateway
