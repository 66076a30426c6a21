// Secrets of others (a replica's key) that the service has to send, and so cannot keep as hashes:
// in the database they are encrypted under the server's own secret, so that who has the database
// alone cannot read them. AES-256-GCM (NIST SP 800-38D) with a random nonce, under a key of its own
// for each purpose. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"
#include "service/access/key_secret.h"

namespace lemma::access {

// In hexadecimal. `purpose` says what and whose it is ("replica replica_x"): what was sealed for
// one purpose opens for no other.
std::string Seal(const KeySecret& secret, std::string_view purpose, std::string_view text);

// Errors: kDataLoss: it was not sealed with this secret for this purpose, or has been changed.
Result<std::string> Unseal(const KeySecret& secret, std::string_view purpose,
                           std::string_view sealed);

}  // namespace lemma::access
