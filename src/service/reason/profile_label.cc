#include "service/reason/profile_label.h"

#include <algorithm>
#include <vector>

#include "service/reason/profile_set.h"

namespace lemma::reason {

Status CheckLabel(const std::string& label) {
  const bool is_number = label.find_first_not_of("0123456789") == label.npos;
  if (IsProfileName(label) && !is_number) return Ok();
  return InvalidArgument("must have 1 to 64 of a-z, 0-9, - and _, and must not be a number",
                         "label");
}

bool IsShipped(std::string_view profile) {
  const std::vector<TaskProfile>& shipped = ShippedProfiles();
  return std::any_of(shipped.begin(), shipped.end(),
                     [&](const TaskProfile& one) { return one.name == profile; });
}

}  // namespace lemma::reason
