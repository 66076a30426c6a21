#include "service/gateway/generation_body.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "common/base/json.h"
#include "service/access/limits.h"
#include "service/gateway/chat_normalizer.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;

constexpr int64_t kSamplesMax = 1 << 20;  // more than any worker takes
// Of a chat template around a request, beyond what its JSON takes.
constexpr int64_t kTemplateTokensMax = 64;

// A count of at least 1; nothing where the field is absent or no such number: then the worker's
// default holds, or it refuses.
std::optional<int64_t> Count(const json::object& body, std::string_view name) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  boost::system::error_code not_a_count;
  const auto count = value->to_number<int64_t>(not_a_count);
  if (not_a_count || count < 1) return std::nullopt;
  return count;
}

// Servers differ in which of the names they know and which one wins: the largest bounds them all.
// A negative one means without a bound (llama.cpp).
std::optional<int64_t> OutputTokens(const json::object& body) {
  std::optional<int64_t> tokens;
  for (const char* name : kMaxTokensNames) {
    const json::value* value = body.if_contains(name);
    const bool is_open = value != nullptr && value->is_number() && value->to_number<double>() < 0;
    tokens = std::max(tokens, is_open ? access::kRequestTokensMax : Count(body, name));
  }
  return tokens ? std::optional(std::min(*tokens, access::kRequestTokensMax)) : std::nullopt;
}

// What a server that knows tools puts into the prompt: a token a byte at most.
int64_t ToolTokens(const json::object& body) {
  size_t n_bytes = 0;
  for (const char* name : {"tools", "functions"}) {
    const json::value* tools = body.if_contains(name);
    const json::array* array = tools == nullptr ? nullptr : tools->if_array();
    if (array != nullptr && !array->empty()) n_bytes += json::serialize(*tools).size();
  }
  return static_cast<int64_t>(n_bytes);
}

int64_t PromptsOf(const json::object& body) {
  const json::value* prompt = body.if_contains("prompt");
  const json::array* array = prompt == nullptr ? nullptr : prompt->if_array();
  const bool is_many = array != nullptr && !array->empty() && !array->front().is_number();
  return is_many ? static_cast<int64_t>(array->size()) : 1;
}

int64_t SamplesOf(const json::object& body) {
  const int64_t n = std::max(Count(body, "n").value_or(1), Count(body, "best_of").value_or(1));
  return std::min(n, kSamplesMax) * PromptsOf(body);
}

bool IsFor(const json::object& body, const CountedModel& model, std::string_view default_model) {
  const json::value* name = body.if_contains("model");
  const bool is_named = name != nullptr && !name->is_null();
  if (is_named && !name->is_string()) return false;
  if (is_named && !name->get_string().empty()) return name->get_string() == model.id;
  return default_model.empty() || default_model == model.id;
}

json::object* ObjectAt(json::object& body, std::string_view name) {
  json::value* value = body.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

bool IsTrue(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

// Sets it unless the client wrote what the worker will refuse.
void SetFlag(json::object& object, std::string_view name) {
  json::value& value = object[name];
  if (value.is_null() || value.is_bool()) value = true;
}

}  // namespace

Result<GenerationBody> GenerationBody::Parse(std::string text) {
  LEMMA_ASSIGN_OR_RETURN(json::object body, ParseJsonObject(text, "the body"));
  return GenerationBody(std::move(text), std::move(body));
}

Result<TokenClaim> GenerationBody::Claim(CallKind kind, const PromptCounter* counter,
                                         std::string_view default_model) const {
  const std::optional<int64_t> asked = OutputTokens(body_);
  const int64_t n_bytes = static_cast<int64_t>(text_.size()) + kTemplateTokensMax;
  TokenClaim claim;
  if (counter != nullptr && IsFor(body_, counter->model(), default_model)) {
    const CountedModel& model = counter->model();
    const auto counted =
        kind == CallKind::kChat ? counter->CountChat(body_) : counter->CountCompletion(body_);
    const int64_t n_tools = ToolTokens(body_);
    claim.n_prompt = counted ? *counted + n_tools : n_bytes;
    const bool is_one = PromptsOf(body_) == 1;  // else each has a context of its own
    if (counted && n_tools == 0 && is_one) claim.n_counted = *counted;
    const int64_t room = std::max<int64_t>(0, model.context_tokens - (is_one ? claim.n_prompt : 0));
    // What does not fit is refused by the worker, which says what would.
    claim.n_output = std::min(asked.value_or(model.output_tokens_default), room);
  } else if (asked) {
    claim.n_prompt = n_bytes * PromptsOf(body_);
    claim.n_output = *asked;
  } else {
    return InvalidArgument(
        "needed: this API key has a limit of tokens, and how many this model generates by itself "
        "is not known here",
        "max_tokens");
  }
  claim.n_prompt = std::min(claim.n_prompt, access::kRequestTokensMax);
  claim.n_answer = claim.n_output;
  const int64_t n_samples = std::min(SamplesOf(body_), kSamplesMax);
  claim.n_output = std::min(claim.n_output * n_samples, access::kRequestTokensMax - claim.n_prompt);
  return claim;
}

std::optional<std::string> GenerationBody::model() const {
  const json::value* name = body_.if_contains("model");
  if (name == nullptr || !name->is_string() || name->get_string().empty()) return std::nullopt;
  return std::string(name->get_string());
}

bool GenerationBody::is_stream() const { return IsTrue(body_, "stream"); }

UsageWish GenerationBody::usage_wish() const {
  const json::value* options = body_.if_contains("stream_options");
  if (options == nullptr || !options->is_object()) return {};
  return {.at_end = IsTrue(options->get_object(), "include_usage"),
          .in_each = IsTrue(options->get_object(), "continuous_usage_stats")};
}

void GenerationBody::AskForUsage() {
  json::value& options = body_["stream_options"];
  if (options.is_null()) options = json::object();
  json::object* object = ObjectAt(body_, "stream_options");
  if (object == nullptr) return;  // the worker says what is wrong with it
  SetFlag(*object, "include_usage");
  SetFlag(*object, "continuous_usage_stats");
  is_changed_ = true;
}

void GenerationBody::LimitTime(int64_t deadline_ms) {
  if (deadline_ms == 0) return;
  const std::optional<int64_t> own = Count(body_, "deadline_ms");
  const json::value* written = body_.if_contains("deadline_ms");
  const bool is_refused = !own && written != nullptr && !written->is_null();
  if (is_refused || (own && *own <= deadline_ms)) return;
  body_["deadline_ms"] = deadline_ms;
  is_changed_ = true;
}

std::string GenerationBody::Text() const { return is_changed_ ? json::serialize(body_) : text_; }

}  // namespace lemma::gateway
