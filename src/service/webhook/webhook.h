// One message for a receiver elsewhere, signed so that it can check who has sent it and when.
//
//   POST URL
//   content-type: application/json
//   x-lemma-delivery: ID                      the same at every attempt
//   x-lemma-signature: t=UNIX SECONDS,v1=HEX  HMAC-SHA-256 of "t.body" under the receiver's secret
//
// The form of the signature is Stripe's: https://docs.stripe.com/webhooks#verify-manually
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::webhook {

struct WebhookMessage {
  std::string url;
  std::string id;
  std::string body;
};

// The value of x-lemma-signature.
std::string WebhookSignature(std::string_view secret, int64_t unix_s, std::string_view body);

// Who may be a receiver. Never where cloud machines have their metadata: a link-local address, or
// one of those that some clouds have chosen elsewhere.
enum class Reach {
  kPublic,      // nobody within this machine or its networks
  kPrivateToo,  // loopback and private addresses as well
};

// Blocks, for ten seconds at most, three of them to connect. A redirect is a failure and is not
// followed; nothing of the answer but its status is read. Errors: kPermissionDenied where the host
// is an address beyond `reach`, whatever its name resolves to; kUnavailable for all others. No
// message repeats the address or what was answered.
Status SendWebhook(const WebhookMessage& message, std::string_view secret, int64_t unix_s,
                   Reach reach);

// How long after the n-th failure (1, 2, ...) the next attempt follows, in milliseconds; 0: never.
int64_t RetryAfterMs(int64_t n_failures);

}  // namespace lemma::webhook
