// The request parsers: no body crashes them, what they accept is within its limits, and what they
// refuse has a message. The first byte chooses the parser.
#include <cstdint>
#include <string_view>

#include "common/base/check.h"
#include "inference/worker/openai_schema.h"

namespace {

using lemma::worker::GenerationParams;

void CheckParams(const GenerationParams& params) {
  const auto& sampling = params.sampling;
  LEMMA_CHECK(sampling.temperature >= 0 && sampling.temperature <= 2);
  LEMMA_CHECK(sampling.top_p >= 0 && sampling.top_p <= 1);
  LEMMA_CHECK(sampling.top_k >= 0);
  LEMMA_CHECK(sampling.min_p >= 0 && sampling.min_p <= 1);
  LEMMA_CHECK(sampling.n_logprobs >= -1 && sampling.n_logprobs <= 20);
  LEMMA_CHECK(sampling.logit_bias.size() <= lemma::worker::kLogitBiasMax);
  LEMMA_CHECK(params.n >= 1 && params.n <= lemma::worker::kSamplesMax);
  LEMMA_CHECK(params.max_tokens.value_or(1) >= 1);
  LEMMA_CHECK(params.stop.size() <= lemma::worker::kStopStringsMax);
  LEMMA_CHECK(params.stop_token_ids.size() <= lemma::worker::kStopTokenIdsMax);
}

// Returns whether there is a value to look at.
template <typename T>
bool Check(const lemma::Result<T>& result) {
  if (!result.ok()) LEMMA_CHECK(!result.status().message().empty());
  return result.ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const lemma::worker::GenerationDefaults defaults;
  switch (data[0] % 5) {
    case 0:
      if (const auto chat = lemma::worker::ParseChatRequest(body, defaults); Check(chat)) {
        CheckParams(chat->params);
        LEMMA_CHECK(!chat->messages.empty());
      }
      break;
    case 1:
      if (const auto plain = lemma::worker::ParseCompletionRequest(body, defaults); Check(plain)) {
        CheckParams(plain->params);
      }
      break;
    case 2:
      Check(lemma::worker::ParseTokenizeRequest(body));
      break;
    case 3:
      Check(lemma::worker::ParseDetokenizeRequest(body));
      break;
    default:
      Check(lemma::worker::ParseApplyTemplateRequest(body));
      break;
  }
  return 0;
}
