// Usage as rows. For request_log.cc and usage_store.cc alone; all run in their transactions and
// throw soci::soci_error.
#pragma once

#include <soci/soci.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "service/store/usage_filter.h"
#include "service/store/usage_sums.h"

namespace lemma::store {

using UsageRows = std::map<UsagePlace, UsageSums>;

// Adds to the rows there are, each behind its lock, and in one order, so that no two transactions
// wait for each other. Errors: those of LatencyHistogram::Decode.
Status AddUsage(soci::session& sql, const UsageRows& rows);

// The rows that begin in [from_minute, to_minute) and pass every filter, in no order, and not more
// than `rows_max` of them: PostgreSQL's client holds all at once. An error of `row` ends it.
using UsageVisitor = std::function<Status(const UsagePlace&, const UsageSums&)>;
Status VisitUsage(soci::session& sql, int64_t from_minute, int64_t to_minute,
                  const std::vector<UsageFilter>& filters, int64_t rows_max,
                  const UsageVisitor& row);

// Takes the rows of single minutes of [from_minute, to_minute) out, for whoever asks first.
Result<UsageRows> TakeMinutes(soci::session& sql, int64_t from_minute, int64_t to_minute);
// The first minute that has such a row, before `to_minute`; -1: none.
int64_t FirstMinute(soci::session& sql, int64_t to_minute);

}  // namespace lemma::store
