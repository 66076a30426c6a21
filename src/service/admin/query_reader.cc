#include "service/admin/query_reader.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "service/access/time_text.h"
#include "service/admin/parts.h"

namespace lemma::admin {

Result<int64_t> NumberOf(const Call& call, std::string_view name, int64_t low, int64_t high,
                         int64_t otherwise) {
  const auto found = call.query.find(name);
  if (found == call.query.end()) return otherwise;
  const std::string& text = found->second;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number >= low && number <= high) {
    return number;
  }
  return InvalidArgument(
      "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high),
      std::string(name));
}

Status ReadTimes(const Call& call, int64_t span_ms, int64_t& from_ms, int64_t& to_ms) {
  LEMMA_ASSIGN_OR_RETURN(
      to_ms, NumberOf(call, "to_ms", 0, access::kTimeMsMax, call.parts.clock.NowMs() + 1));
  LEMMA_ASSIGN_OR_RETURN(from_ms, NumberOf(call, "from_ms", 0, access::kTimeMsMax,
                                           std::max<int64_t>(to_ms - span_ms, 0)));
  return Ok();
}

Result<std::optional<store::JobStatus>> StatusOf(const Call& call) {
  const std::string name = call.query_text("status");
  const auto status = store::JobStatusNamed(name);
  if (!name.empty() && !status) {
    return InvalidArgument("must be queued, running, done, failed or cancelled", "status");
  }
  return status;
}

Result<int64_t> PageLimitOf(const Call& call) { return NumberOf(call, "limit", 1, 100, 50); }

}  // namespace lemma::admin
