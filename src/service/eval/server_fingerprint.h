// What computes a server's replies: which weights, held how, on what.
//
// Threads: any; it blocks.
#pragma once

#include <stop_token>
#include <string>

#include "common/base/status.h"
#include "service/eval/patient_client.h"
#include "service/eval/problem.h"
#include "service/eval/run_settings.h"

namespace lemma::eval {

// The `system_fingerprint` of a chat about `problem` as `settings` ask it, of one token; "" where
// the server does not say, or refuses this chat. Errors: as PatientClient::Call.
Result<std::string> ServerFingerprint(PatientClient& client, RunSettings settings,
                                      const Problem& problem, std::stop_token stop = {});

}  // namespace lemma::eval
