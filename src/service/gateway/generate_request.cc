#include "service/gateway/generate_request.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <limits>
#include <utility>

#include "common/base/json.h"
#include "service/gateway/system_prompt.h"
#include "service/reason/choose_profile.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;

constexpr int64_t kMaxTokensMax = 1 << 20;

// Members of the body, checked; the first error stays. Absent and null leave `into` as it is.
class Fields {
 public:
  explicit Fields(const json::object& body) : body_(body) {}
  const Status& status() const { return status_; }

  void Read(std::string_view name, std::string& into) {
    if (const json::value* value = Find(name)) {
      if (!value->is_string()) return Fail(name, "must be a string");
      into = value->get_string();
    }
  }
  void Read(std::string_view name, bool& into) {
    if (const json::value* value = Find(name)) {
      if (!value->is_bool()) return Fail(name, "must be true or false");
      into = value->get_bool();
    }
  }
  void Read(std::string_view name, int64_t low, int64_t high, int64_t& into) {
    if (const json::value* value = Find(name)) {
      // Integers beyond int64 parse as another type.
      if (!value->is_int64() || value->get_int64() < low || value->get_int64() > high) {
        return Fail(name, fmt::format("must be an integer from {} to {}", low, high));
      }
      into = value->get_int64();
    }
  }
  void Read(std::string_view name, double low, double high, double& into) {
    if (const json::value* value = Find(name)) {
      const double number = value->is_number() ? value->to_number<double>() : high + 1;
      if (!(number >= low && number <= high)) {
        return Fail(name, fmt::format("must be a number from {} to {}", low, high));
      }
      into = number;
    }
  }
  void Fail(std::string_view name, std::string message) {
    if (status_.ok()) status_ = InvalidArgument(std::move(message), std::string(name));
  }
  bool Has(std::string_view name) const { return Find(name) != nullptr; }

 private:
  const json::value* Find(std::string_view name) const {
    const json::value* value = body_.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  const json::object& body_;
  Status status_;
};

}  // namespace

const std::string& GenerateRequest::profile_name() const {
  static const std::string custom = kCustomProfile;
  return system.empty() ? profile->name : custom;
}

Result<GenerateRequest> ParseGenerateRequest(std::string_view text) {
  LEMMA_ASSIGN_OR_RETURN(const json::object body, ParseJsonObject(text, "the body"));
  GenerateRequest request;
  Fields fields(body);
  fields.Read("prompt", request.prompt);
  if (!fields.Has("prompt")) fields.Fail("prompt", "is missing: what is to be answered, a string");
  if (IsBlank(request.prompt)) fields.Fail("prompt", "is empty");
  fields.Read("system", request.system);
  LEMMA_RETURN_IF_ERROR(fields.status());
  if (IsBlank(request.system)) request.system.clear();

  LEMMA_ASSIGN_OR_RETURN(request.profile, NamedProfile(body));
  if (request.profile == nullptr) request.profile = &reason::ChooseProfile(request.prompt);
  LEMMA_ASSIGN_OR_RETURN(request.language, NamedLanguage(body));

  request.max_tokens = request.profile->max_tokens;
  request.temperature = request.profile->temperature;
  request.top_p = request.profile->top_p;
  fields.Read("max_tokens", 1, kMaxTokensMax, request.max_tokens);
  fields.Read("temperature", 0.0, 2.0, request.temperature);
  fields.Read("top_p", std::numeric_limits<double>::min(), 1.0, request.top_p);
  fields.Read("stream", request.stream);
  if (fields.Has("seed")) {
    int64_t seed = 0;
    fields.Read("seed", 0, std::numeric_limits<int64_t>::max(), seed);
    request.seed = seed;
  }
  LEMMA_RETURN_IF_ERROR(fields.status());
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
  return json::serialize(body);
}

}  // namespace lemma::gateway
