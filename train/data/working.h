// A calculation that records itself twice: in full for the thinking, one equation per operation
// for the visible solution.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lemma::train {

class Working {
 public:
  // Each returns the result. Formats and requirements are those of steps.h.
  int64_t Add(int64_t a, int64_t b);
  int64_t Subtract(int64_t a, int64_t b);
  int64_t Multiply(int64_t a, int64_t b);
  int64_t DivideExactly(int64_t a, int64_t b);

  std::string Thinking() const;  // all chains: "345 + 278 = 545 + 78 = 615 + 8 = 623; 19*4 = 76"
  const std::vector<std::string>& chains() const { return chains_; }
  const std::vector<std::string>& equations() const { return equations_; }  // "345 + 278 = 623"

 private:
  std::vector<std::string> chains_;
  std::vector<std::string> equations_;
};

}  // namespace lemma::train
