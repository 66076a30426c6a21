#include "service/gateway/prompt_counter.h"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <string_view>
#include <vector>

#include "common/base/field_reader.h"
#include "common/text/chat_messages.h"

namespace lemma::gateway {

namespace json = boost::json;

std::optional<int64_t> PromptCounter::CountChat(const json::object& body) const {
  Status status;
  FieldReader fields(body, "", status);
  std::vector<text::ChatMessage> messages;
  text::ReadMessages(fields, messages);
  if (!status.ok()) return std::nullopt;
  const auto ids =
      model_.chat_template.RenderIds(messages, /*add_generation_prompt=*/true, model_.tokenizer);
  if (!ids.ok()) return std::nullopt;
  return static_cast<int64_t>(ids->size());
}

std::optional<int64_t> PromptCounter::CountCompletion(const json::object& body) const {
  const json::value* prompt = body.if_contains("prompt");
  if (prompt == nullptr) return std::nullopt;
  if (const json::array* array = prompt->if_array()) {
    if (array->empty()) return std::nullopt;
    if (array->front().is_number()) return static_cast<int64_t>(array->size());  // ids
    int64_t n_tokens = 0;
    for (const json::value& one : *array) n_tokens += CountPrompt(one);
    return n_tokens;
  }
  if (!prompt->is_string()) return std::nullopt;
  return CountPrompt(*prompt);
}

int64_t PromptCounter::CountPrompt(const json::value& prompt) const {
  if (const json::array* ids = prompt.if_array()) return static_cast<int64_t>(ids->size());
  if (!prompt.is_string()) return 0;  // refused by whoever is asked
  const std::string_view text = prompt.get_string();
  return static_cast<int64_t>(
      model_.tokenizer.Encode(text, text::SpecialTokens::kRecognize).size());
}

}  // namespace lemma::gateway
