// Properties: a packed model computes what its checkpoint computes, to the bit; a file that is
// damaged anywhere is refused with its name; one that is replaced changes nothing; what cannot be
// written leaves nothing behind.
#include "inference/model/packed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "common/base/file.h"
#include "inference/model/fingerprint.h"
#include "inference/model/load.h"
#include "inference/model/make_checkpoint.h"

namespace lemma::model {
namespace {

namespace fs = std::filesystem;
using kernels::WeightFormat;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::array kFormats = {WeightFormat::kF32, WeightFormat::kBf16, WeightFormat::kInt8,
                                 WeightFormat::kInt4};

CpuBackendOptions Options(int n_threads, std::optional<WeightFormat> format = {}) {
  CpuBackendOptions options;
  options.n_threads = n_threads;
  options.weights = format;
  return options;
}

class PackedTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        fs::path(testing::TempDir()) /
        (std::string("packed_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    MakeCheckpointOptions options;
    options.config.n_layers = 2;
    options.config.hidden_size = 160;
    options.config.intermediate_size = 96;
    options.config.n_heads = 4;
    options.config.n_kv_heads = 2;
    options.config.head_dim = 40;
    options.config.vocab_size = 300;
    options.config.context_length_max = 256;
    options.config.rms_norm_eps = 1e-6f;
    options.config.rope_theta = 1e4f;
    options.config.tied_embeddings = false;
    options.config.eos_ids = {1, 2};
    options.tokenizer_json = R"({"tokenizer": 1})";
    options.tokenizer_config_json = R"({"config": 2})";
    ASSERT_TRUE(MakeCheckpoint(options, directory_ / "plain").ok());
    checkpoint_ = Checkpoint::OpenDirectory(directory_ / "plain", "tiny").value();
  }
  void TearDown() override { fs::remove_all(directory_); }

  fs::path file() const { return directory_ / "tiny-q8.lemma"; }

  Status Pack(WeightFormat format, const fs::path& path) {
    const auto pool = ThreadPool::Create(1).value();
    const Weights weights = ReadWeights(*checkpoint_, format, *pool, {}).value();
    return WritePacked(*checkpoint_, weights, path, {});
  }

  // The message of the error that opening and loading give; "" where there is none.
  std::string ErrorOf(const fs::path& path) {
    const auto checkpoint = Checkpoint::OpenPacked(path, "");
    if (!checkpoint.ok()) return checkpoint.status().message();
    const auto backend = LoadCpuBackend(*checkpoint, Options(1));
    return backend.ok() ? "" : backend.status().message();
  }

  fs::path directory_;
  std::optional<Checkpoint> checkpoint_;
};

std::vector<float> LogitsOf(const Checkpoint& checkpoint, const CpuBackendOptions& options) {
  const std::unique_ptr<Backend> backend = LoadCpuBackend(checkpoint, options).value();
  const std::vector<TokenId> tokens = {3, 141, 59, 26, 299};
  const std::vector<PageId> pages = {0};
  const std::vector<SequenceSlice> slices = {
      {.row_begin = 0, .n_tokens = 5, .n_past = 0, .pages = pages}};
  const std::vector<int32_t> rows = {0, 4};
  std::vector<float> logits(rows.size() * static_cast<size_t>(checkpoint.config().vocab_size));
  EXPECT_TRUE(backend->Forward({tokens, slices, rows}, logits).ok());
  return logits;
}

TEST_F(PackedTest, ComputesWhatItsCheckpointComputes) {
  for (const WeightFormat format : kFormats) {
    ASSERT_TRUE(Pack(format, file()).ok());
    const Checkpoint packed = Checkpoint::OpenPacked(file(), "").value();
    const std::vector<float> expected = LogitsOf(*checkpoint_, Options(1, format));
    const std::vector<float> logits = LogitsOf(packed, Options(2));
    EXPECT_EQ(std::memcmp(logits.data(), expected.data(), expected.size() * sizeof(float)), 0);
  }
}

TEST_F(PackedTest, HasAllElseOfItsCheckpoint) {
  ASSERT_TRUE(Pack(WeightFormat::kInt8, file()).ok());
  const Checkpoint packed = Checkpoint::OpenPacked(file(), "").value();
  EXPECT_EQ(packed.id(), "tiny-q8");
  EXPECT_EQ(packed.tokenizer_json(), checkpoint_->tokenizer_json());
  EXPECT_EQ(packed.tokenizer_config_json(), checkpoint_->tokenizer_config_json());
  EXPECT_EQ(packed.chat_template_text(), "");
  EXPECT_EQ(FormatModelConfig(packed.config()), FormatModelConfig(checkpoint_->config()));
  EXPECT_EQ(FingerprintOf(packed).value(), FingerprintOf(*checkpoint_).value());
  EXPECT_EQ(WeightBytes(packed, {}).value(),
            WeightBytes(*checkpoint_, WeightFormat::kInt8).value());
}

TEST_F(PackedTest, AnotherFormatIsRefused) {
  ASSERT_TRUE(Pack(WeightFormat::kInt8, file()).ok());
  const Checkpoint packed = Checkpoint::OpenPacked(file(), "").value();
  const auto backend = LoadCpuBackend(packed, Options(1, WeightFormat::kInt4));
  EXPECT_EQ(backend.status().field(), "weights");
  EXPECT_THAT(backend.status().message(),
              HasSubstr("is packed in another format (q8) than is wanted (q4)"));
}

// As for a checkpoint that is not packed: bf16 means as exact as it is stored.
TEST_F(PackedTest, WhereBf16WasWantedFloat32IsWhatWeightsOfMoreBitsArePackedIn) {
  ASSERT_TRUE(Pack(WeightFormat::kF32, file()).ok());
  const Checkpoint packed = Checkpoint::OpenPacked(file(), "").value();
  const auto backend = LoadCpuBackend(packed, Options(1, WeightFormat::kBf16));
  ASSERT_TRUE(backend.ok()) << backend.status().message();
  EXPECT_EQ((*backend)->info().weights, "float32");
  EXPECT_TRUE(WeightBytes(packed, WeightFormat::kBf16).ok());
  EXPECT_EQ(LoadCpuBackend(packed, Options(1, WeightFormat::kInt8)).status().field(), "weights");
}

TEST_F(PackedTest, EveryTruncationIsRefused) {
  ASSERT_TRUE(Pack(WeightFormat::kInt8, file()).ok());
  const std::string whole = ReadFile(file(), 1 << 30).value();
  const fs::path cut = directory_ / "cut.lemma";
  for (size_t bytes = 0; bytes < whole.size(); bytes += bytes < 200 ? 1 : 1009) {
    std::ofstream(cut, std::ios::binary) << whole.substr(0, bytes);
    EXPECT_THAT(ErrorOf(cut), HasSubstr("cut.lemma")) << bytes;
  }
  EXPECT_EQ(ErrorOf(file()), "");
}

TEST_F(PackedTest, OneThatIsCutAfterItWasOpenedIsRefused) {
  ASSERT_TRUE(Pack(WeightFormat::kInt8, file()).ok());
  const auto checkpoint = Checkpoint::OpenPacked(file(), "");
  fs::resize_file(file(), checkpoint->packed()->offset);
  EXPECT_THAT(LoadCpuBackend(*checkpoint, Options(2)).status().message(),
              HasSubstr("tiny-q8.lemma: has become shorter"));
}

TEST_F(PackedTest, OneThatIsReplacedGoesOnAsItWas) {
  ASSERT_TRUE(Pack(WeightFormat::kInt8, file()).ok());
  const auto checkpoint = Checkpoint::OpenPacked(file(), "");
  const auto pool = ThreadPool::Create(1).value();
  const Weights before = ReadWeights(*checkpoint, {}, *pool, {}).value();
  EXPECT_EQ(before.memory.file_bytes(), checkpoint->packed()->bytes);
  const std::string bytes(reinterpret_cast<const char*>(before.memory.data()),
                          before.memory.bytes());
  ASSERT_TRUE(Pack(WeightFormat::kInt4, file()).ok());
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(before.memory.data()), bytes.size()),
            bytes);
}

