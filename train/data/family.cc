#include "train/data/family.h"

#include <cctype>

namespace lemma::train {
namespace {

std::string WithoutSpace(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (!std::isspace(static_cast<unsigned char>(c))) out += c;
  }
  return out;
}

}  // namespace

uint64_t HashOf(std::initializer_list<int64_t> values) {
  uint64_t hash = 0x243f6a8885a308d3u;
  for (const int64_t value : values) hash = Rng(hash ^ static_cast<uint64_t>(value)).Next();
  return hash;
}

bool InSplit(uint64_t operand_hash, Split split) {
  return (operand_hash % 10 == 0) == (split == Split::kHeldOut);
}

std::string LastBoxed(std::string_view text) {
  constexpr std::string_view kOpening = "\\boxed{";
  const size_t at = text.rfind(kOpening);
  if (at == std::string_view::npos) return "";
  const size_t begin = at + kOpening.size();
  int depth = 1;
  for (size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return std::string(text.substr(begin, i - begin));
  }
  return "";
}

bool Family::Check(const Problem& problem, std::string_view reply) const {
  return WithoutSpace(LastBoxed(reply)) == WithoutSpace(problem.answer);
}

}  // namespace lemma::train
