#include "service/gateway/usage_mapper.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <string>
#include <utility>

namespace lemma::gateway {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

size_t SkipBlanks(std::string_view text, size_t at) {
  const size_t next = text.find_first_not_of(kBlanks, at);
  return next == text.npos ? text.size() : next;
}

// After the quote that ends the string which begins at `begin`.
size_t EndOfString(std::string_view text, size_t begin) {
  size_t at = begin + 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

// Where the quoted name of a member of the outermost object stands; npos where it has none. Choices
// within it may have members of the same name.
size_t MemberAt(std::string_view text, std::string_view name) {
  int depth = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c != '"') continue;
    const size_t end = EndOfString(text, at);
    const size_t colon = SkipBlanks(text, end);
    const bool is_name = colon < text.size() && text[colon] == ':';
    if (depth == 1 && is_name && text.substr(at + 1, end - at - 2) == name) return at;
    at = end - 1;
  }
  return text.npos;
}

// The end of the object that begins at `begin`; npos where it has none.
size_t EndOfObject(std::string_view text, size_t begin) {
  int depth = 0;
  for (size_t at = begin; at < text.size(); ++at) {
    if (text[at] == '"') {
      at = EndOfString(text, at) - 1;
    } else if (text[at] == '{') {
      ++depth;
    } else if (text[at] == '}' && --depth == 0) {
      return at + 1;
    }
  }
  return text.npos;
}

size_t EndOfValue(std::string_view text, size_t begin) {
  if (text.substr(begin).starts_with("null")) return begin + 4;
  return begin < text.size() && text[begin] == '{' ? EndOfObject(text, begin) : text.npos;
}

// The text of a string member, wherever it stands: within a string its quotes were escaped.
std::string_view StringMember(std::string_view text, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\"";
  for (size_t at = text.find(key); at != text.npos; at = text.find(key, at + 1)) {
    const size_t colon = SkipBlanks(text, at + key.size());
    if (colon >= text.size() || text[colon] != ':') continue;
    const size_t quote = SkipBlanks(text, colon + 1);
    if (quote >= text.size() || text[quote] != '"') continue;
    const size_t end = text.find('"', quote + 1);
    return end == text.npos ? "" : text.substr(quote + 1, end - quote - 1);
  }
  return "";
}

// A number's, wherever it stands; 0 where there is none.
double NumberMember(std::string_view text, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\"";
  const size_t at = text.find(key);
  if (at == text.npos) return 0;
  const size_t colon = SkipBlanks(text, at + key.size());
  if (colon >= text.size() || text[colon] != ':') return 0;
  double number = 0;
  const size_t begin = SkipBlanks(text, colon + 1);
  std::from_chars(text.data() + begin, text.data() + text.size(), number);
  return number;
}

// Of the first one, with the empty line that ends it.
size_t EndOfEvent(std::string_view events) {
  const size_t lf = events.find("\n\n");
  const size_t crlf = events.find("\r\n\r\n");
  if (lf == events.npos && crlf == events.npos) return events.size();
  return crlf < lf ? crlf + 4 : lf + 2;
}

bool IsDone(std::string_view event) {
  return event.starts_with("data: [DONE]") || event.starts_with("data:[DONE]");
}

bool HasNoChoices(std::string_view chunk) {
  const size_t at = chunk.find("\"choices\"");
  if (at == chunk.npos) return true;
  size_t next = SkipBlanks(chunk, at + 9);
  if (next >= chunk.size() || chunk[next] != ':') return false;
  next = SkipBlanks(chunk, next + 1);
  if (next >= chunk.size() || chunk[next] != '[') return false;
  next = SkipBlanks(chunk, next + 1);
  return next < chunk.size() && chunk[next] == ']';
}

class UsageMapper final : public AnswerMapper {
 public:
  UsageMapper(std::shared_ptr<Reply> reply, UsageWish wish, std::unique_ptr<AnswerMapper> inner)
      : reply_(std::move(reply)), wish_(wish), inner_(std::move(inner)) {}

  Result<net::HttpResponse> MapWhole(net::HttpResponse response) override {
    Note(response.body);
    if (response.status == 200) account().BeginText();
    return inner_->MapWhole(std::move(response));
  }

