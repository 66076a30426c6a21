// Bodies of /v1/solve, with the tests that they may hold: whatever the bytes, a request or an error
// that says where; a request keeps to its bounds. The same bytes as a model's reply: claims and
// verdicts are found within their limits.
#include <cstdint>
#include <string_view>

#include "common/base/check.h"
#include "service/reason/consensus/claims.h"
#include "service/solve/solve_request.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace lemma;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto claims = reason::ClaimsIn(text);
  LEMMA_CHECK(claims.size() <= reason::kClaimsMax, "too many claims");
  LEMMA_CHECK(reason::VerdictsIn(text, claims.size()).size() == claims.size(), "verdicts");
  const auto request = solve::ParseSolveRequest(text);
  if (!request.ok()) {
    LEMMA_CHECK(!request.status().message().empty(), "an error says something");
    return 0;
  }
  LEMMA_CHECK(request->plan.n_samples >= 1 && request->plan.n_samples <= reason::kSamplesMax,
              "samples");
  LEMMA_CHECK(request->chat.contains("messages"), "a chat has messages");
  for (const char* own : {"n", "stream", "seed", "tests"}) {
    LEMMA_CHECK(!request->chat.contains(own), "a field of the run in its chat");
  }
  return 0;
}
