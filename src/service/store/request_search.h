// Which requests of the log are wanted, a page at a time, the newest first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "service/store/request_record.h"

namespace lemma::store {

inline constexpr size_t kSearchPageMax = 200;

// All that is set must fit; "" and 0: whatever.
struct RequestSearch {
  std::string id{};
  std::string key_id{};
  std::string profile{};
  std::string model{};
  std::string replica{};
  std::string error_reason{};
  bool has_error = false;  // whatever the reason
  int64_t http_status = 0;
  int64_t from_ms = 0;  // Unix time; started in [from_ms, to_ms)
  int64_t to_ms = 0;
  std::string cursor{};  // RequestPage::next of the page before
  size_t page_max = 50;
};

struct RequestPage {
  std::vector<RequestRecord> records;  // without prompts and answers
  std::string next;                    // the cursor of the next page; "": this is the last
};

// kInvalidArgument names the field.
Status CheckSearch(const RequestSearch& search);

// Where a page ended: "started_ms.id".
struct SearchCursor {
  int64_t started_ms = INT64_MAX;
  std::string id;
};
// kInvalidArgument, field "cursor". "": before all.
Result<SearchCursor> ParseCursor(const std::string& text);

}  // namespace lemma::store
