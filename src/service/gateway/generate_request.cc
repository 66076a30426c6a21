#include "service/gateway/generate_request.h"

#include <boost/json.hpp>
#include <limits>
#include <utility>

#include "common/base/field_reader.h"
#include "common/base/json.h"
#include "service/gateway/system_prompt.h"
#include "service/reason/choose_profile.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;

constexpr int64_t kMaxTokensMax = 1 << 20;

}  // namespace

const std::string& GenerateRequest::profile_name() const {
  static const std::string custom = kCustomProfile;
  return system.empty() ? profile->name : custom;
}

Result<GenerateRequest> ParseGenerateRequest(std::string_view text) {
  LEMMA_ASSIGN_OR_RETURN(const json::object body, ParseJsonObject(text, "the body"));
  Status status;
  FieldReader fields(body, "", status);
  GenerateRequest request;
  fields.Require("prompt");
  fields.ReadString("prompt", request.prompt);
  if (IsBlank(request.prompt)) fields.Fail("prompt", "is empty");
  fields.ReadString("system", request.system);
  if (IsBlank(request.system)) request.system.clear();
  request.profile = ReadProfile(fields);
  if (request.profile == nullptr) request.profile = &reason::ChooseProfile(request.prompt);
  request.language = ReadLanguage(fields);

  request.max_tokens = request.profile->max_tokens;
  request.temperature = request.profile->temperature;
  request.top_p = request.profile->top_p;
  for (const char* name : {"max_tokens", "max_completion_tokens"}) {
    fields.ReadInteger(name, 1, kMaxTokensMax, request.max_tokens);
  }
  for (const char* name : kPassedOn) {
    if (const json::value* value = fields.Find(name)) request.passed_on[name] = *value;
  }
  fields.ReadNumber("temperature", 0, 2, request.temperature);
  fields.ReadNumber("top_p", 0, 1, request.top_p, /*low_open=*/true);
  fields.ReadBool("stream", request.stream);
  if (fields.Find("seed") != nullptr) {
    request.seed = 0;
    fields.ReadInteger("seed", 0, std::numeric_limits<int64_t>::max(), *request.seed);
  }
  if (!status.ok()) return status;
  return request;
}

std::string ChatBodyOf(const GenerateRequest& request) {
  const std::string& system =
      request.system.empty() ? request.profile->system(request.language) : request.system;
  json::object body = {{"messages",
                        {{{"role", "system"}, {"content", system}},
                         {{"role", "user"}, {"content", request.prompt}}}},
                       {"max_tokens", request.max_tokens},
                       {"temperature", request.temperature},
                       {"top_p", request.top_p},
                       {"stream", request.stream}};
  if (request.stream) body["stream_options"] = {{"include_usage", true}};
  if (request.seed) body["seed"] = *request.seed;
  for (const auto& member : request.passed_on) body.insert(member);
  return json::serialize(body);
}

}  // namespace lemma::gateway
