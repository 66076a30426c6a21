#include "inference/model/gguf.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <set>
#include <utility>

namespace lemma::model {
namespace {

static_assert(std::endian::native == std::endian::little, "GGUF is read as little-endian");

constexpr uint64_t kFirstReadBytes = 64 << 10;
// The least that one of each takes: what a count may be is bounded by the bytes that are left.
constexpr uint64_t kKeyBytesMin = 8 + 1 + 4 + 1;
constexpr uint64_t kTensorBytesMin = 8 + 1 + 4 + 8 + 4 + 8;

// Of a value of this type; 0 where it varies, nothing where there is no such type.
std::optional<uint64_t> FixedBytes(GgufType type) {
  constexpr uint64_t kBytes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
  const auto index = static_cast<uint32_t>(type);
  if (index >= std::size(kBytes)) return std::nullopt;
  return kBytes[index];
}

// ggml's types by their numbers; those without a dtype are known but not read.
struct GgmlType {
  uint32_t number;
  const char* name;
  std::optional<Dtype> dtype;
};
constexpr GgmlType kGgmlTypes[] = {{0, "F32", Dtype::kF32},
                                   {1, "F16", Dtype::kF16},
                                   {30, "BF16", Dtype::kBf16},
                                   {8, "Q8_0", Dtype::kQ8_0},
                                   {2, "Q4_0", Dtype::kQ4_0},
                                   {12, "Q4_K", Dtype::kQ4_K},
                                   {13, "Q5_K", Dtype::kQ5_K},
                                   {14, "Q6_K", Dtype::kQ6_K},
                                   {3, "Q4_1", {}},
                                   {6, "Q5_0", {}},
                                   {7, "Q5_1", {}},
                                   {9, "Q8_1", {}},
                                   {10, "Q2_K", {}},
                                   {11, "Q3_K", {}},
                                   {15, "Q8_K", {}},
                                   {16, "IQ2_XXS", {}},
                                   {17, "IQ2_XS", {}},
                                   {18, "IQ3_XXS", {}},
                                   {19, "IQ1_S", {}},
                                   {20, "IQ4_NL", {}},
                                   {21, "IQ3_S", {}},
                                   {22, "IQ2_S", {}},
                                   {23, "IQ4_XS", {}},
                                   {24, "I8", {}},
                                   {25, "I16", {}},
                                   {26, "I32", {}},
                                   {27, "I64", {}},
                                   {28, "F64", {}},
                                   {29, "IQ1_M", {}},
                                   {34, "TQ1_0", {}},
                                   {35, "TQ2_0", {}},
                                   {39, "MXFP4", {}}};

Result<Dtype> DtypeOf(uint32_t number) {
  const auto* type =
      std::find_if(std::begin(kGgmlTypes), std::end(kGgmlTypes),
                   [&](const GgmlType& candidate) { return candidate.number == number; });
  if (type != std::end(kGgmlTypes) && type->dtype) return *type->dtype;
  const std::string name =
      type != std::end(kGgmlTypes) ? type->name : "number " + std::to_string(number);
  return DataLoss("its type " + name +
                  " is not supported (F32, F16, BF16, Q8_0, Q4_0, Q4_K, Q5_K and Q6_K are)");
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

// Reads a header from front to back. The source is read ahead in growing steps.
class GgufReader {
 public:
  GgufReader(const ByteSource& source, GgufFile& file) : source_(source), file_(file) {}

  Status Read() {
    uint64_t n_tensors = 0, n_keys = 0;
    LEMMA_RETURN_IF_ERROR(ReadPreamble(n_tensors, n_keys));
    for (uint64_t i = 0; i < n_keys; ++i) {
      LEMMA_RETURN_IF_ERROR(ReadKey("metadata key " + std::to_string(i)));
    }
    if (file_.Has("general.alignment")) {
      const auto alignment = file_.Integer("general.alignment", 8, kGgufAlignmentMax);
      if (!alignment.ok() || !std::has_single_bit(static_cast<uint64_t>(*alignment))) {
        return DataLoss("metadata \"general.alignment\" must be a power of two from 8 to " +
                        std::to_string(kGgufAlignmentMax));
      }
      alignment_ = static_cast<uint64_t>(*alignment);
    }
    for (uint64_t i = 0; i < n_tensors; ++i) {
      LEMMA_RETURN_IF_ERROR(ReadTensor("tensor " + std::to_string(i)));
    }
    LEMMA_RETURN_IF_ERROR(PlaceTensors());
    file_.bytes_.resize(at_);
    return CheckNoOverlap(file_.tensors_);
  }

 private:
  uint64_t BytesLeft() const { return source_.size_bytes() - at_; }

  Status ReadPreamble(uint64_t& n_tensors, uint64_t& n_keys) {
    if (source_.size_bytes() < 4) return DataLoss("is too short for a GGUF file");
    LEMMA_RETURN_IF_ERROR(Need(4, "the magic"));
    if (std::memcmp(file_.bytes_.data(), "GGUF", 4) != 0) {
      return DataLoss("is not a GGUF file: it does not begin with \"GGUF\"");
    }
    at_ = 4;
    uint32_t version = 0;
    LEMMA_RETURN_IF_ERROR(Take("the version", version));
    if (version != 0 && (version & 0xffff) == 0) {
      return DataLoss("its version shows that it is big-endian; only little-endian GGUF is read");
    }
    if (version < 2 || version > 3) {
      return DataLoss("has version " + std::to_string(version) +
                      " of GGUF; versions 2 and 3 are read");
    }
    LEMMA_RETURN_IF_ERROR(Take("the count of tensors", n_tensors));
    LEMMA_RETURN_IF_ERROR(Take("the count of metadata keys", n_keys));
    LEMMA_RETURN_IF_ERROR(CheckCount("tensors", n_tensors, kTensorsMax, kTensorBytesMin));
    return CheckCount("metadata keys", n_keys, kGgufKeysMax, kKeyBytesMin);
  }

  Status CheckCount(const char* what, uint64_t count, uint64_t count_max, uint64_t bytes_each) {
    if (count <= count_max && count <= BytesLeft() / bytes_each) return Ok();
    return DataLoss("claims " + std::to_string(count) + " " + what + ", at most " +
                    std::to_string(std::min(count_max, BytesLeft() / bytes_each)) +
                    " are possible in it");
  }

  // Makes sure that the next `bytes` are in bytes_.
  Status Need(uint64_t bytes, const std::string& field) {
    if (bytes > BytesLeft()) {
      return DataLoss(field + " goes beyond the end of the file, which has " +
                      std::to_string(source_.size_bytes()) + " bytes (truncated?)");
    }
    const uint64_t end = at_ + bytes;
    const uint64_t loaded = file_.bytes_.size();
    if (end <= loaded) return Ok();
    if (end > kGgufHeaderBytesMax) {
      return DataLoss(field + " ends beyond the " + std::to_string(kGgufHeaderBytesMax) +
                      " bytes that a header may have");
    }
    const uint64_t bytes_max = std::min(source_.size_bytes(), kGgufHeaderBytesMax);
    const uint64_t wanted = std::min(std::max({end, 2 * loaded, kFirstReadBytes}), bytes_max);
    file_.bytes_.resize(wanted);
    return source_.ReadAt(loaded, file_.bytes_.data() + loaded, wanted - loaded);
  }

  template <typename Number>
  Status Take(const std::string& field, Number& number) {
    LEMMA_RETURN_IF_ERROR(Need(sizeof(number), field));
    std::memcpy(&number, file_.bytes_.data() + at_, sizeof(number));
    at_ += sizeof(number);
    return Ok();
  }

  Status SkipText(const std::string& field) {
    uint64_t length = 0;
    LEMMA_RETURN_IF_ERROR(Take(field, length));
    LEMMA_RETURN_IF_ERROR(Need(length, field));
    at_ += length;
    return Ok();
  }

  // A key or a tensor's name.
  Status TakeName(const std::string& field, uint64_t bytes_max, std::string& name) {
    uint64_t length = 0;
    LEMMA_RETURN_IF_ERROR(Take(field, length));
    if (length == 0 || length > bytes_max) {
      return DataLoss(field + " has a name of " + std::to_string(length) + " bytes; 1 to " +
                      std::to_string(bytes_max) + " are allowed");
    }
    LEMMA_RETURN_IF_ERROR(Need(length, field));
    name = file_.bytes_.substr(at_, length);
    at_ += length;
    return IsPrintable(name) ? Ok() : DataLoss(field + " has a name that is not plain ASCII");
  }

  Status CheckBools(const std::string& field, uint64_t count) const {
    for (uint64_t i = 0; i < count; ++i) {
      if (static_cast<uint8_t>(file_.bytes_[at_ + i]) > 1) {
        return DataLoss(field + " must hold 0 or 1, as a bool");
      }
    }
    return Ok();
  }

  // `count` values that follow each other.
  Status SkipValues(const std::string& field, GgufType type, uint64_t count) {
    if (type == GgufType::kString) {
      if (count > BytesLeft() / 8) return DataLoss(field + " has more texts than the file can");
      for (uint64_t i = 0; i < count; ++i) LEMMA_RETURN_IF_ERROR(SkipText(field));
      return Ok();
    }
    const uint64_t bytes_each = *FixedBytes(type);
    if (count > BytesLeft() / bytes_each) {
      return DataLoss(field + " has more values than the file can");
    }
    LEMMA_RETURN_IF_ERROR(Need(count * bytes_each, field));
    if (type == GgufType::kBool) LEMMA_RETURN_IF_ERROR(CheckBools(field, count));
    at_ += count * bytes_each;
    return Ok();
  }

  Status TakeType(const std::string& field, GgufType& type) {
    uint32_t number = 0;
    LEMMA_RETURN_IF_ERROR(Take(field, number));
    type = static_cast<GgufType>(number);
    if (FixedBytes(type)) return Ok();
    return DataLoss(field + " has the unknown type " + std::to_string(number));
  }

  Status ReadKey(const std::string& field) {
    std::string key;
    LEMMA_RETURN_IF_ERROR(TakeName(field, kGgufKeyBytesMax, key));
    const std::string named = "metadata \"" + key.substr(0, 128) + "\"";
    GgufFile::Value value{};
    LEMMA_RETURN_IF_ERROR(TakeType(named, value.type));
    value.element_type = value.type;
    value.count = 1;
    if (value.type == GgufType::kArray) {
      LEMMA_RETURN_IF_ERROR(TakeType(named, value.element_type));
      if (value.element_type == GgufType::kArray) {
        return DataLoss(named + " is an array of arrays, which is not read");
      }
      LEMMA_RETURN_IF_ERROR(Take(named, value.count));
    }
    value.begin = at_;
    LEMMA_RETURN_IF_ERROR(SkipValues(named, value.element_type, value.count));
    value.end = at_;
    if (value.type == GgufType::kString) value.begin += 8;  // after the length
    if (!file_.values_.emplace(std::move(key), value).second) {
      return DataLoss(named + " comes twice");
    }
    return Ok();
  }

  Status ReadTensor(const std::string& field) {
    TensorEntry tensor;
    LEMMA_RETURN_IF_ERROR(TakeName(field, kGgufTensorNameBytesMax, tensor.name));
    const std::string named = "tensor \"" + tensor.name + "\"";
    if (!names_.insert(tensor.name).second) return DataLoss(named + " comes twice");
    uint32_t n_dims = 0, type = 0;
    LEMMA_RETURN_IF_ERROR(Take(named, n_dims));
    if (n_dims == 0 || n_dims > kTensorRankMax) {
      return DataLoss(named + ": its n_dims is " + std::to_string(n_dims) + "; 1 to " +
                      std::to_string(kTensorRankMax) + " are read");
    }
    std::vector<uint64_t> dims(n_dims);
    for (uint64_t& dim : dims) LEMMA_RETURN_IF_ERROR(Take(named, dim));
    LEMMA_RETURN_IF_ERROR(Take(named, type));
    LEMMA_RETURN_IF_ERROR(Take(named, tensor.offset));
    const auto dtype = DtypeOf(type);
    if (!dtype.ok()) return dtype.status().WithPrefix(named);
    tensor.dtype = *dtype;
    LEMMA_RETURN_IF_ERROR(SetShape(dims, tensor).WithPrefix(named));
    file_.tensors_.push_back(std::move(tensor));
    return Ok();
  }

  // The first of `dims` is the row.
  static Status SetShape(const std::vector<uint64_t>& dims, TensorEntry& tensor) {
    int64_t elements = 1;
    for (const uint64_t dim : dims) {
      if (dim == 0 || dim > uint64_t{std::numeric_limits<int64_t>::max()} ||
          __builtin_mul_overflow(elements, static_cast<int64_t>(dim), &elements)) {
        return DataLoss("its shape must be sizes from 1 whose product fits");
      }
    }
    tensor.shape.assign(dims.rbegin(), dims.rend());
    const BlockSize block = BlockSizeOf(tensor.dtype);
    if (tensor.shape.back() % block.elements != 0) {
      return DataLoss("its shape has rows of " + std::to_string(tensor.shape.back()) +
                      ", which are not whole blocks of " + std::to_string(block.elements));
    }
    if (__builtin_mul_overflow(static_cast<uint64_t>(elements / block.elements),
                               static_cast<uint64_t>(block.bytes), &tensor.bytes)) {
      return DataLoss("its shape has more bytes than can be counted");
    }
    return Ok();
  }

  // Offsets are the file's from here on.
  Status PlaceTensors() {
    const uint64_t file_bytes = source_.size_bytes();
    const uint64_t data_begin = (at_ + alignment_ - 1) / alignment_ * alignment_;
    for (TensorEntry& tensor : file_.tensors_) {
      const std::string named = "tensor \"" + tensor.name + "\"";
      if (tensor.offset % alignment_ != 0) {
        return DataLoss(named + ": its offset " + std::to_string(tensor.offset) +
                        " is no multiple of general.alignment, " + std::to_string(alignment_));
      }
      if (data_begin > file_bytes || tensor.offset > file_bytes - data_begin ||
          tensor.bytes > file_bytes - data_begin - tensor.offset) {
        return DataLoss(named + ": its data ends beyond the file, which has " +
                        std::to_string(file_bytes) + " bytes (truncated?)");
      }
      tensor.offset += data_begin;
    }
    return Ok();
  }

  const ByteSource& source_;
  GgufFile& file_;
  uint64_t at_ = 0;
  uint64_t alignment_ = 32;
  std::set<std::string> names_;  // of tensors
};

Result<GgufFile> GgufFile::Read(const ByteSource& source) {
  GgufFile file;
  const Status status = GgufReader(source, file).Read();
  if (!status.ok()) return status.WithPrefix(source.name());
  file.name_ = source.name();
  return file;
}

}  // namespace lemma::model
