#include "service/store/request_search.h"

#include <fmt/format.h>

#include <charconv>

namespace lemma::store {

Status CheckSearch(const RequestSearch& search) {
  if (search.page_max < 1 || search.page_max > kSearchPageMax) {
    return InvalidArgument(fmt::format("must be from 1 to {}", kSearchPageMax), "limit");
  }
  if (search.from_ms < 0 || search.to_ms < 0 ||
      (search.to_ms > 0 && search.from_ms >= search.to_ms)) {
    return InvalidArgument("must be before to_ms", "from_ms");
  }
  return ParseCursor(search.cursor).status();
}

Result<SearchCursor> ParseCursor(const std::string& text) {
  SearchCursor cursor;
  if (text.empty()) return cursor;
  const char* end = text.data() + text.size();
  const auto [dot, error] = std::from_chars(text.data(), end, cursor.started_ms);
  if (error != std::errc() || dot == end || *dot != '.') {
    return InvalidArgument("is not the `next` of a page", "cursor");
  }
  cursor.id.assign(dot + 1, end);
  return cursor;
}

}  // namespace lemma::store
