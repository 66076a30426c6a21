// The `messages` of a chat request -> what the chat template takes.
#pragma once

#include <string>
#include <vector>

#include "common/base/field_reader.h"
#include "common/text/chat_template.h"

namespace lemma::text {

// Content is a string or an array of text parts. "developer" becomes "system". Of an assistant's
// message the thinking is dropped, as the models were trained without it in the history: the fields
// reasoning_content and reasoning, and <think>...</think> in the content.
void ReadMessages(FieldReader& body, std::vector<ChatMessage>& into);

// The answer of a reply that begins or goes on with <think>...</think>.
std::string WithoutThinking(std::string content);

}  // namespace lemma::text
