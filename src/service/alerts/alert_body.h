// What a webhook tells of an alert: docs/usage.md. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/store/alert_rule.h"

namespace lemma::alerts {

// `state`: "firing" and "resolved"; "test" where somebody only tries whether it arrives.
std::string AlertBody(const store::AlertRule& rule, std::string_view state,
                      const std::optional<double>& value, int64_t now_ms);

}  // namespace lemma::alerts
