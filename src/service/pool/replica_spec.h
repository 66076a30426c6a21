// How flags and config files write a remote replica:
//
//   URL[,model=NAME][,name=NAME][,slots=N][,key-file=PATH][,key-env=VARIABLE]
//
// URL is "http://host:port" or "https://host[:port]" with or without "/v1", "host:port" or
// "unix:/path".
#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::pool {

inline constexpr size_t kReplicaKeyBytesMax = 4096;

struct ReplicaSpec {
  std::string address;   // as net::ParseAddress takes it
  std::string name;      // in metrics and headers; the address where none is given
  std::string model;     // "": what it lists
  int64_t slots = 0;     // requests that it computes at a time; 0: not said
  std::string key_file;  // at most one of the two
  std::string key_env;
};

// Errors: kInvalidArgument, with what is wrong; never with the value of a part, which may be a key
// in the wrong place.
Result<ReplicaSpec> ParseReplicaSpec(std::string_view text);

// May it be sent as a bearer token? kInvalidArgument.
Status CheckReplicaKey(std::string_view key);

}  // namespace lemma::pool
