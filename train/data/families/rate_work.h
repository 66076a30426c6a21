// Rates of work, and what they and speeds are written with.
#pragma once

#include <string>

#include "train/data/family.h"
#include "train/data/working.h"

namespace lemma::train {

// A problem of one calculation after another: what is given ("v = 60, t = 4, s = ?"; thinking
// only), a formula, then one visible step an operation.
Problem WrittenRate(Language language, std::string question, std::string given, std::string formula,
                    const Working& working, std::string answer);

// Two who work together, a tap and a drain, or more or fewer workers.
Problem WriteWork(Rng& rng, Language language, Split split);

}  // namespace lemma::train
