// How a programming task is asked: frames around a family's own phrases, the function's name and
// its arguments' names, an example, the programming language, Chinese punctuation.
#pragma once

#include <string>
#include <vector>

#include "train/data/families/algo_family.h"

namespace lemma::train {

struct Names {
  std::string function;
  std::vector<std::string> arguments;
  bool function_is_given = false;  // by the question
  std::string Signature() const;   // "find_pair(nums, target)"
};

// A question before its names are drawn; $f, $a, $b, $c and words are open.
std::string DrawQuestionPattern(Rng& rng, const Telling& telling, Language language, Split split,
                                bool cpp);

// A sentence that shows one case: " Example: $a = [2, 7], $b = 9 -> [0, 1]".
std::string DrawExample(Rng& rng, const Case& example, Language language, Split split, bool cpp);

// Names for what `pattern` names; the canonical ones for the rest.
Names DrawNames(Rng& rng, const AlgorithmSpec& spec, const Variant& variant,
                std::string_view pattern);

// `pattern` with $variables filled in from the names and from `words`, the first match counting.
// An unknown variable is a CHECK failure.
std::string Render(std::string_view pattern, const Names& names, const Words& words);

}  // namespace lemma::train
