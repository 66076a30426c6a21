// A request never runs without a system prompt: which profile a request names or gets, and its
// prompt put into a chat that has none.
#pragma once

#include <string>
#include <string_view>

#include "common/base/field_reader.h"
#include "common/base/status.h"
#include "service/reason/task_profile.h"

namespace lemma::gateway {

// What replies name as the profile where the client brought its own system prompt.
inline constexpr const char* kCustomProfile = "custom";

// Empty, or white space alone.
bool IsBlank(std::string_view text);

// The profile that the field "profile" names; nullptr where it is absent or null. An unknown one is
// an error that lists those there are.
const reason::TaskProfile* ReadProfile(FieldReader& fields);

// The language of the injected prompt that the field "language" names ("en", "zh"); English where
// it is absent.
reason::PromptLanguage ReadLanguage(FieldReader& fields);

struct ChatWithSystem {
  std::string body;     // the same bytes, where nothing had to be injected or taken out
  std::string profile;  // the one injected, or kCustomProfile
};

// `body` is that of POST /v1/chat/completions. Where no message of role system or developer says
// anything, the prompt of the named profile (field "profile"), or of the one chosen by the first
// user message, becomes the first message. Messages that are not what they should be go on
// unchanged: the worker says what is wrong with them. "profile" and "language" are taken out.
Result<ChatWithSystem> WithSystemPrompt(std::string body);

}  // namespace lemma::gateway
