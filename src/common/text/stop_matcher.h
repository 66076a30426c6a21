// Finds stop strings in streaming text and holds back what may be the start of one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lemma::text {

// The stop string that is complete first ends the stream; of those complete at the same place the
// longest. The result does not depend on how the text is cut into pushes. One stream; not
// thread-safe. A push costs the stop strings' length times the text's.
class StopMatcher {
 public:
  explicit StopMatcher(std::vector<std::string> stops);  // empty strings are ignored

  struct Match {
    std::string text;         // safe to send
    bool stopped = false;     // `text` ended before a stop string; what follows it is dropped
    std::string stop_string;  // which one
  };
  // Must not be called after a match.
  Match Push(std::string_view text);
  std::string Finish();  // what was held back

 private:
  std::vector<std::string> stops_;
  std::string held_;
};

}  // namespace lemma::text
