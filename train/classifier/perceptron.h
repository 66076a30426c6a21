// Training of text::TextClassifier.
#pragma once

#include <vector>

#include "common/text/text_classifier.h"
#include "train/classifier/phrases.h"

namespace lemma::train {

// An averaged perceptron with a margin (Freund and Schapire 1999; Collins 2002), in integers alone:
// the same examples give the same weights on every machine and with every compiler. The classes are
// those of the examples, sorted.
text::TextClassifier TrainClassifier(const std::vector<LabelledText>& examples);

}  // namespace lemma::train
