// Chat messages -> token ids, as the checkpoint's own template renders them.
//
// There is no template language: a template is recognised by its text and rendered by code. A
// template that is not recognised is an error at load, never a guess.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/text/tokenizer.h"

namespace lemma::text {

struct ChatMessage {
  std::string role;  // "system", "user" or "assistant"
  std::string content;
};

// The template of lemma-mini: plain ChatML without a default system text. Its exporter writes it
// into tokenizer_config.json.
inline constexpr std::string_view kLemmaMiniChatTemplate =
    R"({% for message in messages %})"
    R"({{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }})"
    R"({% endfor %})"
    R"({% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %})";

class ChatTemplate {
 public:
  // From tokenizer_config.json's content: its `chat_template` must be a ChatML template this code
  // knows (Qwen2, Qwen2.5, Qwen2.5-Math, Qwen2.5-Coder, VibeThinker, lemma-mini: they differ in the
  // system text that is used when there is no system message). `name` names the file in errors.
  // Errors (kDataLoss): not JSON, an unknown template (with its first characters).
  // kNotFound: there is none; newer checkpoints have it in chat_template.jinja instead.
  static Result<ChatTemplate> FromConfig(std::string_view tokenizer_config_json,
                                         std::string_view name);

  // The same from the template's own text, the content of chat_template.jinja.
  static Result<ChatTemplate> FromTemplateText(std::string_view text, std::string_view name);

  // The prompt as text, ending with the assistant's opening when add_generation_prompt.
  // Errors (kInvalidArgument): field "messages": there is none; field "messages[i].role": unknown.
  Result<std::string> Render(const std::vector<ChatMessage>& messages,
                             bool add_generation_prompt) const;

  // kDataLoss where the tokenizer lacks ChatML's tokens: checked once, at load.
  Status CheckTokens(const Tokenizer& tokenizer) const;

  // The same as ids: control tokens come from the template alone; message text that spells one is
  // encoded as plain text. Errors: as Render and CheckTokens.
  Result<std::vector<TokenId>> RenderIds(const std::vector<ChatMessage>& messages,
                                         bool add_generation_prompt,
                                         const Tokenizer& tokenizer) const;

  // Ends a turn of the prompt, and so the assistant's answer: an added token of the tokenizer.
  static constexpr std::string_view kTurnEnd = "<|im_end|>";

  // The system text the template adds when the messages have none; "" when it adds none.
  const std::string& default_system() const { return default_system_; }

 private:
  explicit ChatTemplate(std::string default_system) : default_system_(std::move(default_system)) {}

  std::string default_system_;
};

}  // namespace lemma::text
