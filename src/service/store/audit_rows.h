// Audit entries as rows. For this room alone: runs in the transaction of what it records and throws
// soci::soci_error.
#pragma once

#include <soci/soci.h>

#include <boost/json/object.hpp>
#include <string>

#include "service/store/audit_log.h"

namespace lemma::store {

// Locks the log until the transaction ends, so that gateways write one chain. In a transaction
// that changes keys it comes before CountKeysChange, in one of profiles after CountChange: locks
// are taken in one order.
void AppendAudit(soci::session& sql, int64_t now_ms, const Actor& by, const std::string& action,
                 const std::string& target, const boost::json::object& details = {});

// What an entry's hash must be, after the one whose hash is `before` ("": the first).
std::string AuditHash(const AuditEntry& entry, const std::string& before);

}  // namespace lemma::store
