// What training has shown, so that evaluation asks nothing of it. Families hold operands and
// wordings out by themselves (InSplit); this finds what they cannot see: that two families, or two
// orders of the operands, come to the same working.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <unordered_set>

#include "common/base/status.h"
#include "train/data/family.h"

namespace lemma::train {

// Keeps 64-bit hashes: a few dozen megabytes for a few hundred thousand problems.
class SeenTexts {
 public:
  // The question; of mathematics also the thinking, each line of it and each chain of a line.
  void Add(const Problem& problem);
  // The question alone: it is asked once.
  void AddQuestion(const Problem& problem);
  // A text that is lines of chains: a drill.
  void AddWorking(std::string_view working);
  // All that a folder of `lemma-train data` trains on. Errors as those of problem_file.h.
  Status AddFolder(const std::filesystem::path& data);

  // Was its question asked, or its whole working (of mathematics) written?
  bool Contains(const Problem& problem) const;

 private:
  std::unordered_set<uint64_t> hashes_;
};

}  // namespace lemma::train