  std::string MapEvents(std::string_view bytes) override {
    return inner_->MapEvents(ForClient(whole_events_->MapEvents(bytes)));
  }

  Result<std::string> EndEvents() override {
    Result<std::string> rest = whole_events_->EndEvents();
    if (!rest.ok()) return rest;
    std::string last = inner_->MapEvents(ForClient(*rest) + done_);
    LEMMA_ASSIGN_OR_RETURN(const std::string end, inner_->EndEvents());
    return last + end;
  }

 private:
  Account& account() { return reply_->account(); }

  void Note(std::string_view json) {
    if (const auto model = StringMember(json, "model"); !model.empty()) account().SetModel(model);
    const std::string_view reason = StringMember(json, "finish_reason");
    if (!reason.empty()) account().SetFinishReason(reason);
    if (json.find(R"("loop":{"action")") != json.npos) account().SetLooped();
    NoteTimings(json);
  }

  // As llama.cpp and Lemma tell them.
  void NoteTimings(std::string_view json) {
    const double n = NumberMember(json, "predicted_n");
    const double ms = NumberMember(json, "predicted_ms");
    if (n < 1 || ms <= 0) return;
    account().SetPerToken(
        std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(ms / n)));
  }

  // What of the model's output a chunk shows.
  void NoteOutput(std::string_view chunk) {
    if (!StringMember(chunk, "content").empty() || !StringMember(chunk, "text").empty()) {
      account().BeginText();
    } else if (!StringMember(chunk, "reasoning_content").empty() ||
               !StringMember(chunk, "reasoning").empty()) {
      account().CountThinking();
    }
  }

  // Whole events -> those that the client is shown, as it is shown them.
  std::string ForClient(std::string_view events) {
    std::string shown;
    while (!events.empty()) {
      const size_t end = EndOfEvent(events);
      shown += EventForClient(events.substr(0, end));
      events.remove_prefix(end);
    }
    return shown;
  }

  std::string EventForClient(std::string_view event) {
    if (!done_.empty() || IsDone(event)) {
      done_ += event;
      return "";
    }
    if (event.starts_with(':')) return std::string(event);
    if (event.starts_with("event: error")) account().SetFinishReason("error");
    Note(event);
    const bool is_of_usage_alone = HasNoChoices(event);
    if (!is_of_usage_alone) {
      account().CountPiece();
      NoteOutput(event);
    }
    const UsageMember usage = FindUsage(event);
    if (usage.value.empty()) return std::string(event);
    if (usage.value != "null") account().SetUsage(usage.value);
    if (is_of_usage_alone) return wish_.at_end ? std::string(event) : "";
    if (wish_.in_each) return std::string(event);
    return std::string(event.substr(0, usage.begin)) + std::string(event.substr(usage.end));
  }

  const std::shared_ptr<Reply> reply_;
  const UsageWish wish_;
  const std::unique_ptr<AnswerMapper> whole_events_ = PassThrough();
  const std::unique_ptr<AnswerMapper> inner_;
  std::string done_;  // [DONE], held until the end
};

}  // namespace

UsageMember FindUsage(std::string_view object_text) {
  const size_t at = MemberAt(object_text, "usage");
  if (at == object_text.npos) return {};
  const size_t begin = SkipBlanks(object_text, EndOfString(object_text, at));
  const size_t value = SkipBlanks(object_text, begin + 1);
  const size_t end = EndOfValue(object_text, value);
  if (end == object_text.npos) return {};
  UsageMember found{at, end, object_text.substr(value, end - value)};
  const size_t before = object_text.substr(0, at).find_last_not_of(kBlanks);
  const size_t after = SkipBlanks(object_text, end);
  if (before != object_text.npos && object_text[before] == ',') {
    found.begin = before;
  } else if (after < object_text.size() && object_text[after] == ',') {
    found.end = after + 1;
  }
  return found;
}

std::unique_ptr<AnswerMapper> MeterUsage(std::shared_ptr<Reply> reply, UsageWish wish,
                                         std::unique_ptr<AnswerMapper> inner) {
  return std::make_unique<UsageMapper>(std::move(reply), wish, std::move(inner));
}

}  // namespace lemma::gateway
