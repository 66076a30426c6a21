// Jobs as rows. For job_store.cc alone; all run in its transactions and throw soci::soci_error.
#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>

#include "service/store/job_store.h"

namespace lemma::store {

// Whether it was inserted: not where its key has another with its idempotency key.
bool InsertJob(soci::session& sql, const Job& job);
// `with_texts`: with body and result, megabytes maybe.
std::optional<Job> SelectJob(soci::session& sql, const std::string& id, bool with_texts = true);
// Appends to what the run `run` has said. False: the job is not this run's.
bool AppendNews(soci::session& sql, const std::string& id, const std::string& run,
                const JobNews& news, int64_t lease_until_ms);

}  // namespace lemma::store
