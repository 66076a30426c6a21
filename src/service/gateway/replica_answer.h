// What an answer of a replica comes to, for the client and for the pool.
#pragma once

#include <string_view>

#include "common/base/status.h"
#include "common/net/http.h"
#include "service/pool/pool.h"

namespace lemma::gateway {

bool IsEventStream(const net::HttpResponse& head);

// Of a stream: nothing but whole comments (": ping"), which keep a connection alive and say
// nothing.
bool IsComments(std::string_view piece);

// May another replica do better? 500, 502: it is broken; 429, 503: it is full or going. What a
// client did wrong, or has no time left for, is the same everywhere.
bool IsServersFault(int http_status);

// kPermissionDenied where an answer speaks of what this server is configured to send, of which the
// client knows nothing: the replica's key (401) or, of a call that generates, its model (a 404 that
// says so). A 403 may be about what the client asks.
Status CheckConfigured(const net::HttpResponse& answer, bool generates);

// How the call ended; `http_status`: of its answer, 200 of a stream.
pool::Outcome OutcomeOf(const Status& status, int http_status);

}  // namespace lemma::gateway
