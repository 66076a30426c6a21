#include "service/gateway/system_prompt.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "common/base/json.h"
#include "service/gateway/chat_normalizer.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;

// The first message of this role in canonical messages; nullptr: none.
json::string* ContentOf(json::array& messages, std::string_view role) {
  for (json::value& message : messages) {
    if (message.at("role").as_string() == role) return &message.at("content").as_string();
  }
  return nullptr;
}

// Puts `prompts` into canonical messages.
void PutIn(const InjectedPrompts& prompts, json::array& messages) {
  if (json::string* question = ContentOf(messages, "user")) *question = prompts.user;
  if (json::string* system = ContentOf(messages, "system")) {
    *system = prompts.system;
  } else {
    messages.insert(messages.begin(), json::value{{"role", "system"}, {"content", prompts.system}});
  }
}

}  // namespace

Result<ChatWithSystem> WithSystemPrompt(std::string body, const reason::ProfileSet& profiles,
                                        const ProfileCaller& caller) {
  LEMMA_ASSIGN_OR_RETURN(json::object chat, ParseJsonObject(body, "the body"));
  Status status;
  FieldReader fields(chat, "", status);
  const ProfileCall call = ReadProfileCall(fields, chat);
  LEMMA_RETURN_IF_ERROR(status);
  const bool had_ours = EraseProfileCall(chat);
  const NormalizedChat normalized = NormalizeChat(chat);
  const bool is_changed = had_ours || normalized.is_changed;

  ChatWithSystem result;
  if (!normalized.has_messages) {
    // A profile that is not there is the client's mistake whatever the messages are.
    if (!call.reference.empty()) {
      LEMMA_RETURN_IF_ERROR(ChosenProfile(profiles, call, "", caller).status());
    }
    result.body = is_changed ? json::serialize(chat) : std::move(body);
    return result;
  }
  json::array& messages = chat.at("messages").as_array();
  const json::string* system = ContentOf(messages, "system");
  const json::string* question = ContentOf(messages, "user");
  const std::string_view question_text = question == nullptr ? "" : std::string_view(*question);
  LEMMA_ASSIGN_OR_RETURN(result.chosen, ChosenProfile(profiles, call, question_text, caller));
  LEMMA_ASSIGN_OR_RETURN(
      const InjectedPrompts prompts,
      InjectPrompts(*result.chosen, call, caller,
                    system == nullptr ? "" : std::string_view(*system), question_text));
  if (prompts.uses_profile) {
    result.profile = result.chosen->name;
    result.domain = JudgeDomain(*result.chosen, messages);
    PutIn(prompts, messages);
    if (!result.chosen->model.empty() && NamesNoModel(chat)) {
      chat["model"] = result.chosen->model;
    }
  }
  result.body = is_changed || prompts.uses_profile ? json::serialize(chat) : std::move(body);
  return result;
}

}  // namespace lemma::gateway
