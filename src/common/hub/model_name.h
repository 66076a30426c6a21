// Which model is meant: a repository on a hub and a revision of it. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::hub {

struct ModelName {
  std::string owner;
  std::string name;
  std::string revision;  // branch, tag or commit; "": the hub's default branch

  std::string Repository() const { return owner + "/" + name; }
};

// "vibethinker-1.5b", "vibethinker-3b", "owner/name" or "owner/name@revision".
// kInvalidArgument for all else; whatever is accepted is safe within a path and a URL.
Result<ModelName> ParseModelName(std::string_view text);

// A file's name that is no path: "config.json", but not "..", "a/b" or ".hidden".
bool IsPlainFileName(std::string_view name);

// `n_digits` lower-case hexadecimal digits.
bool IsHex(std::string_view text, size_t n_digits);

}  // namespace lemma::hub
