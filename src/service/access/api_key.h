// An API key as the service knows it: whose it is, what it may do, and how much. Without its
// secret. Plain data, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "service/access/limits.h"

namespace lemma::access {

// What a key may do.
inline constexpr const char* kScopes[] = {
    "inference",  // ask models
    "metrics",    // read /metrics
    "admin",      // all of it, keys and the pool included
};

// What the maker of a key says.
struct KeySpec {
  std::string name;  // for people; 1..64 bytes, need not be unique
  std::vector<std::string> scopes{"inference"};
  std::vector<std::string> profiles;  // task profiles it may use; empty: all
  KeyLimits limits;
  int64_t deadline_ms = 0;     // longest answer; 0: the server's own
  int64_t priority = 0;        // -100..100: WeightOf
  int64_t expires_ms = 0;      // Unix time; 0: never
  bool keeps_content = false;  // its prompts and answers may be stored
};

struct ApiKey {
  std::string id;  // "key_" and 12 characters
  KeySpec spec;
  std::string handle;  // of its newest secret (key_text.h)
  // Unix milliseconds; 0: not yet.
  int64_t created_ms = 0;
  int64_t last_used_ms = 0;
  int64_t revoked_ms = 0;
};

// How many tokens a key gets where others want them too, beside one of priority 0 that gets 1:
// twice as many for each 25. So a higher priority goes first, and no lower one waits for ever.
double WeightOf(const KeySpec& spec);

// Errors: kInvalidArgument; its field is the member's name ("tokens_per_day").
Status CheckKeySpec(const KeySpec& spec);

// May this key be used now? kUnauthenticated says why not: revoked, expired.
Status CheckUsable(const ApiKey& key, int64_t now_ms);

}  // namespace lemma::access
