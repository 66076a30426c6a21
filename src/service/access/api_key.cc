#include "service/access/api_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "service/access/time_text.h"

namespace lemma::access {
namespace {

constexpr size_t kNameBytesMax = 64;
constexpr size_t kProfilesMax = 64;
constexpr int64_t kDeadlineMsMax = 24 * 3600 * int64_t{1000};

Status CheckRange(int64_t value, int64_t min, int64_t max, const char* field) {
  if (value >= min && value <= max) return Ok();
  return InvalidArgument(fmt::format("must be from {} to {}, is {}", min, max, value), field);
}

bool IsProfileName(const std::string& name) {
  return !name.empty() && name.size() <= kNameBytesMax &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos;
}

}  // namespace

double WeightOf(const KeySpec& spec) {
  constexpr double kDoubling = 25;
  return std::exp2(static_cast<double>(spec.priority) / kDoubling);
}

Status CheckKeySpec(const KeySpec& spec) {
  const bool has_control = std::any_of(spec.name.begin(), spec.name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (spec.name.empty() || spec.name.size() > kNameBytesMax || has_control) {
    return InvalidArgument("must have 1 to 64 bytes and no control characters", "name");
  }
  if (spec.scopes.empty()) return InvalidArgument("must name at least one scope", "scopes");
  for (const std::string& scope : spec.scopes) {
    if (std::find(std::begin(kScopes), std::end(kScopes), scope) == std::end(kScopes)) {
      return InvalidArgument("must be of inference, metrics and admin, is \"" + scope + "\"",
                             "scopes");
    }
  }
  if (spec.profiles.size() > kProfilesMax ||
      !std::all_of(spec.profiles.begin(), spec.profiles.end(), IsProfileName)) {
    return InvalidArgument("must be at most 64 names of a-z, 0-9, - and _", "profiles");
  }
  const KeyLimits& limits = spec.limits;
  LEMMA_RETURN_IF_ERROR(
      CheckRange(limits.requests_per_minute, 0, kLimitMax, "requests_per_minute"));
  LEMMA_RETURN_IF_ERROR(CheckRange(limits.tokens_per_minute, 0, kLimitMax, "tokens_per_minute"));
  LEMMA_RETURN_IF_ERROR(CheckRange(limits.tokens_per_day, 0, kDayLimitMax, "tokens_per_day"));
  LEMMA_RETURN_IF_ERROR(CheckRange(limits.concurrency, 0, kLimitMax, "concurrency"));
  LEMMA_RETURN_IF_ERROR(CheckRange(spec.deadline_ms, 0, kDeadlineMsMax, "deadline_ms"));
  LEMMA_RETURN_IF_ERROR(CheckRange(spec.priority, -100, 100, "priority"));
  return CheckRange(spec.expires_ms, 0, kTimeMsMax, "expires_ms");
}

Status CheckUsable(const ApiKey& key, int64_t now_ms) {
  // By whoever's clock: it may be ahead of this one.
  if (key.revoked_ms != 0) {
    return Status(StatusCode::kUnauthenticated, "this API key was revoked");
  }
  if (key.spec.expires_ms != 0 && key.spec.expires_ms <= now_ms) {
    return Status(StatusCode::kUnauthenticated,
                  "this API key expired at " + TimeText(key.spec.expires_ms));
  }
  return Ok();
}

}  // namespace lemma::access
