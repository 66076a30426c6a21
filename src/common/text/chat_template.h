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

class ChatTemplate {
 public:
  // From tokenizer_config.json's content: its `chat_template` must be a ChatML template this code
  // knows (Qwen2, Qwen2.5, Qwen2.5-Math, Qwen2.5-Coder, VibeThinker, lemma-mini: they differ in the
  // system text that is used when there is no system message).
  // Errors (kDataLoss): not JSON, no template, an unknown one (with its first characters).
  static Result<ChatTemplate> FromConfig(std::string_view tokenizer_config_json,
                                         std::string_view name);

  // The prompt as text, ending with the assistant's opening when add_generation_prompt.
  // Errors (kInvalidArgument, field "messages[i].role"): unknown role, system not first.
  Result<std::string> Render(const std::vector<ChatMessage>& messages,
                             bool add_generation_prompt) const;

  // The same as ids: control tokens come from the template alone; message text that spells one is
  // encoded as plain text.
  Result<std::vector<TokenId>> RenderIds(const std::vector<ChatMessage>& messages,
                                         bool add_generation_prompt,
                                         const Tokenizer& tokenizer) const;

  // The system text the template adds when the messages have none; "" when it adds none.
  const std::string& default_system() const { return default_system_; }

 private:
  std::string default_system_;
};

}  // namespace lemma::text
