// Which profile a request asks for, and with what values.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/field_reader.h"
#include "common/base/status.h"
#include "service/reason/profile_set.h"

namespace lemma::gateway {

struct ProfileCall {
  std::string reference;  // as ProfileSet::Find takes it; "": none is named
  reason::PromptLanguage language = reason::PromptLanguage::kEnglish;
  reason::VariableValues variables;
};

// From the fields profile ("math", "math@3", "math@staging"), profile_version, language ("en", the
// default, or "zh") and variables (an object of strings, numbers and booleans; false is ""). Also
// as other gateways spell a call of a template: prompt_id, prompt_version, prompt_variables;
// template with properties; and where `prompt` is an object: its id, version, variables.
ProfileCall ReadProfileCall(FieldReader& fields, const boost::json::object& body);

// Those fields, out of a body that goes to a worker: another server may refuse what it does not
// know. True: there were some.
bool EraseProfileCall(boost::json::object& body);

// What replies name as the profile where the client's own system prompt is used alone.
inline constexpr const char* kCustomProfile = "custom";

// On whose behalf a profile is used.
struct ProfileCaller {
  // Decides which version under test it gets (ProfileSet::Find): a key's id. "": the question does.
  std::string sticky;
  // The only profiles it may use (access::KeySpec::profiles); empty: all, and none.
  std::vector<std::string> allowed;
  // Of these it gets one that names none: what the served models are made for; empty: of all that
  // the classifier knows.
  std::vector<std::string> chosen_from = {};

  // kPermissionDenied, field "profile", names those it may use.
  Status Check(std::string_view name) const;
};

// The profile of the call; where it names none, of those it may be the one that fits `question`
// best (reason::RankProfiles), or the first that is allowed where it may be none of them.
// Errors: kInvalidArgument, field "profile": there is none of that name or version;
// kPermissionDenied: the caller may not use it.
Result<reason::ProfilePtr> ChosenProfile(const reason::ProfileSet& profiles,
                                         const ProfileCall& call, std::string_view question,
                                         const ProfileCaller& caller);

struct InjectedPrompts {
  std::string system;
  std::string user;          // the question, in the profile's wrapper where it has one
  bool uses_profile = true;  // false: both as the client brought them
};

// What the model is told, as the profile's Injection says. `client_system`: "" or blank, none. One
// that a caller brings who may not use kCustomProfile never stands alone: it is wrapped. Errors:
// those of reason::RenderPrompts.
Result<InjectedPrompts> InjectPrompts(const reason::TaskProfile& profile, const ProfileCall& call,
                                      const ProfileCaller& caller, std::string_view client_system,
                                      std::string_view question);

}  // namespace lemma::gateway
