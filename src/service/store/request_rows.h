// Requests as rows. For request_log.cc alone; all run in its transactions and throw
// soci::soci_error.
#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>

#include "service/store/request_record.h"
#include "service/store/request_search.h"

namespace lemma::store {

// Inserts requests, with a statement that is prepared once.
class RequestInsert {
 public:
  explicit RequestInsert(soci::session& sql);
  // False: there is one of this id already, and nothing was done.
  bool Add(const RequestRecord& record);

 private:
  // What the statement is bound to.
  RequestRecord row_;
  int is_looped_ = 0;
  std::string prompt_, answer_;
  soci::indicator has_prompt_ = soci::i_null, has_answer_ = soci::i_null;
  soci::statement insert_;
};

std::optional<RequestRecord> SelectRequest(soci::session& sql, const std::string& id);

// Requires CheckSearch.
RequestPage SelectRequests(soci::session& sql, const RequestSearch& search);

}  // namespace lemma::store
