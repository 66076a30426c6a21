// Drills: short texts of bare arithmetic, in the micro-formats of steps.h, to pretrain on. A family
// spends most of its tokens on wording; what a small model gets wrong are the sums, products and
// divisions inside the steps, and a drill is nothing else.
#pragma once

#include <string>

#include "train/data/rng.h"

namespace lemma::train {

// A few chains, separated by "; " or by line ends: "347 + 85 = 427 + 5 = 432; 7*86 = 602; ...".
// Every step is true. The operands that a chain is drawn for are none that families hold out
// (InSplit).
std::string WriteDrill(Rng& rng);

}  // namespace lemma::train
