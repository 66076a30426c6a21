#include "service/admin/query_reader.h"

#include <charconv>
#include <string>

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
