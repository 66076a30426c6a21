// Where a bearer token lies, as options name it: a key that a replica wants, or a worker asks for.
#pragma once

#include <string>

#include "common/base/status.h"

namespace lemma::app {

struct KeySource {
  std::string file;      // at most one of the two
  std::string variable;  // of the environment
};

// The key as it is sent: one line, without the newline that ends a file. "": the source names none.
// Errors name what cannot be read or holds no key, never what it holds.
Result<std::string> ReadKey(const KeySource& source);

}  // namespace lemma::app
