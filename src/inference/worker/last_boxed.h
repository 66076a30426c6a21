// The last \boxed{...} of a streaming text: where a model was cut off in its thinking, that may be
// all there is of its answer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lemma::worker {

// One stream; not thread-safe.
class LastBoxed {
 public:
  static constexpr size_t kBytesMax = 4096;  // a longer one is not kept

  void Push(std::string_view text);
  // With \boxed and its braces; "" while there is none whose braces are closed.
  const std::string& text() const { return last_; }

 private:
  bool FindOpening();
  bool FindEnd();

  std::string last_;
  std::string held_;     // from an opening on, or what may become one
  size_t n_read_ = 0;    // of held_
  size_t n_braces_ = 0;  // open at n_read_; 0: no opening was found
};

}  // namespace lemma::worker
