// Texts with variables, conditions and parts: what a profile's prompts are written in. There is no
// way to run code, and no loop: a template's work and output are bounded whatever it says.
//
//   {{name}}                         the variable's value, as it is: never read as a template again
//   {{#if name}}A{{else}}B{{/if}}    A where the variable has a value that is not empty
//   {{> name}}                       a partial: a template of its own, with the same variables
//   \{{                              two braces
//
// {{#if}}, {{else}} and {{/if}} that stand alone on their line take the line with them.
//
// Threads: any; nothing is shared.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::reason {

inline constexpr int kTemplateDepthMax = 8;            // conditions and partials within one another
inline constexpr int kTemplateTagsMax = 10'000;        // worked through, those of partials included
inline constexpr size_t kTemplateOutputMax = 1 << 20;  // bytes; as much as a request has

// a-z, then a-z, 0-9 and _; at most 32.
bool IsVariableName(std::string_view name);

struct TemplateNames {
  // nullopt: there is none of that name.
  std::function<std::optional<std::string_view>(std::string_view)> variable;
  std::function<std::optional<std::string_view>(std::string_view)> partial;
};

// Errors (kInvalidArgument): "line 3: ..."; within a partial, "line 3: partial \"rules\": line 1:
// ...".
Result<std::string> RenderTemplate(std::string_view text, const TemplateNames& names);

// What RenderTemplate could ever say of this template, whatever values its variables have (except
// that the values make it too long): also what a condition leaves out is read. The variables it
// uses.
Result<std::set<std::string>> CheckTemplate(std::string_view text, const TemplateNames& names);

}  // namespace lemma::reason
