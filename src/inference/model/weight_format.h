// The names of the formats of weights, as options, packed files and replies have them.
#pragma once

#include <optional>
#include <string_view>

#include "inference/kernels/panel.h"

namespace lemma::model {

inline constexpr std::string_view kWeightFormatNames[kernels::kWeightFormatCount] = {
    "float32", "bf16", "q8", "q4"};

constexpr std::string_view WeightFormatName(kernels::WeightFormat format) {
  return kWeightFormatNames[static_cast<int>(format)];
}

constexpr std::optional<kernels::WeightFormat> WeightFormatNamed(std::string_view name) {
  for (int i = 0; i < kernels::kWeightFormatCount; ++i) {
    if (kWeightFormatNames[i] == name) return static_cast<kernels::WeightFormat>(i);
  }
  return std::nullopt;
}

}  // namespace lemma::model
