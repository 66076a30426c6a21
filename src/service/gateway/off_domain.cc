#include "service/gateway/off_domain.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <span>
#include <utility>
#include <vector>

#include "common/base/json.h"
#include "common/net/sse.h"
#include "common/text/unicode.h"
#include "service/gateway/generation_body.h"
#include "service/reason/request_classifier.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;
using reason::OffDomainPolicy;

// More would be work that a client can ask for without end.
constexpr size_t kQuestionsMax = 8;

constexpr const char* kRefusalEnglish =
    "I am a specialist for mathematics and programming, and this question seems to be about "
    "something else, so I had better not answer it. I can help you to calculate, to solve or to "
    "prove something, to write or to understand a program, or to find out why one fails. If your "
    "question is of that kind, please put it in other words, with its numbers or its code.";
constexpr const char* kRefusalChinese =
    "我是专门解答数学和编程问题的助手,这个问题似乎不在这个范围内,所以我还是不回答为好。"
    "我可以帮你计算、解题、证明,编写或理解程序,或者找出程序出错的原因。"
    "如果你的问题属于这一类,请换一种说法,并附上具体的数字或代码。";

constexpr const char* kFinishReasonLogged = "off_domain";
constexpr const char* kNoUsage = R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})";

// Whether the text is more Chinese than anything else: a character says about as much as four
// letters.
bool IsChinese(std::string_view text) {
  size_t n_chinese = 0, n_letters = 0;
  for (size_t at = 0; at < text.size();) {
    const text::DecodedChar next = text::DecodeUtf8(text, at);
    n_chinese += next.valid && next.c >= 0x4E00 && next.c <= 0x9FFF;
    n_letters += (next.c >= 'a' && next.c <= 'z') || (next.c >= 'A' && next.c <= 'Z');
    at += next.length;
  }
  return 4 * n_chinese > n_letters;
}

// `questions`: the last first.
DomainVerdict Judge(const reason::TaskProfile& profile,
                    std::span<const std::string_view> questions) {
  const bool is_off_domain = profile.off_domain != OffDomainPolicy::kPass && !questions.empty() &&
                             std::ranges::all_of(questions, reason::IsOffDomain);
  if (!is_off_domain) return {};
  DomainVerdict verdict{profile.off_domain, ""};
  if (verdict.policy == OffDomainPolicy::kRefuse) {
    verdict.refusal = IsChinese(questions.front()) ? kRefusalChinese : kRefusalEnglish;
  }
  return verdict;
}

// What a completion and its chunks have in common.
json::object Envelope(const Reply& reply, const char* object, std::string_view model) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {{"id", "chatcmpl-" + reply.request_id()},
          {"object", object},
          {"created", std::chrono::duration_cast<std::chrono::seconds>(now).count()},
          {"model", model}};
}

json::object Choice(const char* name, json::object content, json::value finish_reason) {
  json::object choice = {{"index", 0}, {name, std::move(content)}};
  if (!finish_reason.is_null()) choice["lemma"] = {{"off_domain", "refused"}};
  choice["finish_reason"] = std::move(finish_reason);
  return choice;
}

std::string Whole(const Reply& reply, std::string_view model, const std::string& refusal) {
  json::object body = Envelope(reply, "chat.completion", model);
  body["choices"] =
      json::array{Choice("message", {{"role", "assistant"}, {"content", refusal}}, "stop")};
  body["usage"] = json::parse(kNoUsage);
  return json::serialize(body);
}

std::string Stream(const Reply& reply, std::string_view model, const std::string& refusal,
                   bool tells_usage) {
  const auto event = [&](json::array choices, bool has_usage) {
    json::object chunk = Envelope(reply, "chat.completion.chunk", model);
    chunk["choices"] = std::move(choices);
    if (has_usage) chunk["usage"] = json::parse(kNoUsage);
    return net::SseEvent(json::serialize(chunk));
  };
  const json::object delta = {{"role", "assistant"}, {"content", refusal}};
  std::string events =
      event({Choice("delta", delta, nullptr)}, false) + event({Choice("delta", {}, "stop")}, false);
  if (tells_usage) events += event({}, true);
  return events + net::SseEvent("[DONE]");
}

}  // namespace

DomainVerdict JudgeDomain(const reason::TaskProfile& profile, const json::array& messages) {
  std::vector<std::string_view> questions;
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    if (message->at("role").as_string() != "user") continue;
    questions.push_back(message->at("content").as_string());
    if (questions.size() == kQuestionsMax) break;
  }
  return Judge(profile, questions);
}

DomainVerdict JudgeDomain(const reason::TaskProfile& profile, std::string_view question) {
  return Judge(profile, {&question, 1});
}

void AnswerRefusal(Reply& reply, const net::HttpRequest& request, AnswerMapper& mapper,
                   const std::string& refusal, const std::string& model) {
  const auto body = GenerationBody::Parse(request.body);
  if (!body.ok()) return reply.SendError(body.status());
  const std::string name = body->model().value_or(model);
  reply.account().SetUsage(kNoUsage);
  if (!body->is_stream()) {
    auto whole = mapper.MapWhole(net::HttpResponse::Json(200, Whole(reply, name, refusal)));
    if (!whole.ok()) return reply.SendError(whole.status());
    reply.account().SetFinishReason(kFinishReasonLogged);
    return reply.Send(std::move(*whole));
  }
  reply.Start({200, {{"Content-Type", "text/event-stream"}}, ""});
  std::string events = mapper.MapEvents(Stream(reply, name, refusal, body->usage_wish().at_end));
  const Result<std::string> rest = mapper.EndEvents();
  reply.account().SetFinishReason(kFinishReasonLogged);
  reply.Finish(events + (rest.ok() ? *rest : std::string()));
}

}  // namespace lemma::gateway
