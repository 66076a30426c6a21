#include "service/gateway/chat_normalizer.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "common/text/chat_messages.h"
#include "service/gateway/escaped_text.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;

std::string_view StringOf(const json::value* value) {
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : "";
}

std::string_view RoleOf(const json::value& message) {
  const json::object* object = message.if_object();
  return object == nullptr ? "" : StringOf(object->if_contains("role"));
}

bool IsSystem(std::string_view role) { return role == "system" || role == "developer"; }

bool IsTextPart(const json::value& part) {
  if (part.is_string()) return true;
  const json::object* object = part.if_object();
  if (object == nullptr) return false;
  const std::string_view type = StringOf(object->if_contains("type"));
  const json::value* text = object->if_contains("text");
  const bool is_text_type = type == "text" || type == "input_text" || type == "output_text";
  return is_text_type && text != nullptr && text->is_string();
}

// The text of a message, nullopt where its content is not text.
std::optional<std::string> TextOf(const json::object& message) {
  const json::value* content = message.if_contains("content");
  if (content == nullptr || content->is_null()) {
    if (RoleOf(message) == "assistant") return "";
    return std::nullopt;
  }
  if (content->is_string()) return std::string(content->get_string());
  const json::array* parts = content->if_array();
  if (parts == nullptr || !std::ranges::all_of(*parts, IsTextPart)) return std::nullopt;
  std::string text;
  for (const json::value& part : *parts) {
    text += StringOf(part.is_string() ? &part : part.get_object().if_contains("text"));
  }
  return text;
}

bool IsMessage(const json::value& message) {
  constexpr std::string_view kRoles[] = {"system",    "developer", "user",
                                         "assistant", "tool",      "function"};
  return std::ranges::find(kRoles, RoleOf(message)) != std::end(kRoles) &&
         TextOf(message.get_object()).has_value();
}

// `message`, which is no system message, in its canonical form. True: that changed it.
bool NormalizeMessage(json::object& message) {
  // The thinking between calls of tools goes on after them.
  if (message.contains("tool_calls")) return false;
  std::string text = *TextOf(message);
  const bool is_assistant = RoleOf(message) == "assistant";
  if (is_assistant) text = text::WithoutThinking(std::move(text));
  if (RoleOf(message) == "user") text = DecodeIfEscaped(text);
  bool is_changed = false;
  if (is_assistant) {
    is_changed = message.erase("reasoning_content") + message.erase("reasoning") > 0;
  }
  const json::value* content = message.if_contains("content");
  if (content == nullptr || !content->is_string() || content->get_string() != text) {
    message["content"] = text;
    is_changed = true;
  }
  return is_changed;
}

bool NormalizeMessages(json::array& messages) {
  bool is_changed = false;
  std::string system;
  int n_systems = 0;
  json::array rest;
  for (json::value& message : messages) {
    json::object& object = message.get_object();
    if (!IsSystem(RoleOf(message))) {
      is_changed |= NormalizeMessage(object);
      rest.push_back(std::move(message));
      continue;
    }
    const json::value* content = object.if_contains("content");
    const bool is_canonical = n_systems == 0 && rest.empty() && RoleOf(message) == "system" &&
                              content->is_string() && !IsBlank(StringOf(content));
    is_changed |= !is_canonical;
    ++n_systems;
    const std::string text = *TextOf(object);
    if (!IsBlank(text)) system += (system.empty() ? "" : "\n\n") + text;
  }
  json::array canonical;
  if (!system.empty()) canonical.push_back({{"role", "system"}, {"content", system}});
  for (json::value& message : rest) canonical.push_back(std::move(message));
  messages = std::move(canonical);
  return is_changed;
}

// A whole number that fits a count of tokens, where `value` is one.
std::optional<int64_t> CountOf(const json::value* value) {
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0 ||
      value->get_int64() > std::numeric_limits<int32_t>::max()) {
    return std::nullopt;
  }
  return value->get_int64();
}

bool IsFalse(const json::value* value) {
  return value != nullptr && value->is_bool() && !value->get_bool();
}

const json::value* Member(const json::object& body, std::string_view name,
                          std::string_view member) {
  const json::value* value = body.if_contains(name);
  const json::object* object = value == nullptr ? nullptr : value->if_object();
  return object == nullptr ? nullptr : object->if_contains(member);
}

bool IsThinkingOff(const json::object& body) {
  return IsFalse(body.if_contains("enable_thinking")) || IsFalse(body.if_contains("think")) ||
         IsFalse(Member(body, "reasoning", "enabled")) ||
         IsFalse(Member(body, "chat_template_kwargs", "enable_thinking")) ||
         StringOf(Member(body, "thinking", "type")) == "disabled";
}

std::optional<int64_t> ThinkingBudget(const json::object& body) {
  for (const char* name :
       {"thinking_token_budget", "thinking_budget_tokens", "thinking_budget", "reasoning_budget"}) {
    if (const auto count = CountOf(body.if_contains(name))) return count;
  }
  if (const auto count = CountOf(Member(body, "reasoning", "max_tokens"))) return count;
  if (const auto count = CountOf(Member(body, "thinking", "budget_tokens"))) return count;
  if (IsThinkingOff(body)) return 0;
  return std::nullopt;
}

// Sets `name` and removes `others`; true: that changed something.
bool Unify(json::object& body, std::string_view name, const json::value& value,
           std::initializer_list<const char*> others) {
  size_t n_removed = 0;
  for (const char* other : others) n_removed += body.erase(other);
  json::value& into = body[name];
  if (n_removed == 0 && into == value) return false;
  into = value;
  return true;
}

}  // namespace

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n\v\f") == text.npos; }

bool NamesNoModel(const json::object& body) {
  const json::value* model = body.if_contains("model");
  return model == nullptr || model->is_null() || (model->is_string() && StringOf(model).empty());
}

bool NormalizeBudgets(json::object& body) {
  bool is_changed = false;
  for (const char* name : kMaxTokensNames) {
    const json::value* value = body.if_contains(name);
    if (value == nullptr || value->is_null()) continue;
    if (const auto count = CountOf(value)) {
      is_changed |=
          Unify(body, "max_tokens", *count,
                {"max_completion_tokens", "max_output_tokens", "max_new_tokens", "n_predict"});
    }
    break;
  }
  const json::string effort(StringOf(Member(body, "reasoning", "effort")));
  if (const auto count = ThinkingBudget(body)) {
    is_changed |= Unify(body, "thinking_token_budget", *count,
                        {"thinking_budget_tokens", "thinking_budget", "reasoning_budget",
                         "enable_thinking", "think", "thinking", "reasoning"});
  }
  if (!effort.empty() && !body.contains("reasoning_effort")) {
    is_changed |= Unify(body, "reasoning_effort", effort, {"reasoning"});
  }
  return is_changed;
}

NormalizedChat NormalizeChat(json::object& chat) {
  NormalizedChat result;
  result.is_changed = NormalizeBudgets(chat);
  json::value* value = chat.if_contains("messages");
  json::array* messages = value == nullptr ? nullptr : value->if_array();
  result.has_messages =
      messages != nullptr && !messages->empty() && std::ranges::all_of(*messages, IsMessage);
  if (result.has_messages) result.is_changed |= NormalizeMessages(*messages);
  return result;
}

}  // namespace lemma::gateway
