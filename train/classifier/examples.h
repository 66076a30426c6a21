// What the classifier learns from and what it is measured on: phrases, and the problems that
// lemma-mini learns from.
#pragma once

#include <filesystem>
#include <vector>

#include "common/base/status.h"
#include "train/classifier/phrases.h"
#include "train/data/family.h"

namespace lemma::train {

inline constexpr const char* kPhrasesFile = "train/classifier/phrases.txt";
inline constexpr const char* kHeldOutPhrasesFile = "train/classifier/held_out_phrases.txt";

// `root`: of this repository. The same at every call. Errors: those of ReadFile and Phrases::Parse,
// with the file.
Result<std::vector<LabelledText>> ClassifierExamples(const std::filesystem::path& root,
                                                     Split split);

}  // namespace lemma::train
