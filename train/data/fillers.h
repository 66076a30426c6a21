// Words that say nothing, put into questions to learn from: a model that meets them cannot know a
// wording by its words' places and has to read it.
#pragma once

#include <string>

#include "train/data/rng.h"

namespace lemma::train {

// The question with one to three words more ("now", "kindly", "zofu"), each between two words of
// letters; in Chinese after a comma or in front. The question itself where it has no such place, or
// has formulas in TeX.
std::string WithFillers(Rng& rng, const std::string& question);

}  // namespace lemma::train
