// Requests as rows. For request_log.cc alone; all run in its transactions and throw
// soci::soci_error.
#pragma once

#include <soci/soci.h>

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "service/store/request_record.h"
#include "service/store/request_search.h"

namespace lemma::store {

// Inserts requests, so many at a time, with a statement that is prepared once.
class RequestInsert {
 public:
  RequestInsert(soci::session& sql, size_t n_at_once);

  size_t n_at_once() const { return rows_.size(); }
  // n_at_once records. The ids of those that were not there yet.
  std::set<std::string> Add(std::span<const RequestRecord> records);

 private:
  struct Row {
    RequestRecord record;
    int is_looped = 0;
    std::string prompt, answer;
    soci::indicator has_prompt = soci::i_null, has_answer = soci::i_null;
  };
  soci::statement Prepare(soci::session& sql);

  // What the statement is bound to.
  std::vector<Row> rows_;
  std::string added_;
  soci::statement insert_;
};

std::optional<RequestRecord> SelectRequest(soci::session& sql, const std::string& id);

// Requires CheckSearch.
RequestPage SelectRequests(soci::session& sql, const RequestSearch& search);

}  // namespace lemma::store
