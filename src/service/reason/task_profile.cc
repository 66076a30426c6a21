#include "service/reason/task_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "service/reason/prompt_template.h"
#include "service/reason/text_util.h"

namespace lemma::reason {
namespace {

constexpr int32_t kMaxTokensMax = 1 << 20;
constexpr size_t kDescriptionBytesMax = 200;
constexpr size_t kModelBytesMax = 200;

template <typename T>
struct Named {
  T value;
  std::string_view name;
};

constexpr Named<TaskType> kTaskTypes[] = {
    {TaskType::kMath, "math"},           {TaskType::kProof, "proof"},
    {TaskType::kAlgorithm, "algorithm"}, {TaskType::kDebug, "debug"},
    {TaskType::kExplain, "explain"},     {TaskType::kInterview, "interview"},
    {TaskType::kTests, "tests"},         {TaskType::kScript, "script"}};
constexpr Named<Injection> kInjections[] = {{Injection::kPrependIfAbsent, "prepend_if_absent"},
                                            {Injection::kReplace, "replace"},
                                            {Injection::kWrap, "wrap"},
                                            {Injection::kAppend, "append"}};
constexpr Named<OffDomainPolicy> kPolicies[] = {{OffDomainPolicy::kRefuse, "refuse"},
                                                {OffDomainPolicy::kWarn, "warn"},
                                                {OffDomainPolicy::kPass, "pass"}};
constexpr Named<Extractor> kExtractors[] = {
    {Extractor::kNone, "none"}, {Extractor::kBoxed, "boxed"}, {Extractor::kCode, "code"}};
constexpr Named<Verifier> kVerifiers[] = {
    {Verifier::kNone, "none"}, {Verifier::kAnswer, "answer"}, {Verifier::kProgram, "program"}};

template <typename T, size_t n>
std::string_view NameIn(const Named<T> (&table)[n], T value) {
  const auto* found = std::find_if(std::begin(table), std::end(table),
                                   [&](const Named<T>& named) { return named.value == value; });
  LEMMA_CHECK(found != std::end(table));
  return found->name;
}

template <typename T, size_t n>
Status ParseIn(const Named<T> (&table)[n], std::string_view text, T& into) {
  std::string names;
  for (const Named<T>& named : table) {
    if (named.name == text) {
      into = named.value;
      return Ok();
    }
    names += (names.empty() ? "" : ", ") + std::string(named.name);
  }
  return InvalidArgument(fmt::format("must be one of {}, is \"{}\"", names, text));
}

TemplateNames NamesFor(const TaskProfile& profile, PromptLanguage language,
                       const VariableValues& values, std::optional<std::string_view> prompt) {
  TemplateNames names;
  names.variable = [&, prompt](std::string_view name) -> std::optional<std::string_view> {
    if (name == kPromptVariable) return prompt;
    const auto declared = profile.variables.find(std::string(name));
    if (declared == profile.variables.end()) return std::nullopt;
    const auto given = values.find(name);
    return given == values.end() ? declared->second : given->second;
  };
  names.partial = [&, language](std::string_view name) -> std::optional<std::string_view> {
    const auto found = profile.partials.find(std::string(name));
    if (found == profile.partials.end()) return std::nullopt;
    return found->second.in(language);
  };
  return names;
}

Status CheckText(const std::string& text, const std::string& field) {
  if (text.size() <= kPromptBytesMax) return Ok();
  return InvalidArgument(fmt::format("has over {} bytes", kPromptBytesMax), field);
}

// One template as it would be read in one language.
Status CheckPrompt(const TaskProfile& profile, const LocalText& text, PromptLanguage language,
                   const std::string& name, bool is_user) {
  const std::string field =
      name + (language == PromptLanguage::kChinese && !text.zh.empty() ? ".zh" : ".en");
  const VariableValues none;
  const auto prompt = is_user ? std::optional<std::string_view>("") : std::nullopt;
  const auto used = CheckTemplate(text.in(language), NamesFor(profile, language, none, prompt));
  if (!used.ok()) return InvalidArgument(used.status().message(), field);
  if (is_user && !text.en.empty() && !used->contains(kPromptVariable)) {
    return InvalidArgument("must have {{prompt}}, the user's own text, in it", field);
  }
  return Ok();
}

Status CheckVariables(const TaskProfile& profile) {
  if (profile.variables.size() > kVariablesMax) {
    return InvalidArgument(fmt::format("are more than {}", kVariablesMax), "variables");
  }
  for (const auto& [name, value] : profile.variables) {
    const std::string field = "variables." + name;
    if (!IsVariableName(name) || name == kPromptVariable) {
      return InvalidArgument("a name has a-z, then a-z, 0-9 and _, at most 32, and is not prompt",
                             field);
    }
    LEMMA_RETURN_IF_ERROR(CheckText(value, field));
  }
  if (profile.partials.size() > kVariablesMax) {
    return InvalidArgument(fmt::format("are more than {}", kVariablesMax), "partials");
  }
  for (const auto& [name, text] : profile.partials) {
    const std::string field = "partials." + name;
    if (!IsVariableName(name)) {
      return InvalidArgument("a name has a-z, then a-z, 0-9 and _, at most 32", field);
    }
    LEMMA_RETURN_IF_ERROR(CheckText(text.en, field + ".en"));
    LEMMA_RETURN_IF_ERROR(CheckText(text.zh, field + ".zh"));
  }
  return Ok();
}

Status CheckNumbers(const TaskProfile& profile) {
  // Written so that a NaN fails.
  if (!(profile.temperature >= 0 && profile.temperature <= 2)) {
    return InvalidArgument("must be a number from 0 to 2", "sampling.temperature");
  }
  if (!(profile.top_p > 0 && profile.top_p <= 1)) {
    return InvalidArgument("must be a number over 0 and at most 1", "sampling.top_p");
  }
  if (profile.max_tokens < 1 || profile.max_tokens > kMaxTokensMax) {
    return InvalidArgument(fmt::format("must be an integer from 1 to {}", kMaxTokensMax),
                           "budget.max_tokens");
  }
  if (profile.answer_tokens < 0 || profile.answer_tokens > profile.max_tokens) {
    return InvalidArgument("must be an integer from 0 to max_tokens", "budget.answer_tokens");
  }
  return Ok();
}

Status CheckLine(const std::string& text, size_t bytes_max, const char* field) {
  const bool has_control = std::any_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (text.size() <= bytes_max && !has_control) return Ok();
  return InvalidArgument(fmt::format("must be one line of at most {} bytes", bytes_max), field);
}

}  // namespace

bool IsProfileName(std::string_view name) {
  return !name.empty() && name.size() <= kProfileNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '-' || c == '_';
         });
}

