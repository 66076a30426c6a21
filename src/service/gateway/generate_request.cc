#include "service/gateway/generate_request.h"

#include <algorithm>
#include <boost/json.hpp>
#include <limits>
#include <utility>

#include "common/base/field_reader.h"
#include "common/base/json.h"
#include "service/gateway/chat_normalizer.h"
#include "service/gateway/escaped_text.h"
#include "service/gateway/system_prompt.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;

constexpr int64_t kMaxTokensMax = 1 << 20;

// What the profile gives where the request does not say.
void ReadSampling(FieldReader& fields, GenerateRequest& request) {
  const reason::TaskProfile& profile = *request.profile;
  request.max_tokens = profile.max_tokens;
  request.temperature = profile.temperature;
  request.top_p = profile.top_p;
  for (const char* name : {"max_tokens", "max_completion_tokens"}) {
    fields.ReadInteger(name, 1, kMaxTokensMax, request.max_tokens);
  }
  fields.ReadNumber("temperature", 0, 2, request.temperature);
  fields.ReadNumber("top_p", 0, 1, request.top_p, /*low_open=*/true);
  fields.ReadBool("stream", request.stream);
  if (fields.Find("seed") != nullptr) {
    request.seed = 0;
    fields.ReadInteger("seed", 0, std::numeric_limits<int64_t>::max(), *request.seed);
  }
  if (profile.answer_tokens > 0) {
    request.passed_on["thinking_token_budget"] =
        std::max<int64_t>(request.max_tokens - profile.answer_tokens, 0);
  }
  for (const char* name : kPassedOn) {
    if (const json::value* value = fields.Find(name)) request.passed_on[name] = *value;
  }
}

}  // namespace

const std::string& GenerateRequest::profile_name() const {
  static const std::string custom = kCustomProfile;
  return prompts.uses_profile ? profile->name : custom;
}

Result<GenerateRequest> ParseGenerateRequest(std::string_view text,
                                             const reason::ProfileSet& profiles,
                                             const ProfileCaller& caller) {
  LEMMA_ASSIGN_OR_RETURN(json::object body, ParseJsonObject(text, "the body"));
  NormalizeBudgets(body);
  Status status;
  FieldReader fields(body, "", status);
  std::string prompt, system;
  fields.Require("prompt");
  fields.ReadString("prompt", prompt);
  if (IsBlank(prompt)) fields.Fail("prompt", "is empty");
  fields.ReadString("system", system);
  const ProfileCall call = ReadProfileCall(fields, body);
  LEMMA_RETURN_IF_ERROR(status);

  GenerateRequest request;
  prompt = DecodeIfEscaped(prompt);
  LEMMA_ASSIGN_OR_RETURN(request.profile, ChosenProfile(profiles, call, prompt, caller));
  ReadSampling(fields, request);
  LEMMA_RETURN_IF_ERROR(status);
  LEMMA_ASSIGN_OR_RETURN(request.prompts,
                         InjectPrompts(*request.profile, call, caller, system, prompt));
  if (request.prompts.uses_profile) request.domain = JudgeDomain(*request.profile, prompt);
  return request;
}

std::string ChatBodyOf(const GenerateRequest& request) {
  json::object body = {{"messages",
                        {{{"role", "system"}, {"content", request.prompts.system}},
                         {{"role", "user"}, {"content", request.prompts.user}}}},
                       {"max_tokens", request.max_tokens},
                       {"temperature", request.temperature},
                       {"top_p", request.top_p},
                       {"stream", request.stream}};
  if (request.stream) body["stream_options"] = {{"include_usage", true}};
  if (request.seed) body["seed"] = *request.seed;
  for (const auto& member : request.passed_on) body.insert(member);
  if (request.prompts.uses_profile && !request.profile->model.empty() && NamesNoModel(body)) {
    body["model"] = request.profile->model;
  }
  return json::serialize(body);
}

}  // namespace lemma::gateway
