#include "service/solve/sample.h"

#include <boost/json.hpp>
#include <string_view>
#include <vector>

#include "service/reason/consensus/claims.h"

namespace lemma::solve {
namespace {

namespace json = boost::json;

const json::value* Member(const json::object* object, std::string_view name) {
  const json::value* member = object == nullptr ? nullptr : object->if_contains(name);
  return member == nullptr || member->is_null() ? nullptr : member;
}

const json::object* ObjectOf(const json::object* object, std::string_view name) {
  const json::value* member = Member(object, name);
  return member == nullptr ? nullptr : member->if_object();
}

std::string TextOf(const json::object* object, std::string_view name) {
  const json::value* member = Member(object, name);
  const json::string* text = member == nullptr ? nullptr : member->if_string();
  return text == nullptr ? "" : std::string(*text);
}

// As the server tells it, or what its log probabilities let be known; nothing where it has none.
std::optional<double> ReadEntropy(const json::object& token, Sample& sample) {
  const json::value* entropy = Member(&token, "entropy");
  if (entropy != nullptr && entropy->is_number()) {
    sample.tells_entropy = true;
    return entropy->to_number<double>();
  }
  const json::value* top = Member(&token, "top_logprobs");
  const json::array* entries = top == nullptr ? nullptr : top->if_array();
  std::vector<double> values;
  for (const json::value& entry : entries == nullptr ? json::array() : *entries) {
    const json::value* logprob = Member(entry.if_object(), "logprob");
    if (logprob != nullptr && logprob->is_number()) values.push_back(logprob->to_number<double>());
  }
  return values.empty() ? std::nullopt : std::optional(reason::EntropyOfTop(values));
}

void ReadConfidence(const json::object* logprobs, Sample& sample) {
  const json::value* content = Member(logprobs, "content");
  const json::array* tokens = content == nullptr ? nullptr : content->if_array();
  for (const json::value& token : tokens == nullptr ? json::array() : *tokens) {
    if (!token.is_object()) continue;
    const std::optional<double> entropy = ReadEntropy(token.get_object(), sample);
    if (entropy) sample.confidence.Add(*entropy);
  }
}

// What the server did to the sample, beside computing it (docs/http.md).
void ReadInterventions(const json::object* lemma, Sample& sample) {
  const std::string closed = TextOf(lemma, "thinking_closed");
  if (!closed.empty()) sample.thinking_closed = closed;
  if (const json::object* loop = ObjectOf(lemma, "loop")) sample.loop = *loop;
  const json::value* salvaged = Member(lemma, "answer_salvaged");
  if (salvaged != nullptr && *salvaged == true) sample.is_salvaged = true;
}

}  // namespace

const char* SampleStateName(SampleState state) {
  switch (state) {
    case SampleState::kRunning:
      return "running";
    case SampleState::kEnded:
      return "ended";
    case SampleState::kCancelled:
      return "cancelled";
    case SampleState::kWeak:
      return "weak";
  }
  return "";
}

double Reliability(const Sample& sample) {
  std::vector<bool> verdicts;
  for (const Claim& claim : sample.claims) verdicts.push_back(claim.holds);
  return reason::Reliability(verdicts);
}

SampleDelta ReadChoice(const json::object& choice, Sample& sample) {
  const json::object* delta = ObjectOf(&choice, "delta");
  SampleDelta added;
  added.reasoning = TextOf(delta, "reasoning_content");
  if (added.reasoning.empty()) added.reasoning = TextOf(delta, "reasoning");  // vLLM's name
  added.text = TextOf(delta, "content");
  sample.reasoning += added.reasoning;
  sample.text += added.text;
  if (!sample.is_counted) sample.n_tokens += !added.reasoning.empty() || !added.text.empty();
  ReadConfidence(ObjectOf(&choice, "logprobs"), sample);
  ReadInterventions(ObjectOf(&choice, "lemma"), sample);
  if (const std::string reason = TextOf(&choice, "finish_reason"); !reason.empty()) {
    sample.finish_reason = reason;
    const json::value* n_tokens = Member(ObjectOf(&choice, "usage"), "completion_tokens");
    if (n_tokens != nullptr && n_tokens->is_int64()) sample.n_tokens = n_tokens->get_int64();
  }
  return added;
}

}  // namespace lemma::solve
