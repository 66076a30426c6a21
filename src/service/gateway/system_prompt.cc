#include "service/gateway/system_prompt.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "common/base/json.h"
#include "service/reason/choose_profile.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;

std::string KnownProfiles() {
  std::string names;
  for (const reason::TaskProfile& profile : reason::ShippedProfiles()) {
    names += (names.empty() ? "" : ", ") + profile.name;
  }
  return names;
}

std::string_view RoleOf(const json::value& message) {
  const json::object* object = message.if_object();
  const json::value* role = object == nullptr ? nullptr : object->if_contains("role");
  return role != nullptr && role->is_string() ? std::string_view(role->get_string()) : "";
}

bool IsSystem(const json::value& message) {
  const std::string_view role = RoleOf(message);
  return role == "system" || role == "developer";
}

// Is this a message that every server refuses? Left where the client put it, the error names it as
// the client counts.
bool IsMalformed(const json::value& message) {
  constexpr std::string_view kRoles[] = {"system", "developer", "user", "assistant"};
  if (std::ranges::find(kRoles, RoleOf(message)) == std::end(kRoles)) return true;
  const json::value* content = message.get_object().if_contains("content");
  if (content == nullptr || content->is_null()) return RoleOf(message) != "assistant";
  if (content->is_string()) return false;
  const json::array* parts = content->if_array();
  return parts == nullptr || !std::ranges::all_of(*parts, [](const json::value& part) {
           const json::object* object = part.if_object();
           const json::value* type = object == nullptr ? nullptr : object->if_contains("type");
           const json::value* text = object == nullptr ? nullptr : object->if_contains("text");
           return type != nullptr && type->is_string() && type->get_string() == "text" &&
                  text != nullptr && text->is_string();
         });
}

// The text of a message: its content, or the text parts of it.
std::string TextOf(const json::value& message) {
  const json::value* content = message.get_object().if_contains("content");
  if (content == nullptr) return "";
  if (content->is_string()) return std::string(content->get_string());
  std::string text;
  if (content->is_array()) {
    for (const json::value& part : content->get_array()) {
      const json::object* object = part.if_object();
      const json::value* piece = object == nullptr ? nullptr : object->if_contains("text");
      if (piece != nullptr && piece->is_string()) text += std::string_view(piece->get_string());
    }
  }
  return text;
}

std::string QuestionOf(const json::array& messages) {
  const auto found = std::find_if(messages.begin(), messages.end(), [](const json::value& message) {
    return RoleOf(message) == "user";
  });
  return found == messages.end() ? "" : TextOf(*found);
}

}  // namespace

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n\v\f") == text.npos; }

const reason::TaskProfile* ReadProfile(FieldReader& fields) {
  if (fields.Find("profile") == nullptr) return nullptr;
  std::string name;
  fields.ReadString("profile", name);
  const reason::TaskProfile* profile = reason::FindProfile(name);
  if (profile == nullptr) {
    fields.Fail("profile", "there is no profile \"" + name + "\"; there are: " + KnownProfiles());
  }
  return profile;
}

reason::PromptLanguage ReadLanguage(FieldReader& fields) {
  std::string language = "en";
  fields.ReadString("language", language);
  if (language == "zh") return reason::PromptLanguage::kChinese;
  if (language != "en") fields.Fail("language", "must be \"en\" or \"zh\"");
  return reason::PromptLanguage::kEnglish;
}

Result<ChatWithSystem> WithSystemPrompt(std::string body) {
  LEMMA_ASSIGN_OR_RETURN(json::object chat, ParseJsonObject(body, "the body"));
  Status status;
  FieldReader fields(chat, "", status);
  const reason::TaskProfile* profile = ReadProfile(fields);
  const reason::PromptLanguage language = ReadLanguage(fields);
  if (!status.ok()) return status;
  // Ours alone; other servers than a Lemma worker may refuse what they do not know.
  const bool had_ours = chat.erase("profile") + chat.erase("language") > 0;
  json::value* value = chat.if_contains("messages");
  json::array* messages = value == nullptr ? nullptr : value->if_array();
  const bool is_for_worker =
      messages == nullptr || messages->empty() ||
      std::any_of(messages->begin(), messages->end(), [](const json::value& message) {
        return IsMalformed(message) || (IsSystem(message) && !IsBlank(TextOf(message)));
      });
  if (is_for_worker) {
    return ChatWithSystem{had_ours ? json::serialize(chat) : std::move(body), kCustomProfile};
  }

  if (profile == nullptr) profile = &reason::ChooseProfile(QuestionOf(*messages));
  json::array with_system;
  with_system.push_back({{"role", "system"}, {"content", profile->system(language)}});
  for (json::value& message : *messages) {
    if (!IsSystem(message)) with_system.push_back(std::move(message));
  }
  *messages = std::move(with_system);
  return ChatWithSystem{json::serialize(chat), profile->name};
}

}  // namespace lemma::gateway
