// Any bytes as a GGUF file, and a good one with some bytes changed: an error or a checkpoint whose
// tensors can be read. The corpus needs no files: an input "1" is the good file.
//
// The first byte chooses: an even one is followed by the file, an odd one by changes of the good
// file (changed_file.h), which bit 1 cuts short.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/check.h"
#include "common/text/tokenizer.h"
#include "fuzz/changed_file.h"
#include "inference/model/checkpoint.h"
#include "inference/model/gguf.h"
#include "inference/model/test_gguf.h"
#include "inference/model/weights.h"

namespace {

using lemma::model::BlockSizeOf;
using lemma::model::Checkpoint;
using lemma::model::Dtype;
using lemma::model::GgufWriter;
using lemma::model::ModelConfig;

ModelConfig SmallConfig() {
  ModelConfig config;
  config.n_layers = 1;
  config.hidden_size = 32;
  config.intermediate_size = 256;
  config.n_heads = 2;
  config.n_kv_heads = 1;
  config.head_dim = 16;
  config.vocab_size = 5;
  config.context_length_max = 64;
  config.rms_norm_eps = 1e-6f;
  config.rope_theta = 1e4f;
  config.tied_embeddings = true;
  return config;
}

// Some of the tensors in each type of blocks, and metadata of every kind.
std::string MakeGoodFile() {
  const ModelConfig config = SmallConfig();
  GgufWriter writer;
  lemma::model::SetConfigKeys(config, writer);
  lemma::model::SetPlainTokens(config.vocab_size, writer);
  writer.Set("general.alignment", uint32_t{32});
  writer.Set("tokenizer.ggml.eos_token_id", uint32_t{1});
  writer.Set("tokenizer.ggml.add_bos_token", false);
  writer.Set("tokenizer.ggml.merges", std::vector<std::string>{"t 0"});
  writer.Set("tokenizer.chat_template", "{{ messages }}");
  constexpr Dtype kWide[] = {Dtype::kQ4_K, Dtype::kQ5_K, Dtype::kQ6_K};
  constexpr Dtype kNarrow[] = {Dtype::kQ8_0, Dtype::kQ4_0, Dtype::kF16, Dtype::kBf16};
  size_t turn = 0;
  for (const auto& slot :
       lemma::model::LayWeights(config, lemma::kernels::WeightFormat::kF32).slots) {
    Dtype dtype = Dtype::kF32;
    if (slot.is_matrix()) dtype = slot.shape[1] == 256 ? kWide[turn++ % 3] : kNarrow[turn++ % 4];
    int64_t n = 1;
    for (const int64_t size : slot.shape) n *= size;
    writer.AddTensor(lemma::model::GgufName(slot.name), slot.shape, lemma::model::GgmlTypeOf(dtype),
                     std::string(static_cast<size_t>(lemma::model::StoredBytes(dtype, n)), 'x'));
  }
  return writer.File();
}

void CheckFile(std::string_view bytes, bool must_open) {
  const auto checkpoint =
      Checkpoint::OpenGguf(lemma::model::MakeMemorySource("fuzz", bytes), "fuzz");
  LEMMA_CHECK(checkpoint.ok() || !must_open, checkpoint.status().message().c_str());
  if (!checkpoint.ok()) return;
  for (const auto& tensor : checkpoint->tensors()) {
    std::vector<std::byte> data(tensor.bytes);
    LEMMA_CHECK(checkpoint->source(tensor).ReadAt(tensor.offset, data.data(), data.size()).ok());
    const int64_t n = static_cast<int64_t>(tensor.bytes) / BlockSizeOf(tensor.dtype).bytes *
                      BlockSizeOf(tensor.dtype).elements;
    std::vector<float> values(static_cast<size_t>(n));
    lemma::model::DecodeElements(tensor.dtype, data.data(), n, values.data());
  }
  (void)lemma::text::Tokenizer::FromJson(checkpoint->tokenizer_json(), "fuzz");
  constexpr uint64_t kWeightBytesMax = 64 << 20;  // a config may claim any model
  const auto weight_bytes = lemma::model::WeightBytes(*checkpoint, {});
  LEMMA_CHECK(weight_bytes.ok() || !must_open, weight_bytes.status().message().c_str());
  if (!weight_bytes.ok() || *weight_bytes > kWeightBytesMax) return;
  lemma::ThreadPool pool(1);
  LEMMA_CHECK(lemma::model::ReadWeights(*checkpoint, {}, pool, {}).ok(), "all was checked before");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::string good = MakeGoodFile();
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  if (data[0] % 2 == 0) {
    CheckFile(input, /*must_open=*/false);
  } else {
    CheckFile(lemma::fuzz::ChangedFile(good, (data[0] & 2) != 0, input),
              /*must_open=*/input.size() < 4);
  }
  return 0;
}
