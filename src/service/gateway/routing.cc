#include "service/gateway/routing.h"

#include <algorithm>
#include <boost/json.hpp>
#include <functional>

#include "common/base/json.h"
#include "common/base/random_id.h"
#include "service/gateway/chat_normalizer.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;

constexpr int64_t kTokensMax = 1 << 20;
constexpr int64_t kSamplesMax = 16;
// Of a prompt without messages; of any message only so much is looked at.
constexpr size_t kBeginningBytes = 2048;
// 31 bits: the most that every server takes as a seed.
constexpr uint64_t kSeedMask = 0x7fffffff;

bool Generates(const net::HttpRequest& request) {
  const std::string_view target = request.target;
  const std::string_view path = target.substr(0, target.find('?'));
  return request.method == "POST" && (path == "/v1/chat/completions" || path == "/v1/completions");
}

// What the gateway does not know (embeddings, responses) may cost as much as a chat; but what ends
// a chat must not wait behind it.
bool MayCompute(const net::HttpRequest& request) {
  return request.method == "POST" && request.target.starts_with("/v1/") &&
         !request.target.starts_with("/v1/requests/") && !Generates(request);
}

int64_t IntegerOr(const json::object& body, const char* name, int64_t otherwise) {
  const json::value* value = body.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

// Null means absent; a null that stayed would hide what is put in front of it.
bool Lacks(json::object& body, const char* name, bool* has_changed) {
  const json::value* value = body.if_contains(name);
  if (value == nullptr) return true;
  if (!value->is_null()) return false;
  body.erase(name);
  *has_changed = true;
  return true;
}

std::string PutInFront(const std::string& body, const std::string& member) {
  const size_t brace = body.find('{');
  return body.substr(0, brace + 1) + member + "," + body.substr(brace + 1);
}

uint64_t Mix(uint64_t hash, const json::value& value) {
  const std::string text = json::serialize(value);
  return hash * 31 +
         std::hash<std::string_view>{}(std::string_view(text).substr(0, kBeginningBytes));
}

// Turns of one conversation have its beginning in common.
uint64_t ConversationOf(const json::object& body) {
  uint64_t hash = 1;
  const json::value* messages = body.if_contains("messages");
  if (messages == nullptr || !messages->is_array()) {
    const json::value* prompt = body.if_contains("prompt");
    return prompt == nullptr ? 0 : Mix(hash, *prompt);
  }
  for (const json::value& message : messages->get_array()) {
    hash = Mix(hash, message);
    const json::object* object = message.if_object();
    const json::value* role = object == nullptr ? nullptr : object->if_contains("role");
    if (role != nullptr && role->is_string() && role->get_string() == "user") break;
  }
  return hash;
}

// Of what a worker computes, whoever asks, with whichever seed and for how long.
uint64_t QuestionHash(json::object body) {
  for (const char* name : {"deadline_ms", "metadata", "seed", "stream", "stream_options", "user"}) {
    body.erase(name);
  }
  return std::hash<std::string>{}(json::serialize(body));
}

// The body's own where it is sooner than its key's. One that is none is for the worker to refuse.
void ReadDeadline(const json::object& body, Routing& routing) {
  const json::value* written = body.if_contains("deadline_ms");
  if (written == nullptr || written->is_null()) return;
  const std::chrono::milliseconds own(IntegerOr(body, "deadline_ms", 0));
  if (own.count() <= 0) {
    routing.deadline.reset();
  } else if (!routing.deadline || own < *routing.deadline) {
    routing.deadline = own;
  }
}

void CountAnswers(const json::object& body, Routing& routing) {
  int64_t answer = IntegerOr(body, "max_tokens", 0);
  answer = IntegerOr(body, "max_completion_tokens", answer);
  const int64_t n = std::clamp<int64_t>(IntegerOr(body, "n", 1), 1, kSamplesMax);
  if (answer > 0) {
    routing.tokens += std::min(answer, kTokensMax) * n;
  } else {
    routing.n_open_answers = static_cast<int>(n);
  }
}

}  // namespace

Routing PrepareForPool(net::HttpRequest& request, int64_t deadline_ms) {
  Routing routing;
  routing.tokens = static_cast<int64_t>(request.body.size() / 3);
  // What other servers offer below /v1/ (files, batches) may not be.
  routing.is_repeatable =
      Generates(request) || request.method == "GET" || !request.target.starts_with("/v1/");
  routing.waits_in_line = MayCompute(request);
  if (deadline_ms > 0 && (MayCompute(request) || Generates(request))) {
    routing.deadline = std::chrono::milliseconds(deadline_ms);
  }
  if (request.body.empty()) return routing;
  Result<json::object> body = ParseJsonObject(request.body, "the body");
  if (!body.ok()) return routing;
  const json::value* model = body->if_contains("model");
  if (model != nullptr && model->is_string()) routing.model = std::string(model->get_string());
  if (routing.waits_in_line) {
    routing.tokens += std::clamp<int64_t>(IntegerOr(*body, "max_output_tokens", 0), 0, kTokensMax);
  }
  if (!Generates(request) || body->empty()) return routing;

  routing.waits_in_line = true;
  routing.request_hash = QuestionHash(*body);
  const json::value* stream = body->if_contains("stream");
  routing.is_stream = stream != nullptr && stream->is_bool() && stream->get_bool();
  CountAnswers(*body, routing);
  routing.conversation = ConversationOf(*body);
  ReadDeadline(*body, routing);
  bool has_changed = false;
  routing.lacks_model = NamesNoModel(*body);
  if (routing.lacks_model) has_changed = body->erase("model") > 0;
  const bool lacks_seed = Lacks(*body, "seed", &has_changed);
  if (body->empty()) return routing;
  if (has_changed) request.body = json::serialize(*body);
  if (lacks_seed) {
    request.body = PutInFront(request.body, "\"seed\":" + std::to_string(RandomU64() & kSeedMask));
  }
  return routing;
}

std::string WithAdditions(const std::string& body, const BodyAdditions& told) {
  const std::string named =
      told.model.empty()
          ? body
          : PutInFront(body, "\"model\":" + json::serialize(json::value(told.model)));
  if (told.max_tokens == 0 && !told.deadline) return named;
  Result<json::object> changed = ParseJsonObject(named, "the body");
  if (!changed.ok()) return named;
  if (told.max_tokens > 0) {
    json::value& max_tokens = (*changed)["max_tokens"];
    if (max_tokens.is_null()) max_tokens = told.max_tokens;
  }
  if (told.deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*told.deadline);
    (*changed)["deadline_ms"] = std::max<int64_t>(left.count(), 1);
  }
  return json::serialize(*changed);
}

}  // namespace lemma::gateway
