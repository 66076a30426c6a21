// What guessing ahead gains on texts that repeat themselves, and loses on one that does not.
#pragma once

#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/text/tokenizer.h"
#include "inference/model/backend.h"

namespace lemma::app {

struct SpeculationGain {
  std::string text;            // its name
  std::vector<double> ratios;  // by round: tokens a second with it, by those without
};

// The engine on this backend, made to say given texts: every step is computed, and its logits are
// then replaced by the next token's. Errors: the backend's.
Result<std::vector<SpeculationGain>> MeasureSpeculation(model::Backend& backend,
                                                        const text::Tokenizer& tokenizer,
                                                        int n_rounds);

}  // namespace lemma::app
