// The names of a profile's labels, and which profiles travel with the program. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::reason {

// kInvalidArgument, field "label": it is no name, or a number, which would be taken for a version.
Status CheckLabel(const std::string& label);

bool IsShipped(std::string_view profile);

}  // namespace lemma::reason
