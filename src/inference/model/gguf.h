// The header of a GGUF file, versions 2 and 3, little-endian: its metadata, and what tensors it
// holds and where. Format: github.com/ggml-org/ggml, docs/gguf.md. Hostile files are refused before
// anything is allocated for them: memory is at most what the header's own bytes take.
//
//   "GGUF"  version:u32  n_tensors:u64  n_keys:u64
//   n_keys    x  key:text  type:u32  value            text = length:u64 bytes
//   n_tensors x  name:text  n_dims:u32  dims:u64[n_dims]  type:u32  offset:u64
//   zeros up to a multiple of general.alignment (32 where it is absent), then the tensors' data
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "inference/model/byte_source.h"
#include "inference/model/tensor_entry.h"

namespace lemma::model {

// Bounds on hostile files. Qwen2.5's header has 6 MB (its tokenizer), 40 keys and 339 tensors.
inline constexpr uint64_t kGgufHeaderBytesMax = 64 << 20;
inline constexpr uint64_t kGgufKeysMax = 4096;
inline constexpr uint64_t kGgufKeyBytesMax = 65535;      // the format's own
inline constexpr uint64_t kGgufTensorNameBytesMax = 64;  // the format's own
inline constexpr uint64_t kGgufAlignmentMax = 1 << 20;

// The types of metadata values; the numbers are the format's.
enum class GgufType : uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12
};

// Immutable after reading; thread-safe.
class GgufFile {
 public:
  // Errors (kDataLoss) name the file and the field: no GGUF, another version, big-endian, counts or
  // lengths beyond the file, a key or tensor that comes twice, a nested array, an unknown type, a
  // shape that overflows or does not fill its blocks, data that is unaligned, overlapping or beyond
  // the file.
  static Result<GgufFile> Read(const ByteSource& source);

  const std::string& name() const { return name_; }  // the source's
  // With GGUF's names; shapes are reversed from the file's order: the row comes last.
  const std::vector<TensorEntry>& tensors() const { return tensors_; }

  bool Has(std::string_view key) const { return values_.find(key) != values_.end(); }

  // Each is an error (kDataLoss) that names the file and the key where the value is absent, of
  // another type or out of range.
  Result<int64_t> Integer(std::string_view key, int64_t low, int64_t high) const;
  Result<double> Number(std::string_view key, double low, double high) const;  // low is excluded
  Result<bool> Bool(std::string_view key) const;
  Result<std::string_view> String(std::string_view key) const;  // a view into this object
  Result<std::vector<std::string_view>> Strings(std::string_view key, uint64_t count_max) const;
  Result<std::vector<int64_t>> Integers(std::string_view key, uint64_t count_max) const;

  // "<file>: metadata "<key>" <problem>".
  Status Error(std::string_view key, const std::string& problem) const;

 private:
  friend class GgufReader;
  GgufFile() = default;

  // A value's place in bytes_; of an array its elements, of a string its characters.
  struct Value {
    GgufType type;
    GgufType element_type;  // of an array
    uint64_t count;         // of an array
    uint64_t begin;
    uint64_t end;
  };
  Result<Value> Find(std::string_view key, std::string_view wanted,
                     bool (*is_wanted)(const Value&)) const;

  std::string name_;
  std::string bytes_;  // the header
  std::map<std::string, Value, std::less<>> values_;
  std::vector<TensorEntry> tensors_;  // in the file's order
};

}  // namespace lemma::model
