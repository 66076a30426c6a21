#include "common/text/chat_template.h"

#include <boost/json.hpp>
#include <optional>

#include "common/base/json.h"

namespace lemma::text {
namespace {

constexpr std::string_view kTurnStart = "<|im_start|>";
constexpr std::string_view kTurnEnd = ChatTemplate::kTurnEnd;
constexpr std::string_view kDefaultOpening = "<|im_start|>system\n";
constexpr std::string_view kDefaultMark = "<default system text>";

// FNV-1a (Fowler, Noll, Vo).
constexpr uint64_t Hash(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return hash;
}

// The templates that render ChatML as this code does, by the hash of their canonical text: their
// text with real line ends and with kDefaultMark for the default system text.
constexpr uint64_t kKnownTemplates[] = {
    0x289f18d748564618,  // Qwen2
    0x9216dbfec3563755,  // Qwen2.5: has branches for tools, which no caller of this code reaches
    0x0a6a278c486ceeaf,  // Qwen2.5 as first published: doubled braces in the text about tools
};

// Line ends as template literals spell them and as themselves are the same to a template.
std::string WithRealNewlines(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
    } else if (text[++i] == 'n') {
      out += '\n';
    } else {
      out += {'\\', text[i]};
    }
  }
  while (out.ends_with('\n') || out.ends_with(' ')) out.pop_back();
  return out;
}

// What a template literal's text stands for; nothing where an escape is not a plain one.
std::optional<std::string> Unescaped(std::string_view literal) {
  std::string out;
  for (size_t i = 0; i < literal.size(); ++i) {
    if (literal[i] == '\\') {
      if (++i == literal.size() ||
          (literal[i] != '\\' && literal[i] != '\'' && literal[i] != '"')) {
        return std::nullopt;
      }
    }
    out += literal[i];
  }
  return out;
}

// The default system text as the template spells it: what stands between the opening of a system
// turn and its end, in one literal.
std::string_view DefaultSystemLiteral(std::string_view text) {
  for (size_t at = 0; (at = text.find(kDefaultOpening, at)) != std::string_view::npos;) {
    at += kDefaultOpening.size();
    const size_t end = text.find(kTurnEnd, at);
    const size_t quote = text.find('\'', at);
    if (end < quote) return text.substr(at, end - at);
  }
  return "";
}

std::string ReplaceAll(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

Status CheckMessages(const std::vector<ChatMessage>& messages) {
  if (messages.empty()) return InvalidArgument("must not be empty", "messages");
  for (size_t i = 0; i < messages.size(); ++i) {
    const std::string& role = messages[i].role;
    if (role != "system" && role != "user" && role != "assistant") {
      return InvalidArgument("must be \"system\", \"user\" or \"assistant\"",
                             "messages[" + std::to_string(i) + "].role");
    }
  }
  return Ok();
}

// Calls on_turn(role, content) for each turn of the prompt, the default system turn included.
template <typename OnTurn>
void ForEachTurn(const std::vector<ChatMessage>& messages, const std::string& default_system,
                 const OnTurn& on_turn) {
  if (messages[0].role != "system" && !default_system.empty()) on_turn("system", default_system);
  for (const ChatMessage& message : messages) on_turn(message.role, message.content);
}

}  // namespace

Result<ChatTemplate> ChatTemplate::FromConfig(std::string_view tokenizer_config_json,
                                              std::string_view name) {
  const Result<boost::json::object> config = ParseJsonObject(tokenizer_config_json, name);
  if (!config.ok()) return DataLoss(config.status().message());
  const auto it = config->find("chat_template");
  if (it == config->end() || it->value().is_null()) {
    return NotFound(std::string(name) + " has no chat_template");
  }
  if (!it->value().is_string()) {
    return DataLoss(std::string(name) + ": chat_template must be a text");
  }
  return FromTemplateText(it->value().get_string(), std::string(name) + ": chat_template");
}

Result<ChatTemplate> ChatTemplate::FromTemplateText(std::string_view text, std::string_view name) {
  const std::string canonical = WithRealNewlines(text);
  if (canonical == WithRealNewlines(kLemmaMiniChatTemplate)) return ChatTemplate("");

  const std::string_view literal = DefaultSystemLiteral(canonical);
  if (!literal.empty()) {
    const uint64_t hash = Hash(ReplaceAll(canonical, literal, kDefaultMark));
    const std::optional<std::string> default_system = Unescaped(literal);
    for (const uint64_t known : kKnownTemplates) {
      if (hash == known && default_system) return ChatTemplate(*default_system);
    }
  }
  constexpr size_t kExcerptBytesMax = 80;
  return DataLoss(std::string(name) + " is not one that this program knows; it starts with: " +
                  std::string(text.substr(0, kExcerptBytesMax)));
}

Result<std::string> ChatTemplate::Render(const std::vector<ChatMessage>& messages,
                                         bool add_generation_prompt) const {
  LEMMA_RETURN_IF_ERROR(CheckMessages(messages));
  std::string prompt;
  ForEachTurn(messages, default_system_, [&](std::string_view role, std::string_view content) {
    prompt.append(kTurnStart).append(role).append("\n");
    prompt.append(content).append(kTurnEnd).append("\n");
  });
  if (add_generation_prompt) prompt.append(kTurnStart).append("assistant\n");
  return prompt;
}

Status ChatTemplate::CheckTokens(const Tokenizer& tokenizer) const {
  for (const std::string_view token : {kTurnStart, kTurnEnd}) {
    if (!tokenizer.AddedToken(token)) {
      return DataLoss("tokenizer.json lacks " + std::string(token) +
                      ", which the chat template writes");
    }
  }
  return Ok();
}

Result<std::vector<TokenId>> ChatTemplate::RenderIds(const std::vector<ChatMessage>& messages,
                                                     bool add_generation_prompt,
                                                     const Tokenizer& tokenizer) const {
  LEMMA_RETURN_IF_ERROR(CheckMessages(messages));
  LEMMA_RETURN_IF_ERROR(CheckTokens(tokenizer));
  const std::optional<TokenId> turn_start = tokenizer.AddedToken(kTurnStart);
  const std::optional<TokenId> turn_end = tokenizer.AddedToken(kTurnEnd);

  std::vector<TokenId> prompt;
  const auto append_text = [&](const std::string& text) {
    const std::vector<TokenId> ids = tokenizer.Encode(text, SpecialTokens::kAsText);
    prompt.insert(prompt.end(), ids.begin(), ids.end());
  };
  ForEachTurn(messages, default_system_, [&](const std::string& role, const std::string& content) {
    prompt.push_back(*turn_start);
    append_text(role + "\n" + content);
    prompt.push_back(*turn_end);
    append_text("\n");
  });
  if (add_generation_prompt) {
    prompt.push_back(*turn_start);
    append_text("assistant\n");
  }
  return prompt;
}

}  // namespace lemma::text
