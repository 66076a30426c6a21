// Errors as the gateway answers them: the body of common/base/error_body.h, and what only a server
// in front of another can say of it (502, and 504 for one that does not answer in time).
#pragma once

#include <string>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/net/http.h"
#include "service/gateway/live_requests.h"

namespace lemma::gateway {

// With Retry-After where trying again later may help (503); with x-should-retry: false where its
// time was over (504).
net::HttpResponse ErrorResponse(const Status& status, const std::string& code = "");
net::HttpResponse HttpErrorResponse(int http_status, const std::string& message);

// What went wrong between gateway and worker, without the worker's address. `is_late`: the client's
// own deadline is over.
Status WorkerFailure(const Status& status, bool is_late);

// What a client gets that sends what two workers have ended over.
Status Quarantined(Duration left);

// What a client gets whose request was ended for it: 499, not to be asked again; 401.
Status Cancelled(CancelCause cause);

// The last event of a stream that failed.
std::string ErrorEvent(const Status& status, const std::string& code = "");

}  // namespace lemma::gateway
