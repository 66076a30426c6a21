#include "service/access/limit_headers.h"

#include <fmt/format.h>

namespace lemma::access {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr int64_t kRetryMsMax = 60'000;  // longer waits are ignored by OpenAI's clients

int64_t CeilSeconds(int64_t ms) { return (ms + 999) / 1000; }

// "250ms", "7s", "6m0s", "2h3m0s"
std::string DurationText(int64_t ms) {
  if (ms < 1000) return fmt::format("{}ms", ms);
  const int64_t seconds = CeilSeconds(ms);
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3600) return fmt::format("{}m{}s", seconds / 60, seconds % 60);
  return fmt::format("{}h{}m{}s", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

void AddState(Headers& headers, const std::string& what, const LimitState& state) {
  if (state.limit == 0) return;
  headers.emplace_back("x-ratelimit-limit-" + what, std::to_string(state.limit));
  headers.emplace_back("x-ratelimit-remaining-" + what, std::to_string(state.remaining));
  headers.emplace_back("x-ratelimit-reset-" + what, DurationText(state.reset_ms));
}

}  // namespace

Headers LimitHeaders(const Verdict& verdict) {
  Headers headers;
  AddState(headers, "requests", verdict.requests);
  AddState(headers, "tokens", verdict.tokens);
  if (verdict.admitted()) return headers;
  const bool helps = !verdict.is_hopeless && verdict.retry_after_ms <= kRetryMsMax;
  if (!verdict.is_hopeless) {
    headers.emplace_back("retry-after", std::to_string(CeilSeconds(verdict.retry_after_ms)));
    headers.emplace_back("retry-after-ms", std::to_string(verdict.retry_after_ms));
  }
  headers.emplace_back("x-should-retry", helps ? "true" : "false");
  return headers;
}

std::string RefusalText(const Verdict& verdict) {
  const std::string name = LimitName(verdict.refused_by);
  if (verdict.is_hopeless) {
    return "this request asks for more tokens than the key's whole " + name +
           "; lower max_tokens or shorten the prompt";
  }
  return fmt::format("the key's limit {} is reached; try again in {}", name,
                     DurationText(verdict.retry_after_ms));
}

}  // namespace lemma::access
