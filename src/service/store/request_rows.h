// Requests as rows. For request_log.cc alone; all run in its transactions and throw
// soci::soci_error.
#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>

#include "service/store/request_record.h"
#include "service/store/request_search.h"

namespace lemma::store {

// False: there is one of this id already, and nothing was done.
bool InsertRequest(soci::session& sql, const RequestRecord& record);

std::optional<RequestRecord> SelectRequest(soci::session& sql, const std::string& id);

// Requires CheckSearch.
RequestPage SelectRequests(soci::session& sql, const RequestSearch& search);

}  // namespace lemma::store
