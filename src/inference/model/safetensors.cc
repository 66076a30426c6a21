#include "inference/model/safetensors.h"

#include <bit>
#include <boost/json/serialize.hpp>
#include <cstring>
#include <optional>

#include "common/base/json.h"

namespace lemma::model {
namespace {

namespace json = boost::json;

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");

std::optional<Dtype> DtypeFromName(std::string_view name) {
  if (name == "F32") return Dtype::kF32;
  if (name == "F16") return Dtype::kF16;
  if (name == "BF16") return Dtype::kBf16;
  return std::nullopt;
}

const char* DtypeName(Dtype dtype) {
  switch (dtype) {
    case Dtype::kF32:
      return "F32";
    case Dtype::kF16:
      return "F16";
    case Dtype::kBf16:
      return "BF16";
    default:
      LEMMA_CHECK(false, "not a dtype of safetensors");
      return "";
  }
}

uint64_t BytesOf(Dtype dtype) { return static_cast<uint64_t>(BlockSizeOf(dtype).bytes); }

// "[<low>, <high>]" of two non-negative integers.
bool ReadRange(const json::value* value, uint64_t* low, uint64_t* high) {
  if (value == nullptr || !value->is_array() || value->get_array().size() != 2) return false;
  const json::array& pair = value->get_array();
  if (!pair[0].is_int64() || !pair[1].is_int64()) return false;
  if (pair[0].get_int64() < 0 || pair[1].get_int64() < pair[0].get_int64()) return false;
  *low = static_cast<uint64_t>(pair[0].get_int64());
  *high = static_cast<uint64_t>(pair[1].get_int64());
  return true;
}

// The shape, and its product times the element size; false where it is malformed or overflows.
bool ReadShape(const json::value* value, uint64_t element_bytes, std::vector<int64_t>* shape,
               uint64_t* bytes) {
  if (value == nullptr || !value->is_array()) return false;
  if (value->get_array().size() > kTensorRankMax) return false;
  *bytes = element_bytes;
  for (const json::value& dim : value->get_array()) {
    if (!dim.is_int64() || dim.get_int64() < 0) return false;
    shape->push_back(dim.get_int64());
    if (__builtin_mul_overflow(*bytes, static_cast<uint64_t>(dim.get_int64()), bytes)) {
      return false;
    }
  }
  return true;
}

Result<TensorEntry> ReadEntry(std::string_view name, const json::value& value, uint64_t data_begin,
                              uint64_t file_bytes) {
  const auto error = [&](const std::string& problem) {
    return DataLoss("tensor \"" + std::string(name.substr(0, 128)) + "\": " + problem);
  };
  if (!value.is_object()) return error("its entry must be an object");
  const json::object& object = value.get_object();
  const json::value* dtype_name = object.if_contains("dtype");
  if (dtype_name == nullptr || !dtype_name->is_string()) return error("\"dtype\" is missing");
  const std::optional<Dtype> dtype = DtypeFromName(dtype_name->get_string());
  if (!dtype) {
    return error("dtype " + std::string(dtype_name->get_string().subview(0, 32)) +
                 " is not supported (BF16, F16 and F32 are)");
  }
  TensorEntry entry;
  entry.name = name;
  entry.dtype = *dtype;
  if (!ReadShape(object.if_contains("shape"), BytesOf(*dtype), &entry.shape, &entry.bytes)) {
    return error("\"shape\" must be a list of at most 4 sizes whose product fits");
  }
  uint64_t begin = 0;
  uint64_t end = 0;
  if (!ReadRange(object.if_contains("data_offsets"), &begin, &end)) {
    return error("\"data_offsets\" must be [begin, end]");
  }
  if (end - begin != entry.bytes) {
    return error("\"data_offsets\" span " + std::to_string(end - begin) +
                 " bytes, its shape needs " + std::to_string(entry.bytes));
  }
  if (end > file_bytes - data_begin) {
    return error("its data ends beyond the file, which has " + std::to_string(file_bytes) +
                 " bytes (truncated?)");
  }
  entry.offset = data_begin + begin;
  return entry;
}

Result<std::vector<TensorEntry>> ReadHeader(const ByteSource& source) {
  const uint64_t file_bytes = source.size_bytes();
  uint64_t header_bytes = 0;
  if (file_bytes < sizeof(header_bytes)) return DataLoss("is too short for a safetensors file");
  LEMMA_RETURN_IF_ERROR(source.ReadAt(0, &header_bytes, sizeof(header_bytes)));
  if (header_bytes > file_bytes - sizeof(header_bytes)) {
    return DataLoss("its header claims " + std::to_string(header_bytes) + " bytes, the file has " +
                    std::to_string(file_bytes) + " (truncated, or not safetensors)");
  }
  if (header_bytes > kSafetensorsHeaderBytesMax) {
    return DataLoss("its header has " + std::to_string(header_bytes) + " bytes, at most " +
                    std::to_string(kSafetensorsHeaderBytesMax) + " are read");
  }
  std::string header(header_bytes, '\0');
  LEMMA_RETURN_IF_ERROR(source.ReadAt(sizeof(header_bytes), header.data(), header.size()));
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonFile(header, "its header"));
  if (object.size() > kTensorsMax) return DataLoss("its header lists too many tensors");

  std::vector<TensorEntry> tensors;
  for (const auto& [name, value] : object) {
    if (name == "__metadata__") {
      if (!value.is_object()) return DataLoss("\"__metadata__\" must be an object");
      continue;
    }
    LEMMA_ASSIGN_OR_RETURN(TensorEntry entry,
                           ReadEntry(name, value, sizeof(header_bytes) + header_bytes, file_bytes));
    tensors.push_back(std::move(entry));
  }
  LEMMA_RETURN_IF_ERROR(CheckNoOverlap(tensors));
  return tensors;
}

}  // namespace

Result<std::vector<TensorEntry>> ReadSafetensorsHeader(const ByteSource& source) {
  auto tensors = ReadHeader(source);
  if (!tensors.ok()) return tensors.status().WithPrefix(source.name());
  return tensors;
}

std::string MakeSafetensorsHeader(std::vector<TensorEntry>* tensors) {
  json::object object;
  uint64_t data_bytes = 0;
  for (TensorEntry& tensor : *tensors) {
    tensor.bytes = BytesOf(tensor.dtype);
    for (const int64_t dim : tensor.shape) tensor.bytes *= static_cast<uint64_t>(dim);
    tensor.offset = data_bytes;
    data_bytes += tensor.bytes;
    object[tensor.name] = {{"dtype", DtypeName(tensor.dtype)},
                           {"shape", json::array(tensor.shape.begin(), tensor.shape.end())},
                           {"data_offsets", {tensor.offset, tensor.offset + tensor.bytes}}};
  }
  std::string text = json::serialize(object);
  constexpr size_t kAlignment = 64;
  const size_t unpadded = sizeof(uint64_t) + text.size();
  text.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  const uint64_t length = text.size();
  std::string header(sizeof(length), '\0');
  std::memcpy(header.data(), &length, sizeof(length));
  header += text;
  for (TensorEntry& tensor : *tensors) tensor.offset += header.size();
  return header;
}

}  // namespace lemma::model
