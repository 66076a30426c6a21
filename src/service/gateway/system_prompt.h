// A request never runs without a system prompt: a chat as a client sends it -> the canonical one,
// with the profile's prompts put in.
#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"
#include "service/gateway/off_domain.h"
#include "service/gateway/profile_call.h"

namespace lemma::gateway {

struct ChatWithSystem {
  std::string body;                      // the same bytes, where nothing had to be changed
  std::string profile = kCustomProfile;  // the name of the one whose system prompt is used
  reason::ProfilePtr chosen;  // used or not; nullptr: the messages are not what they should be
  DomainVerdict domain;       // where a profile's prompt is used
};

// `body` is that of POST /v1/chat/completions, made canonical (chat_normalizer.h). The profile
// (ChosenProfile, by the first user message, so that a conversation keeps it) gives the first
// message, in the way its Injection says, wraps the first user message and names its model where
// the request has none. What names a profile is taken out. Messages that are not what they should
// be go on unchanged: the worker says what is wrong with them. Errors: kInvalidArgument with the
// field.
Result<ChatWithSystem> WithSystemPrompt(std::string body, const reason::ProfileSet& profiles,
                                        const ProfileCaller& caller = {});

}  // namespace lemma::gateway
