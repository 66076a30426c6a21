#include "service/gateway/generate_reply.h"

#include <boost/json.hpp>
#include <utility>

#include "common/base/json.h"
#include "common/net/sse.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;

// A member of an object, or nullptr: of another type, absent or null.
const json::value* Member(const json::value* value, std::string_view name) {
  const json::object* object = value == nullptr ? nullptr : value->if_object();
  const json::value* member = object == nullptr ? nullptr : object->if_contains(name);
  return member == nullptr || member->is_null() ? nullptr : member;
}

const json::value* FirstChoice(const json::value& reply) {
  const json::value* choices = Member(&reply, "choices");
  const json::array* array = choices == nullptr ? nullptr : choices->if_array();
  return array == nullptr || array->empty() ? nullptr : &array->front();
}

std::string StringOr(const json::value* value, std::string_view otherwise) {
  return std::string(value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                            : otherwise);
}

// Under the name that most servers use, or vLLM's.
std::string ReasoningOf(const json::value* message) {
  const json::value* reasoning = Member(message, "reasoning_content");
  return StringOr(reasoning != nullptr ? reasoning : Member(message, "reasoning"), "");
}

json::value UsageOf(const json::value& reply) {
  const json::value* usage = Member(&reply, "usage");
  return usage == nullptr ? json::value(nullptr) : *usage;
}

Status Unusable() { return DataLoss("the model's worker gave an answer that is not a chat's"); }

class GenerateMapper final : public AnswerMapper {
 public:
  explicit GenerateMapper(std::string profile) : profile_(std::move(profile)) {}

  Result<net::HttpResponse> MapWhole(net::HttpResponse response) override {
    if (response.status != 200) return NameThePrompt(std::move(response));
    const Result<json::value> reply = ParseJson(response.body, "the worker's answer");
    const json::value* choice = reply.ok() ? FirstChoice(*reply) : nullptr;
    const json::value* message = Member(choice, "message");
    if (message == nullptr) return Unusable();
    json::object answer = {{"text", StringOr(Member(message, "content"), "")},
                           {"reasoning", ReasoningOf(message)},
                           {"profile", profile_},
                           {"finish_reason", StringOr(Member(choice, "finish_reason"), "stop")},
                           {"usage", UsageOf(*reply)}};
    if (const json::value* lemma = Member(choice, "lemma")) answer["lemma"] = *lemma;
    response.body = json::serialize(answer);
    return response;
  }

  std::string MapEvents(std::string_view bytes) override {
    std::string out;
    for (const net::SseParser::Event& event : parser_.Push(bytes)) out += MapEvent(event);
    // Comments keep a silent connection open; they are for the client's too.
    if (out.empty() && bytes.starts_with(':')) return ": keep-alive\n\n";
    return out;
  }

  Result<std::string> EndEvents() override {
    if (has_failed_) return std::string();
    if (!is_done_ || is_broken_ || parser_.overflowed()) return Unusable();
    json::object end = {
        {"profile", profile_}, {"finish_reason", finish_reason_}, {"usage", usage_}};
    if (!lemma_.is_null()) end["lemma"] = lemma_;
    return net::SseEvent(json::serialize(end)) + net::SseEvent("[DONE]");
  }

 private:
  // An error of the worker names a field of the chat that the gateway wrote, as `param` and at the
  // beginning of its message; the client knows it as the prompt.
  static net::HttpResponse NameThePrompt(net::HttpResponse response) {
    const Result<json::value> body = ParseJson(response.body, "the worker's error");
    const json::value* error = body.ok() ? Member(&*body, "error") : nullptr;
    const std::string param = StringOr(Member(error, "param"), "");
    if (!param.starts_with("messages")) return response;
    std::string message = StringOr(Member(error, "message"), "");
    if (message.starts_with(param + ": ")) message.replace(0, param.size(), "prompt");
    json::object renamed = error->get_object();
    renamed["param"] = "prompt";
    renamed["message"] = message;
    response.body = json::serialize(json::object{{"error", std::move(renamed)}});
    return response;
  }

  std::string MapEvent(const net::SseParser::Event& event) {
    if (has_failed_) return "";
    if (event.data == "[DONE]") {
      is_done_ = true;
      return "";
    }
    const Result<json::value> chunk = ParseJson(event.data, "the worker's event");
    if (event.event == "error" || (chunk.ok() && Member(&*chunk, "error") != nullptr)) {
      has_failed_ = true;
      return net::SseEvent(event.data, "error");
    }
    if (!chunk.ok()) {
      is_broken_ = true;
      return "";
    }
    if (Member(&*chunk, "usage") != nullptr) usage_ = UsageOf(*chunk);
    const json::value* choice = FirstChoice(*chunk);
    finish_reason_ = StringOr(Member(choice, "finish_reason"), finish_reason_);
    if (const json::value* lemma = Member(choice, "lemma")) lemma_ = *lemma;
    const json::value* delta = Member(choice, "delta");
    return Piece("reasoning", ReasoningOf(delta)) +
           Piece("text", StringOr(Member(delta, "content"), ""));
  }

  static std::string Piece(std::string_view name, const std::string& text) {
    return text.empty() ? "" : net::SseEvent(json::serialize(json::object{{name, text}}));
  }

  const std::string profile_;
  net::SseParser parser_;
  std::string finish_reason_ = "stop";
  json::value usage_ = nullptr;
  json::value lemma_ = nullptr;  // what the worker did so that there is an answer
  bool is_done_ = false;
  bool has_failed_ = false;  // the worker said so
  bool is_broken_ = false;   // an event could not be read: text is missing
};

}  // namespace

std::unique_ptr<AnswerMapper> MapToGenerateReply(std::string profile) {
  return std::make_unique<GenerateMapper>(std::move(profile));
}

}  // namespace lemma::gateway
