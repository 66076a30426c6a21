// What was asked and how it went: one request, as its row. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace lemma::store {

struct RequestRecord {
  std::string id;      // x-request-id, unique
  std::string key_id;  // "": without a key
  std::string profile;
  int64_t profile_version = 0;  // 0: no profile's prompt was used
  std::string task;             // the profile's task type
  std::string model;
  std::string replica;
  std::string finish_reason;  // "": there was no answer
  std::string error_reason;   // "rate_limit", "client_left", ...; "": a good answer
  int64_t http_status = 0;
  int64_t started_ms = 0;  // Unix time
  int64_t queue_ms = 0;
  int64_t first_token_ms = 0;
  int64_t answer_ms = 0;     // until the first byte after the thinking, at least 1; 0: not known
  int64_t per_token_us = 0;  // of the output after the first token; 0: not known
  int64_t duration_ms = 0;
  int64_t prompt_tokens = 0;
  int64_t completion_tokens = 0;
  int64_t thinking_tokens = 0;  // of the completion
  bool is_looped = false;       // the loop guard stepped in
  // KeySpec::keeps_content of its key: without it, prompt and answer are dropped on the spot.
  bool keeps_content = false;
  std::optional<std::string> prompt;
  std::optional<std::string> answer;
};

}  // namespace lemma::store
