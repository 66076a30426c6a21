#include "inference/model/tensor_entry.h"

#include <algorithm>

namespace lemma::model {

Status CheckNoOverlap(const std::vector<TensorEntry>& tensors) {
  std::vector<const TensorEntry*> by_offset;
  for (const TensorEntry& tensor : tensors) {
    if (tensor.bytes > 0) by_offset.push_back(&tensor);
  }
  std::sort(by_offset.begin(), by_offset.end(),
            [](const auto* a, const auto* b) { return a->offset < b->offset; });
  for (size_t i = 1; i < by_offset.size(); ++i) {
    if (by_offset[i - 1]->offset + by_offset[i - 1]->bytes > by_offset[i]->offset) {
      return DataLoss("tensors \"" + by_offset[i - 1]->name.substr(0, 128) + "\" and \"" +
                      by_offset[i]->name.substr(0, 128) + "\" overlap");
    }
  }
  return Ok();
}

}  // namespace lemma::model
