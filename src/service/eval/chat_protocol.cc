#include "service/eval/chat_protocol.h"

#include <boost/json.hpp>
#include <string_view>

#include "common/base/field_reader.h"
#include "common/base/json.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

constexpr int64_t kTokensMax = int64_t{1} << 40;

json::object RenderBody(const RunSettings& settings, const Problem& problem, int64_t seed) {
  json::array messages;
  if (!settings.system.empty()) {
    messages.push_back({{"role", "system"}, {"content", settings.system}});
  }
  messages.push_back({{"role", "user"}, {"content", problem.prompt + settings.suffix}});
  json::object body = {{"messages", std::move(messages)}, {"seed", seed}};
  if (!settings.model.empty()) body["model"] = settings.model;
  if (!settings.profile.empty() && settings.profile != kNoProfile) {
    body["profile"] = settings.profile;
  }
  if (!settings.language.empty()) body["language"] = settings.language;
  if (settings.temperature) body["temperature"] = *settings.temperature;
  if (settings.max_tokens) body["max_tokens"] = *settings.max_tokens;
  if (settings.deadline_ms) body["deadline_ms"] = *settings.deadline_ms;
  if (!settings.loop_guard) body["loop_guard"] = false;
  return body;
}

void ReadChoice(FieldReader& choice, Reply& reply) {
  std::string finish_reason;
  choice.ReadString("finish_reason", finish_reason);
  reply.is_cut = finish_reason == "length";
  // A token's id where it is not text; vLLM says "repetition" as the finish_reason itself.
  const json::value* stop = choice.Find("stop_reason");
  reply.is_stopped = (stop != nullptr && *stop == "repetition_detected") ||
                     finish_reason.starts_with("repetition");
  const json::object* own = choice.FindObject("lemma");
  reply.has_looped = reply.is_stopped || (own != nullptr && own->contains("loop"));
  reply.is_declined = own != nullptr && own->contains("off_domain");
  choice.Require("message");
  const json::object* message = choice.FindObject("message");
  if (message == nullptr) return;
  FieldReader fields = choice.Within(*message, "message");
  fields.ReadString("content", reply.text);
  fields.ReadString("reasoning_content", reply.reasoning);
  if (reply.reasoning.empty()) fields.ReadString("reasoning", reply.reasoning);
}

void ReadChat(FieldReader& fields, Reply& reply) {
  const json::value* choices = fields.Require("choices");
  const json::array* array = choices == nullptr ? nullptr : choices->if_array();
  if (array == nullptr || array->empty() || !array->front().is_object()) {
    return fields.Fail("choices", "must be an array with one choice");
  }
  FieldReader choice = fields.Within(array->front().get_object(), "choices[0]");
  ReadChoice(choice, reply);
}

// Lemma's own tell what their guard did; vLLM says "repetition" as the finish_reason itself.
void ReadSample(const json::object& sample, Reply& reply) {
  const json::value* reason = sample.if_contains("finish_reason");
  const json::string* finish = reason == nullptr ? nullptr : reason->if_string();
  const json::value* loop = sample.if_contains("loop");
  const json::object* guard = loop == nullptr ? nullptr : loop->if_object();
  const json::value* action = guard == nullptr ? nullptr : guard->if_contains("action");
  const bool is_stopped = (action != nullptr && *action == "stop") ||
                          (finish != nullptr && finish->starts_with("repetition"));
  reply.is_cut |= finish != nullptr && *finish == "length";
  reply.is_stopped |= is_stopped;
  reply.has_looped |= is_stopped || guard != nullptr;
}

// A solve is cut, or stopped, where a sample was and there is no answer: what has no answer for
// another reason is not. It has looped where any sample has.
void ReadSolve(FieldReader& fields, Reply& reply) {
  std::string answer;
  fields.ReadString("answer", answer);
  if (!answer.empty()) reply.answer = answer;
  fields.ReadString("solution", reply.text);
  fields.ReadString("reasoning", reply.reasoning);
  const json::value* samples = fields.Require("samples");
  if (samples == nullptr || !samples->is_array()) return;
  for (const json::value& sample : samples->get_array()) {
    if (const json::object* object = sample.if_object()) ReadSample(*object, reply);
  }
  reply.is_cut = reply.is_cut && answer.empty();
  reply.is_stopped = reply.is_stopped && answer.empty();
}

Status CheckNoProfile(const RunSettings& settings, const net::HttpResponse& response) {
  const std::string_view profile = response.header("x-lemma-profile");
  if (settings.profile != kNoProfile || profile.empty() || profile == "custom") return Ok();
  return InvalidArgument("--profile none: this server put in the system prompt of the profile " +
                         std::string(profile) +
                         ", as `lemma serve` always does; ask a `lemma worker --listen ADDR`, "
                         "another server, or none (without --url)");
}

}  // namespace

net::HttpRequest RenderRequest(const RunSettings& settings, const Problem& problem, int64_t seed) {
  json::object body = RenderBody(settings, problem, seed);
  net::HttpRequest request;
  request.method = "POST";
  request.target = settings.strategy.empty() ? "/v1/chat/completions" : "/v1/solve";
  request.headers = {{"Content-Type", "application/json"}};
  if (!settings.strategy.empty()) {
    body["strategy"] = settings.strategy;
    body["samples"] = settings.n_votes;
    if (!problem.shown_tests.empty()) body["tests"] = json::parse(problem.shown_tests);
  }
  request.body = json::serialize(body);
  return request;
}

Result<Reply> ParseReply(const RunSettings& settings, const net::HttpResponse& response) {
  LEMMA_RETURN_IF_ERROR(CheckNoProfile(settings, response));
  Reply reply;
  if (response.status == 504) {  // the deadline, before anything was said
    reply.is_cut = true;
    return reply;
  }
  LEMMA_ASSIGN_OR_RETURN(const json::object body, ParseJsonFile(response.body, "the reply"));
  Status status;
  FieldReader fields(body, "", status);
  settings.strategy.empty() ? ReadChat(fields, reply) : ReadSolve(fields, reply);
  if (const json::object* usage = fields.FindObject("usage")) {
    fields.Within(*usage, "usage").ReadInteger("completion_tokens", 0, kTokensMax, reply.tokens);
  }
  if (!status.ok()) return DataLoss("the reply: " + status.field() + " " + status.message());
  return reply;
}

}  // namespace lemma::eval
