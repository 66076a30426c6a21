// Wording: many ways to say one thing, some of them kept for evaluation.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "train/data/family.h"

namespace lemma::train {

// Templates of one family in one language; "{name}" marks a variable and "[one|two|three]" a choice
// (choices do not nest; brackets without a bar stand for themselves).
struct Phrasings {
  std::vector<std::string_view> train;     // several: 8 for most
  std::vector<std::string_view> held_out;  // at least one, wording that `train` lacks
};

using Variables = std::vector<std::pair<std::string_view, std::string>>;

// `pattern` with one of each choice's texts.
std::string ChooseTexts(Rng& rng, std::string_view pattern);

// `pattern` with its variables filled in. An unknown or unused variable is a CHECK failure.
std::string Fill(std::string_view pattern, const Variables& variables);

// A phrasing of the split, filled in; in training sometimes with a neutral opening or closing
// ("Please solve this: ...", "...请写出步骤。"), so that wording around a problem does not matter.
std::string Phrase(Rng& rng, const Phrasings& phrasings, Split split, Language language,
                   const Variables& variables);

}  // namespace lemma::train
