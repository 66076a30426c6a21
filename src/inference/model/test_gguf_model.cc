#include "inference/model/test_gguf_model.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "inference/kernels/float16.h"

namespace lemma::model {

using kernels::WeightFormat;

namespace {

// To the nearest; for finite values that float16 can hold.
uint16_t ToF16(float value) {
  const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  if (value == 0) return sign;
  const int exponent = std::max(std::ilogb(value), -14);
  const auto mantissa = static_cast<int>(std::lrint(std::ldexp(std::fabs(value), 10 - exponent)));
  return static_cast<uint16_t>(sign + ((exponent + 14) << 10) + mantissa);
}

template <typename Bits>
void Append(std::string& bytes, Bits bits) {
  bytes.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
}

// Blocks of 32 with the largest value at the end of the range.
void AppendQ8_0(std::string& bytes, const float* values) {
  float largest = 0;
  for (int i = 0; i < 32; ++i) largest = std::max(largest, std::fabs(values[i]));
  const uint16_t d = ToF16(largest / 127);
  const float step = kernels::F16ToFloat(d);
  Append(bytes, d);
  for (int i = 0; i < 32; ++i) {
    const long q = step == 0 ? 0 : std::lrint(values[i] / step);
    Append(bytes, static_cast<int8_t>(std::clamp(q, -127l, 127l)));
  }
}

void AppendQ4_0(std::string& bytes, const float* values) {
  float largest = 0;  // with its sign
  for (int i = 0; i < 32; ++i) {
    if (std::fabs(values[i]) > std::fabs(largest)) largest = values[i];
  }
  const uint16_t d = ToF16(largest / -8);
  const float step = kernels::F16ToFloat(d);
  const auto q = [&](int i) {
    return std::clamp(step == 0 ? 8l : std::lrint(values[i] / step) + 8, 0l, 15l);
  };
  Append(bytes, d);
  for (int i = 0; i < 16; ++i) Append(bytes, static_cast<uint8_t>(q(i) | q(i + 16) << 4));
}

// Blocks of 256 in groups of 32, each from its least value (or 0) to its largest in `levels` steps.
void AppendQ4Or5_K(std::string& bytes, const float* values, int levels) {
  float steps[8], mins[8];  // of each group; minus the least value
  for (int g = 0; g < 8; ++g) {
    const auto [least, largest] = std::minmax_element(values + 32 * g, values + 32 * (g + 1));
    mins[g] = std::max(0.0f, -*least);
    steps[g] = std::max(0.0f, *largest + mins[g]) / static_cast<float>(levels);
  }
  const uint16_t d = ToF16(*std::max_element(steps, steps + 8) / 63);
  const uint16_t m = ToF16(*std::max_element(mins, mins + 8) / 63);
  const auto nearest = [](float value, float step, int max) {
    return step == 0 ? 0 : static_cast<int>(std::clamp(std::lrint(value / step), 0l, long{max}));
  };
  std::array<uint8_t, 12> s = {};  // six bits of each step and min, as gguf_blocks.cc reads them
  std::array<uint8_t, 32> high = {};
  std::array<uint8_t, 128> low = {};
  for (int g = 0; g < 8; ++g) {
    const int scale = nearest(steps[g], kernels::F16ToFloat(d), 63);
    const int min = nearest(mins[g], kernels::F16ToFloat(m), 63);
    if (g < 4) {
      s[g] |= scale;
      s[g + 4] |= min;
    } else {
      s[g + 4] |= (scale & 15) | (min & 15) << 4;
      s[g - 4] |= scale >> 4 << 6;
      s[g] |= min >> 4 << 6;
    }
    for (int i = 0; i < 32; ++i) {
      const float value = values[32 * g + i] + kernels::F16ToFloat(m) * static_cast<float>(min);
      const int q = nearest(value, kernels::F16ToFloat(d) * static_cast<float>(scale), levels);
      low[g / 2 * 32 + i] |= (q & 15) << (g % 2 * 4);
      high[i] |= q >> 4 << g;
    }
  }
  Append(bytes, d);
  Append(bytes, m);
  Append(bytes, s);
  if (levels > 15) Append(bytes, high);
  Append(bytes, low);
}

// Blocks of 256 in groups of 16, each with its largest value at the end of the range.
void AppendQ6_K(std::string& bytes, const float* values) {
  float steps[16];
  for (int g = 0; g < 16; ++g) {
    float largest = 0;
    for (int i = 0; i < 16; ++i) largest = std::max(largest, std::fabs(values[16 * g + i]));
    steps[g] = largest / 31;
  }
  const uint16_t d = ToF16(*std::max_element(steps, steps + 16) / 127);
  const float step = kernels::F16ToFloat(d);
  std::array<uint8_t, 128> low = {};
  std::array<uint8_t, 64> high = {};
  std::array<int8_t, 16> scales = {};
  for (int e = 0; e < 256; ++e) {
    int8_t& scale = scales[e / 16];
    scale = static_cast<int8_t>(step == 0 ? 0 : std::lrint(steps[e / 16] / step));
    const float scaled = step * static_cast<float>(scale);
    const long q = 32 + (scaled == 0 ? 0 : std::clamp(std::lrint(values[e] / scaled), -32l, 31l));
    const int half = e / 128, quarter = e / 32 % 4;
    low[half * 64 + quarter % 2 * 32 + e % 32] |= (q & 15) << (quarter / 2 * 4);
    high[half * 32 + e % 32] |= q >> 4 << (quarter * 2);
  }
  Append(bytes, low);
  Append(bytes, high);
  Append(bytes, scales);
  Append(bytes, d);
}

}  // namespace

std::string EncodeElements(Dtype dtype, const std::vector<float>& values) {
  std::string bytes;
  const auto step = static_cast<size_t>(BlockSizeOf(dtype).elements);
  for (size_t i = 0; i < values.size(); i += step) {
    switch (dtype) {
      case Dtype::kF32:
        Append(bytes, values[i]);
        break;
      case Dtype::kF16:
        Append(bytes, ToF16(values[i]));
        break;
      case Dtype::kBf16:
        Append(bytes, kernels::FloatToBf16(values[i]));
        break;
      case Dtype::kQ8_0:
        AppendQ8_0(bytes, &values[i]);
        break;
      case Dtype::kQ4_0:
        AppendQ4_0(bytes, &values[i]);
        break;
      case Dtype::kQ4_K:
        AppendQ4Or5_K(bytes, &values[i], 15);
        break;
      case Dtype::kQ5_K:
        AppendQ4Or5_K(bytes, &values[i], 31);
        break;
      case Dtype::kQ6_K:
        AppendQ6_K(bytes, &values[i]);
        break;
    }
  }
  return bytes;
}

std::vector<float> DecodeAll(Dtype dtype, const std::string& bytes, size_t n) {
  std::vector<float> values(n);
  DecodeElements(dtype, reinterpret_cast<const std::byte*>(bytes.data()), static_cast<int64_t>(n),
                 values.data());
  return values;
}

ModelConfig BlockConfig(bool tied) {
  ModelConfig config = TinyConfig(4, 2, tied);
  config.hidden_size = 256;
  config.intermediate_size = 512;
  config.head_dim = 64;
  return config;
}

void GgufModelTest::UseConfig(const ModelConfig& config) {
  config_ = config;
  values_ = RandomTensors(config, 1);
  for (auto& [name, values] : values_) {
    for (float& value : values) value = std::round(value * 128) / 128;
  }
}

GgufWriter GgufModelTest::Writer(const std::function<Dtype(const std::string&)>& dtype_of) {
  GgufWriter writer;
  SetConfigKeys(config_, writer);
  SetPlainTokens(config_.vocab_size, writer);
  for (const TensorSlot& slot : LayWeights(config_, WeightFormat::kF32).slots) {
    const Dtype dtype = slot.is_matrix() ? dtype_of(slot.name) : Dtype::kF32;
    writer.AddTensor(GgufName(slot.name), slot.shape, GgmlTypeOf(dtype),
                     EncodeElements(dtype, values_.at(slot.name)));
  }
  return writer;
}
GgufWriter GgufModelTest::Writer(Dtype dtype) {
  return Writer([&](const std::string&) { return dtype; });
}

Checkpoint GgufModelTest::Open(const GgufWriter& writer) {
  files_.push_back(std::make_unique<std::string>(writer.File()));
  return Checkpoint::OpenGguf(MakeMemorySource("m.gguf", *files_.back()), "m").value();
}
std::string GgufModelTest::OpenError(const GgufWriter& writer) {
  const std::string file = writer.File();
  const auto checkpoint = Checkpoint::OpenGguf(MakeMemorySource("m.gguf", file), "m");
  if (checkpoint.ok()) return "opened";
  EXPECT_EQ(checkpoint.status().code(), StatusCode::kDataLoss);
  return checkpoint.status().message();
}

std::unique_ptr<Backend> Load(const Checkpoint& checkpoint, std::optional<WeightFormat> weights) {
  CpuBackendOptions options;
  options.n_threads = 2;
  options.isa = "scalar";
  options.weights = weights;
  return LoadCpuBackend(checkpoint, options).value();
}

std::vector<float> LogitsOf(Backend& backend) {
  const std::vector<TokenId> tokens = {1, 5, 80, 9};
  const std::vector<PageId> pages = {0};
  const std::vector<SequenceSlice> slices = {
      {.row_begin = 0, .n_tokens = 4, .n_past = 0, .pages = pages}};
  const std::vector<int32_t> rows = {3};
  std::vector<float> logits(static_cast<size_t>(backend.config().vocab_size));
  EXPECT_TRUE(backend.Forward({tokens, slices, rows}, logits).ok());
  return logits;
}

}  // namespace lemma::model