TEST_F(PackedTest, EveryDamagedByteThatIsReadIsFound) {
  ASSERT_TRUE(Pack(WeightFormat::kInt8, file()).ok());
  const std::string whole = ReadFile(file(), 1 << 30).value();
  const PackedWeights weights = *Checkpoint::OpenPacked(file(), "")->packed();
  ASSERT_EQ(weights.offset + weights.bytes, whole.size());
  const fs::path damaged = directory_ / "damaged.lemma";
  const auto error_at = [&](size_t at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    std::ofstream(damaged, std::ios::binary) << bytes;
    return ErrorOf(damaged);
  };
  uint64_t header_bytes;
  std::memcpy(&header_bytes, whole.data() + 16, sizeof(header_bytes));
  for (size_t at = 0; at < 32 + header_bytes; ++at)
    EXPECT_THAT(error_at(at), HasSubstr("damaged.lemma")) << at;
  for (size_t at = weights.offset; at < whole.size(); at += 4999) {
    EXPECT_THAT(error_at(at), HasSubstr("the file is damaged")) << at;
  }
}

TEST_F(PackedTest, OneWhoseFirstBytesAreDamagedIsNoGgufFile) {
  ASSERT_TRUE(Pack(WeightFormat::kInt8, file()).ok());
  std::fstream(file(), std::ios::binary | std::ios::in | std::ios::out) << 'l';
  const auto checkpoint = Checkpoint::Open(file(), "");
  EXPECT_EQ(checkpoint.status().code(), StatusCode::kDataLoss);
  EXPECT_THAT(checkpoint.status().message(),
              AllOf(HasSubstr("tiny-q8.lemma: is not a packed model, or is damaged"),
                    HasSubstr("lemma pack"), Not(HasSubstr("GGUF"))));
}

TEST_F(PackedTest, AnotherVersionAsksToPackAgain) {
  ASSERT_TRUE(Pack(WeightFormat::kInt8, file()).ok());
  std::string bytes = ReadFile(file(), 1 << 30).value();
  bytes[8] = 1;
  std::ofstream(file(), std::ios::binary) << bytes;
  EXPECT_THAT(ErrorOf(file()), HasSubstr("in version 1 of the format, this program reads 4"));
}

TEST_F(PackedTest, WhatCannotBeWrittenLeavesNothing) {
  // As on a full disk: what is written beyond some size fails.
  const fs::path full = directory_ / "full.lemma";
  rlimit old_limit{};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, old_limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const Status status = Pack(WeightFormat::kInt8, full);
  setrlimit(RLIMIT_FSIZE, &old_limit);
  EXPECT_THAT(status.message(), HasSubstr("File too large"));
  EXPECT_FALSE(fs::exists(full));
  EXPECT_FALSE(fs::exists(full.string() + ".tmp"));
  EXPECT_THAT(Pack(WeightFormat::kInt8, directory_ / "none" / "a.lemma").message(),
              HasSubstr("cannot create"));
}

}  // namespace
}  // namespace lemma::model
