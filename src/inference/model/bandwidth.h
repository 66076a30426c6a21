// The machine's read bandwidth: what bounds decoding, and what its speed is measured against.
#pragma once

#include <cstdint>

#include "common/base/status.h"
#include "common/base/thread_pool.h"
#include "inference/kernels/kernels.h"

namespace lemma::model {

// Far larger than any last-level cache of a machine this runs on.
inline constexpr uint64_t kBandwidthProbeBytes = uint64_t{1} << 30;

// Bytes a second that all threads of the pool together read from memory, with the loads that a
// product at one token does and nothing else: the best of a few passes over `bytes`, as a shared
// machine only ever makes a pass slower. Takes about a second; errors: no memory (kIo).
Result<double> MeasureReadBandwidth(const kernels::Kernels& kernels, ThreadPool& pool,
                                    uint64_t bytes = kBandwidthProbeBytes);

}  // namespace lemma::model
