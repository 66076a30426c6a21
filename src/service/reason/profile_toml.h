// Task profiles as TOML files, to be kept in git, moved between servers and edited by hand. The
// format: docs/profiles.md. A file has no version: saving it in a database gives it one.
#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"
#include "service/reason/task_profile.h"

namespace lemma::reason {

inline constexpr size_t kProfileFileBytesMax = 1 << 20;

// Errors: kInvalidArgument "line 7: sampling.temperature: must be a number from 0 to 2", the field
// also by itself; what is not TOML; what CheckProfile says. An unknown key is an error. The version
// is 1.
Result<TaskProfile> ParseProfileToml(std::string_view text);

// What ParseProfileToml makes the same profile of, its version aside.
std::string ProfileToToml(const TaskProfile& profile);

}  // namespace lemma::reason
