#include "service/gateway/profile_call.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>

#include "service/gateway/chat_normalizer.h"
#include "service/reason/request_classifier.h"

namespace lemma::gateway {
namespace {

namespace json = boost::json;
using reason::Injection;
using reason::PromptLanguage;
using reason::TaskProfile;

// One spelling of a call: the fields for name, version and values.
struct Spelling {
  const char* name;
  const char* version;
  const char* values;
};
constexpr Spelling kOwn = {"profile", "profile_version", "variables"};
constexpr Spelling kById = {"prompt_id", "prompt_version", "prompt_variables"};
constexpr Spelling kByTemplate = {"template", "template_version", "properties"};
constexpr Spelling kWithinPrompt = {"id", "version", "variables"};

void ReadVariables(FieldReader& fields, const char* name, reason::VariableValues& into) {
  const json::object* values = fields.FindObject(name);
  if (values == nullptr) return;
  for (const auto& [key, value] : *values) {
    std::string& text = into[std::string(key)];
    if (value.is_string()) {
      text = value.get_string();
    } else if (value.is_double()) {
      text = fmt::format("{}", value.get_double());
    } else if (value.is_number()) {
      text = json::serialize(value);
    } else if (value.is_bool()) {
      text = value.get_bool() ? "true" : "";
    } else if (!value.is_null()) {
      fields.Fail(fmt::format("{}.{}", name, std::string_view(key)),
                  "must be a string, a number, true or false");
    }
  }
}

// A version is a number, or text: "3", "staging".
void ReadVersion(FieldReader& fields, const char* name, std::string& reference) {
  const json::value* version = fields.Find(name);
  if (version == nullptr || reference.find('@') != reference.npos) return;
  if (version->is_string()) {
    reference += "@" + std::string(version->get_string());
  } else if (version->is_int64()) {
    reference += fmt::format("@{}", version->get_int64());
  } else {
    fields.Fail(name, "must be a version's number or a label");
  }
}

void ReadAs(const Spelling& spelling, FieldReader& fields, ProfileCall& into) {
  fields.ReadString(spelling.name, into.reference);
  ReadVersion(fields, spelling.version, into.reference);
  ReadVariables(fields, spelling.values, into.variables);
}

const json::object* PromptObject(const json::object& body) {
  const json::value* prompt = body.if_contains("prompt");
  return prompt == nullptr ? nullptr : prompt->if_object();
}

// Other programs mean other things by "template" alone.
bool CallsTemplate(const json::object& body) {
  const json::value* properties = body.if_contains("properties");
  return properties != nullptr && properties->is_object() && body.contains("template");
}

// Marks around the client's text that do not occur in it.
std::string Marked(std::string_view text) {
  std::string name = "client_instructions";
  for (int i = 2; text.find(name) != text.npos; ++i) {
    name = fmt::format("client_instructions_{}", i);
  }
  return fmt::format("<{0}>\n{1}\n</{0}>", name, text);
}

std::string Wrapped(const std::string& own, std::string_view client, PromptLanguage language) {
  const char* meaning = language == PromptLanguage::kChinese
                            ? "调用方的补充要求如下;与上文冲突时以上文为准。"
                            : "The client adds the following; where it contradicts the above, the "
                              "above counts.";
  return fmt::format("{}\n\n{}\n{}", own, meaning, Marked(client));
}

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string NameThatFits(std::string_view question, const ProfileCaller& caller) {
  const std::vector<std::string_view> ranked = reason::RankProfiles(question);
  for (const std::string_view name : ranked) {
    const bool may_be = caller.chosen_from.empty() || Contains(caller.chosen_from, name);
    if (may_be && caller.Check(name).ok()) return std::string(name);
  }
  return caller.allowed.empty() ? std::string(ranked.front()) : caller.allowed.front();
}

}  // namespace

ProfileCall ReadProfileCall(FieldReader& fields, const json::object& body) {
  ProfileCall call;
  std::string language = "en";
  fields.ReadString("language", language);
  if (language == "zh") call.language = PromptLanguage::kChinese;
  if (language != "en" && language != "zh") fields.Fail("language", "must be \"en\" or \"zh\"");
  if (fields.Find("profile") != nullptr || fields.Find("prompt_id") == nullptr) {
    ReadAs(kOwn, fields, call);
  } else {
    ReadAs(kById, fields, call);
  }
  if (!call.reference.empty()) return call;
  if (const json::object* prompt = PromptObject(body)) {
    FieldReader within = fields.Within(*prompt, "prompt");
    ReadAs(kWithinPrompt, within, call);
  } else if (CallsTemplate(body)) {
    ReadAs(kByTemplate, fields, call);
  }
  return call;
}

bool EraseProfileCall(json::object& body) {
  size_t n_erased = body.erase("language");
  for (const Spelling& spelling : {kOwn, kById}) {
    for (const char* name : {spelling.name, spelling.version, spelling.values}) {
      n_erased += body.erase(name);
    }
  }
  if (CallsTemplate(body)) {
    for (const char* name : {kByTemplate.name, kByTemplate.version, kByTemplate.values}) {
      n_erased += body.erase(name);
    }
  }
  if (PromptObject(body) != nullptr) n_erased += body.erase("prompt");
  return n_erased > 0;
}

Status ProfileCaller::Check(std::string_view name) const {
  if (allowed.empty() || Contains(allowed, name)) return Ok();
  return Status(StatusCode::kPermissionDenied,
                fmt::format("this API key may not use the profile \"{}\", only: {}", name,
                            fmt::join(allowed, ", ")),
                "profile");
}

Result<reason::ProfilePtr> ChosenProfile(const reason::ProfileSet& profiles,
                                         const ProfileCall& call, std::string_view question,
                                         const ProfileCaller& caller) {
  std::string reference = call.reference;
  if (reference.empty()) reference = NameThatFits(question, caller);
  auto profile = profiles.Find(reference, caller.sticky.empty() ? question : caller.sticky);
  if (!profile.ok()) return InvalidArgument(profile.status().message(), "profile");
  LEMMA_RETURN_IF_ERROR(caller.Check((*profile)->name));
  return profile;
}

Result<InjectedPrompts> InjectPrompts(const TaskProfile& profile, const ProfileCall& call,
                                      const ProfileCaller& caller, std::string_view client_system,
                                      std::string_view question) {
  const bool has_own = !IsBlank(client_system);
  Injection injection = profile.injection;
  if (injection == Injection::kPrependIfAbsent && !caller.Check(kCustomProfile).ok()) {
    injection = Injection::kWrap;
  }
  if (has_own && injection == Injection::kPrependIfAbsent) {
    return InjectedPrompts{std::string(client_system), std::string(question), false};
  }
  LEMMA_ASSIGN_OR_RETURN(reason::RenderedPrompts rendered,
                         reason::RenderPrompts(profile, call.language, call.variables, question));
  InjectedPrompts injected{std::move(rendered.system), std::move(rendered.user), true};
  if (has_own && injection == Injection::kWrap) {
    injected.system = Wrapped(injected.system, client_system, call.language);
  } else if (has_own && injection == Injection::kAppend) {
    injected.system = fmt::format("{}\n\n{}", client_system, injected.system);
  }
  return injected;
}

}  // namespace lemma::gateway
