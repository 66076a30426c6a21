// Finds stop strings in streaming text and holds back what may be the start of one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lemma::text {

// One stream; not thread-safe.
class StopMatcher {
 public:
  explicit StopMatcher(std::vector<std::string> stops);  // empty strings are ignored

  struct Match {
    std::string text;         // safe to send
    bool stopped = false;     // the text ends before a stop string
    std::string stop_string;  // the one that matched first in the text; the longest of equals
  };
  Match Push(std::string_view text);
  std::string Finish();  // what was held back

 private:
  std::vector<std::string> stops_;
  std::string held_;
};

}  // namespace lemma::text
