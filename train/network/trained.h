// What training left: the weights of a run (its checkpoint) or of a model directory.
#pragma once

#include <filesystem>
#include <vector>

#include "common/base/status.h"
#include "train/network/qwen2.h"

namespace lemma::train {

// In float32 on the CPU. Errors: neither a run nor a model, or a damaged one; named.
Result<Qwen2> LoadTrained(const std::filesystem::path& directory);

// The model whose weights are the mean of those of one or more, all of one shape. Runs that start
// from the same weights err in different places, and their mean errs less than any of them (model
// soups, Wortsman et al. 2022, arXiv:2203.05482). Errors: as above, another shape; named.
Result<Qwen2> LoadMeanOfTrained(const std::vector<std::filesystem::path>& directories);

}  // namespace lemma::train
