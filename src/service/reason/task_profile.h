// Task profiles: how the model is asked for one kind of task. Plain data; a version of a profile
// never changes. As files: profile_toml.h. Which of them runs: profile_set.h.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace lemma::reason {

enum class TaskType { kMath, kProof, kAlgorithm, kDebug, kExplain, kInterview, kTests, kScript };
enum class PromptLanguage { kEnglish, kChinese };

// What becomes of a system prompt that the client brings.
enum class Injection {
  kPrependIfAbsent,  // it is used alone; the profile's where there is none
  kReplace,          // the profile's is used alone
  kWrap,             // the profile's, then the client's between marks that say whose it is
  kAppend,           // the client's, then the profile's
};

// What becomes of a question that this profile is not for.
enum class OffDomainPolicy {
  kRefuse,  // it gets the refusal, without a model
  kWarn,    // it is asked, and the reply carries x-lemma-off-domain: warned
  kPass,    // it is asked
};

// How the answer is found in a reply, and how it is checked where a problem is solved: by a vote of
// samples on it, by the tests that come with the problem, or not at all.
enum class Extractor { kNone, kBoxed, kCode };
enum class Verifier { kNone, kAnswer, kProgram };

// A template (prompt_template.h) in both languages.
struct LocalText {
  std::string en;
  std::string zh;  // "": as in English

  const std::string& in(PromptLanguage language) const {
    return language == PromptLanguage::kChinese && !zh.empty() ? zh : en;
  }
  bool operator==(const LocalText&) const = default;
};

struct TaskProfile {
  std::string name;     // "math"; IsProfileName
  int32_t version = 1;  // a version's text never changes: another text is another version
  TaskType task_type = TaskType::kMath;
  std::string description;  // one line, for people
  std::string model;        // the model it is for; "": whichever is served
  LocalText system;
  LocalText user;  // wraps the first user message, {{prompt}}; "": it stays as it is
  Injection injection = Injection::kPrependIfAbsent;
  OffDomainPolicy off_domain = OffDomainPolicy::kPass;
  Extractor extractor = Extractor::kBoxed;
  Verifier verifier = Verifier::kAnswer;
  // What a request gets that does not say.
  double temperature = 0.7;
  double top_p = 0.95;
  int32_t max_tokens = 512;   // thinking and answer
  int32_t answer_tokens = 0;  // of these, kept for the answer; 0: as the worker does by itself
  std::map<std::string, std::string> variables;  // name -> the value where a request has none
  std::map<std::string, LocalText> partials;

  bool operator==(const TaskProfile&) const = default;
};

inline constexpr size_t kProfileNameBytesMax = 64;
inline constexpr size_t kPromptBytesMax = 64 << 10;  // of each template
inline constexpr size_t kVariablesMax = 32;          // and partials
inline constexpr size_t kVariableValueBytesMax = 64 << 10;
inline constexpr const char* kPromptVariable = "prompt";  // in `user` alone

// a-z, 0-9, - and _; at most 64. A key's list of profiles has the same names.
bool IsProfileName(std::string_view name);

// Everything that a profile can have wrong, so that one which passes never fails at a request for
// its own sake. kInvalidArgument; the field is the place in its file ("system.zh"), and what is
// wrong in a template has its line.
Status CheckProfile(const TaskProfile& profile);

// The words for the enumerations, in files and replies: "math", "prepend_if_absent", "refuse",
// "boxed", "answer".
std::string_view NameOf(TaskType type);
std::string_view NameOf(Injection injection);
std::string_view NameOf(OffDomainPolicy policy);
std::string_view NameOf(Extractor extractor);
std::string_view NameOf(Verifier verifier);

// Errors: kInvalidArgument that lists the words there are.
Status ParseName(std::string_view text, TaskType& into);
Status ParseName(std::string_view text, Injection& into);
Status ParseName(std::string_view text, OffDomainPolicy& into);
Status ParseName(std::string_view text, Extractor& into);
Status ParseName(std::string_view text, Verifier& into);

struct RenderedPrompts {
  std::string system;
  std::string user;
};

using VariableValues = std::map<std::string, std::string, std::less<>>;

// What the model is told: the profile's system prompt, and `prompt` in its wrapper. Errors:
// kInvalidArgument; field "variables.x" for one that the profile does not declare or whose value is
// too long, "prompt" where the rendered text grows too long.
Result<RenderedPrompts> RenderPrompts(const TaskProfile& profile, PromptLanguage language,
                                      const VariableValues& values, std::string_view prompt);

}  // namespace lemma::reason
