// A request never runs without a system prompt: which profile a request names or gets, and its
// prompt put into a chat that has none.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "service/reason/task_profile.h"

namespace lemma::gateway {

// What replies name as the profile where the client brought its own system prompt.
inline constexpr const char* kCustomProfile = "custom";

// Empty, or white space alone.
bool IsBlank(std::string_view text);

// The profile that the field "profile" names; nullptr where it is absent or null.
// Errors: kInvalidArgument [profile], with the names there are.
Result<const reason::TaskProfile*> NamedProfile(const boost::json::object& body);

// The language of the injected prompt that the field "language" names ("en", "zh"); English where
// it is absent. Errors: kInvalidArgument [language].
Result<reason::PromptLanguage> NamedLanguage(const boost::json::object& body);

struct ChatWithSystem {
  std::string body;     // the same bytes, where nothing had to be injected
  std::string profile;  // the one injected, or kCustomProfile
};

// `body` is that of POST /v1/chat/completions. Where no message of role system or developer says
// anything, the prompt of the named profile (field "profile"), or of the one chosen by the first
// user message, becomes the first message. A body whose messages are not what they should be goes
// on unchanged: the worker says what is wrong with it.
Result<ChatWithSystem> WithSystemPrompt(std::string body);

}  // namespace lemma::gateway
