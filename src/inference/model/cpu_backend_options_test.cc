// What a backend is made with: what is refused, and how much room K and V get.
#include <gtest/gtest.h>

#include "inference/kernels/isa.h"
#include "inference/model/cpu_backend.h"
#include "inference/model/test_model.h"

namespace lemma::model {
namespace {

using kernels::Isa;
using kernels::WeightFormat;

Status CreateWith(const CpuBackendOptions& options) {
  const ModelConfig config = TinyConfig(2, 2, true);
  return CpuBackend::Create(config, AllocateWeights(config, WeightFormat::kBf16).value(),
                            kernels::KernelsFor(Isa::kScalar), std::make_unique<ThreadPool>(1),
                            options)
      .status();
}

TEST(CpuBackendOptionsTest, RefusesWhatIsOutOfRangeAndNamesIt) {
  CpuBackendOptions options;
  EXPECT_TRUE(CreateWith(options).ok());
  options.batch_rows_max = 0;
  EXPECT_EQ(CreateWith(options).field(), "batch_rows_max");
  options.batch_rows_max = 8;
  options.logit_rows_max = -1;
  EXPECT_EQ(CreateWith(options).field(), "logit_rows_max");
  options.logit_rows_max = 8;
  options.kv_format = WeightFormat::kInt8;  // heads of 20
  EXPECT_EQ(CreateWith(options).field(), "kv_format");
  options.kv_format.reset();
  options.kv_bytes_max = 100;
  EXPECT_EQ(CreateWith(options).field(), "kv_bytes_max");
}

TEST(CpuBackendOptionsTest, MoreKvRoomThanMemoryIsRefused) {
  CpuBackendOptions options;
  options.kv_bytes_max = uint64_t{1} << 50;
  const Status status = CreateWith(options);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(status.field(), "kv_bytes_max");
  EXPECT_NE(status.message().find("1048576.00 GiB"), std::string::npos) << status.message();
}

TEST(CpuBackendOptionsTest, KvRoomIsWhatWasAskedFor) {
  const ModelConfig config = TinyConfig(2, 2, true);
  const auto page = static_cast<uint64_t>(KvCache::PageBytes(config, WeightFormat::kBf16));
  for (const auto& [bytes, n_pages] : {std::pair{7 * page + 5, 7}, std::pair{uint64_t{0}, 256}}) {
    CpuBackendOptions options;
    options.kv_bytes_max = bytes;
    const auto backend =
        CpuBackend::Create(config, AllocateWeights(config, WeightFormat::kBf16).value(),
                           kernels::KernelsFor(Isa::kScalar), std::make_unique<ThreadPool>(1),
                           options)
            .value();
    EXPECT_EQ(backend->n_pages(), n_pages);
    EXPECT_EQ(backend->info().kv_bytes_per_token, page / 64);
  }
}

TEST(CpuBackendOptionsTest, TheDefaultKvRoomHoldsTheLongestTraceWithItsPrompt) {
  ModelConfig config = TinyConfig(2, 2, true);
  config.context_length_max = 131072;
  const auto backend =
      CpuBackend::Create(config, AllocateWeights(config, WeightFormat::kBf16).value(),
                         kernels::KernelsFor(Isa::kScalar), std::make_unique<ThreadPool>(1),
                         CpuBackendOptions())
          .value();
  EXPECT_GE(int64_t{backend->n_pages()} * kPageTokens, 40960 + 4096);
}

// Of an embedding a token needs a row; where it is the head too, all of it.
TEST(CpuBackendOptionsTest, AnEmbeddingOfItsOwnIsNotWhatAStepReads) {
  for (const WeightFormat format : {WeightFormat::kBf16, WeightFormat::kInt4}) {
    for (const bool tied : {true, false}) {
      const ModelConfig config = TinyConfig(2, 2, tied);
      Weights weights = AllocateWeights(config, format).value();
      const auto embedding = static_cast<uint64_t>(
          kernels::MatrixBytes(weights.embedding.format, config.vocab_size, config.hidden_size));
      const auto backend =
          CpuBackend::Create(config, std::move(weights), kernels::KernelsFor(Isa::kScalar),
                             std::make_unique<ThreadPool>(1), CpuBackendOptions())
              .value();
      const BackendInfo& info = backend->info();
      EXPECT_EQ(info.weight_bytes - info.weight_bytes_read, tied ? 0 : embedding);
    }
  }
}

}  // namespace
}  // namespace lemma::model
