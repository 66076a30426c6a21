// Any bytes as the weights of a checkpoint, and good ones, or its config.json, with some bytes
// changed: an error or a checkpoint whose weights can be read. The corpus needs no files: an input
// "1" is the good checkpoint.
//
// The first byte chooses: an even one is followed by model.safetensors, an odd one by changes of
// the good one (changed_file.h), which bit 1 cuts short; with bit 2 set they are changes of
// config.json.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "common/base/check.h"
#include "common/base/file.h"
#include "fuzz/changed_file.h"
#include "fuzz/small_checkpoint.h"
#include "inference/model/checkpoint.h"
#include "inference/model/weights.h"

namespace {

constexpr uint64_t kWeightBytesMax = 64 << 20;  // a config may claim any model

struct GoodFiles {
  std::string config, weights;
};

GoodFiles MakeGoodFiles() {
  const auto directory = lemma::fuzz::MakeSmallCheckpoint();
  GoodFiles good;
  good.config = lemma::ReadFile(directory / "config.json", 1 << 20).value();
  good.weights = lemma::ReadFile(directory / "model.safetensors", 1 << 20).value();
  std::filesystem::remove_all(directory);
  return good;
}

void CheckFiles(std::string_view config, std::string_view weights, bool must_open) {
  const auto checkpoint = lemma::model::Checkpoint::OpenMemory({{"config.json", config},
                                                                {"tokenizer.json", "{}"},
                                                                {"tokenizer_config.json", "{}"},
                                                                {"model.safetensors", weights}},
                                                               "fuzz");
  LEMMA_CHECK(checkpoint.ok() || !must_open, checkpoint.status().message().c_str());
  if (!checkpoint.ok()) return;
  const auto bytes = lemma::model::WeightBytes(*checkpoint, {});
  LEMMA_CHECK(bytes.ok() || !must_open, bytes.status().message().c_str());
  if (!bytes.ok() || *bytes > kWeightBytesMax) return;
  lemma::ThreadPool pool(1);
  LEMMA_CHECK(lemma::model::ReadWeights(*checkpoint, {}, pool, {}).ok(), "all was checked before");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const GoodFiles good = MakeGoodFiles();
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  const bool is_cut = (data[0] & 2) != 0;
  const bool must_open = input.size() < 4;
  if (data[0] % 2 == 0) {
    CheckFiles(good.config, input, /*must_open=*/false);
  } else if ((data[0] & 4) != 0) {
    CheckFiles(lemma::fuzz::ChangedFile(good.config, is_cut, input), good.weights, must_open);
  } else {
    CheckFiles(good.config, lemma::fuzz::ChangedFile(good.weights, is_cut, input), must_open);
  }
  return 0;
}
