// The file classifier_weights.txt (CMakeLists.txt makes the source).
#pragma once

#include <string_view>

namespace lemma::reason {

std::string_view ClassifierWeights();

}  // namespace lemma::reason
