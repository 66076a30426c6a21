#include "service/jobs/job_answer.h"

#include <boost/json.hpp>
#include <utility>

#include "service/jobs/job_request.h"

namespace lemma::jobs {
namespace {

namespace json = boost::json;

int64_t IntegerAt(const json::object& object, std::string_view name, int64_t otherwise) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

bool Is(const json::object& object, std::string_view name, std::string_view text) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() && value->get_string() == text;
}

Status TooLarge() {
  return InvalidArgument(
      "the answer is over 8 MiB, more than a job keeps: ask for fewer samples, tokens or logprobs");
}

}  // namespace

void JobAnswer::Add(json::object message) {
  if (target_ == kSolve) return AddOfRun(std::move(message));
  if (n_bytes_ > kResultBytesMax) return;
  target_ == kChat ? AddOfChat(std::move(message)) : AddOfGenerate(std::move(message));
}

void JobAnswer::AddOfRun(json::object message) {
  const int64_t sample = IntegerAt(message, "sample", 0);
  if (Is(message, "type", "delta")) {
    ++n_tokens_[sample];
  } else if (Is(message, "type", "sample")) {
    ++n_samples_ended_;
    n_tokens_[sample] = IntegerAt(message, "completion_tokens", n_tokens_[sample]);
  } else if (Is(message, "type", "vote") && message.contains("votes")) {
    votes_ = std::move(message["votes"]);
  } else if (Is(message, "type", "result")) {
    message.erase("type");
    body_ = std::move(message);
    has_result_ = true;
    TakeUsage();
  }
}

void JobAnswer::AddOfChat(json::object message) {
  const json::value* choices = message.if_contains("choices");
  if (choices != nullptr && choices->is_array()) {
    for (const json::value& choice : choices->get_array()) {
      if (choice.is_object()) AddChoice(choice.get_object());
    }
  }
  message.erase("choices");
  for (auto& member : message) body_[member.key()] = std::move(member.value());
  body_["object"] = "chat.completion";
  TakeUsage();
}

// A delta's texts are appended, all else of a chunk replaces what was said before: but for the
// message, which is what is put together here.
void JobAnswer::AddChoice(const json::object& choice) {
  const int64_t index = IntegerAt(choice, "index", 0);
  const auto [place, is_new] = choices_.try_emplace(index);
  json::object& whole = place->second;
  if (is_new) {
    whole = {{"index", index}, {"message", json::object()}, {"logprobs", nullptr}};
  }
  for (const auto& member : choice) {
    const std::string_view name = member.key();
    if (name == "delta") {
      if (!member.value().is_object()) continue;
      for (const auto& piece : member.value().get_object()) {
        AppendText(whole["message"].as_object(), piece.key(), piece.value());
      }
      ++n_tokens_[index];
    } else if (name == "logprobs" && member.value().is_object()) {
      n_bytes_ += json::serialize(member.value()).size();
      json::value& all = whole["logprobs"];
      json::value* more = nullptr;
      json::object piece = member.value().get_object();
      if (all.is_object() && (more = piece.if_contains("content")) && more->is_array()) {
        json::value& known = all.as_object()["content"];
        json::array& content = known.is_array() ? known.get_array() : known.emplace_array();
        for (json::value& token : more->get_array()) content.push_back(std::move(token));
      } else {
        all = std::move(piece);
      }
    } else if (name != "index" && name != "message" &&
               !(member.value().is_null() && whole.contains(name))) {
      whole[name] = member.value();
    }
  }
}

void JobAnswer::AddOfGenerate(json::object message) {
  for (const auto& member : message) {
    const bool is_text = member.key() == "text" || member.key() == "reasoning";
    is_text ? AppendText(body_, member.key(), member.value())
            : void(body_[member.key()] = member.value());
  }
  if (message.contains("text") || message.contains("reasoning")) ++n_tokens_[0];
  has_result_ = has_result_ || message.contains("finish_reason");
  TakeUsage();
}

void JobAnswer::AppendText(json::object& to, std::string_view name, const json::value& piece) {
  json::value* known = to.if_contains(name);
  if (known == nullptr || !known->is_string() || !piece.is_string() || name == "role") {
    to[name] = piece;
  } else {
    known->get_string().append(piece.get_string());
  }
  if (piece.is_string()) n_bytes_ += piece.get_string().size();
}

void JobAnswer::TakeUsage() {
  const json::value* usage = body_.if_contains("usage");
  if (usage == nullptr || !usage->is_object()) return;
  int64_t n_counted = 0;
  for (const auto& [sample, n] : n_tokens_) n_counted += n;
  n_tokens_ = {{0, IntegerAt(usage->get_object(), "completion_tokens", n_counted)}};
}

std::string JobAnswer::Progress() const {
  int64_t n_tokens = 0;
  for (const auto& [sample, n] : n_tokens_) n_tokens += n;
  json::object progress = {{"tokens", n_tokens}};
  if (target_ == kSolve) {
    progress["samples_ended"] = n_samples_ended_;
    progress["votes"] = votes_.is_null() ? json::value(json::array()) : votes_;
  }
  return json::serialize(progress);
}

Result<std::string> JobAnswer::Body() const {
  if (n_bytes_ > kResultBytesMax) return TooLarge();
  json::object body = body_;
  bool is_whole = has_result_;
  if (target_ == kChat) {
    is_whole = !choices_.empty();
    json::array& choices = body["choices"].emplace_array();
    for (const auto& [index, choice] : choices_) {
      const json::value* reason = choice.if_contains("finish_reason");
      is_whole = is_whole && reason != nullptr && reason->is_string();
      choices.push_back(choice);
    }
  }
  if (target_ == kGenerate) {
    for (const char* name : {"text", "reasoning"}) {
      if (!body.contains(name)) body[name] = "";
    }
  }
  if (!is_whole) return DataLoss("the answer broke off before its end");
  std::string text = json::serialize(body);
  if (text.size() > kResultBytesMax) return TooLarge();
  return text;
}

}  // namespace lemma::jobs