std::string_view NameOf(TaskType type) { return NameIn(kTaskTypes, type); }
std::string_view NameOf(Injection injection) { return NameIn(kInjections, injection); }
std::string_view NameOf(OffDomainPolicy policy) { return NameIn(kPolicies, policy); }
std::string_view NameOf(Extractor extractor) { return NameIn(kExtractors, extractor); }
std::string_view NameOf(Verifier verifier) { return NameIn(kVerifiers, verifier); }

Status ParseName(std::string_view text, TaskType& into) { return ParseIn(kTaskTypes, text, into); }
Status ParseName(std::string_view text, Injection& into) {
  return ParseIn(kInjections, text, into);
}
Status ParseName(std::string_view text, OffDomainPolicy& into) {
  return ParseIn(kPolicies, text, into);
}
Status ParseName(std::string_view text, Extractor& into) {
  return ParseIn(kExtractors, text, into);
}
Status ParseName(std::string_view text, Verifier& into) { return ParseIn(kVerifiers, text, into); }

Status CheckProfile(const TaskProfile& profile) {
  if (!IsProfileName(profile.name)) {
    return InvalidArgument("must have 1 to 64 of a-z, 0-9, - and _", "name");
  }
  // What a reply says in the profile's place where the client brought its own system prompt.
  if (profile.name == "custom") return InvalidArgument("\"custom\" is taken", "name");
  LEMMA_RETURN_IF_ERROR(CheckLine(profile.description, kDescriptionBytesMax, "description"));
  LEMMA_RETURN_IF_ERROR(CheckLine(profile.model, kModelBytesMax, "model"));
  LEMMA_RETURN_IF_ERROR(CheckNumbers(profile));
  LEMMA_RETURN_IF_ERROR(CheckVariables(profile));
  if (Trim(profile.system.en).empty()) return InvalidArgument("must not be empty", "system.en");
  if (profile.user.en.empty() && !profile.user.zh.empty()) {
    return InvalidArgument("is missing, though there is one in Chinese", "user.en");
  }
  for (const auto& [text, name, is_user] :
       {std::tuple(&profile.system, "system", false), std::tuple(&profile.user, "user", true)}) {
    LEMMA_RETURN_IF_ERROR(CheckText(text->en, name + std::string(".en")));
    LEMMA_RETURN_IF_ERROR(CheckText(text->zh, name + std::string(".zh")));
    for (const auto language : {PromptLanguage::kEnglish, PromptLanguage::kChinese}) {
      LEMMA_RETURN_IF_ERROR(CheckPrompt(profile, *text, language, name, is_user));
    }
  }
  return Ok();
}

Result<RenderedPrompts> RenderPrompts(const TaskProfile& profile, PromptLanguage language,
                                      const VariableValues& values, std::string_view prompt) {
  for (const auto& [name, value] : values) {
    if (!profile.variables.contains(name)) {
      std::string declared;
      for (const auto& [known, text] : profile.variables) {
        declared += (declared.empty() ? "; there are: " : ", ") + known;
      }
      return InvalidArgument(
          fmt::format("the profile \"{}\" has no such variable{}", profile.name, declared),
          "variables." + name);
    }
    if (value.size() > kVariableValueBytesMax) {
      return InvalidArgument(fmt::format("has over {} bytes", kVariableValueBytesMax),
                             "variables." + name);
    }
  }
  RenderedPrompts rendered;
  const auto render = [&](const LocalText& text, std::optional<std::string_view> own,
                          std::string& into) -> Status {
    const auto result = RenderTemplate(text.in(language), NamesFor(profile, language, values, own));
    if (!result.ok()) {
      return InvalidArgument(
          fmt::format("in the profile \"{}\": {}", profile.name, result.status().message()),
          "prompt");
    }
    into = *result;
    return Ok();
  };
  LEMMA_RETURN_IF_ERROR(render(profile.system, std::nullopt, rendered.system));
  // A request never runs without a system prompt.
  if (Trim(rendered.system).empty()) {
    return InvalidArgument(
        fmt::format("leave the system prompt of the profile \"{}\" empty", profile.name),
        "variables");
  }
  if (profile.user.en.empty()) {
    rendered.user = prompt;
  } else {
    LEMMA_RETURN_IF_ERROR(render(profile.user, prompt, rendered.user));
    if (rendered.user.find(prompt) == std::string::npos) {
      return InvalidArgument(
          fmt::format("leave the question out of the user text of the profile \"{}\"",
                      profile.name),
          "variables");
    }
  }
  return rendered;
}

}  // namespace lemma::reason
