#include "train/network/safetensors.h"

#include <boost/json.hpp>
#include <cstring>
#include <optional>

#include "common/base/json.h"

namespace lemma::train {
namespace {

namespace json = boost::json;

constexpr uint64_t kHeaderBytesMax = 100u << 20;  // the format's own limit
constexpr uint64_t kLengthBytes = 8;

uint64_t ElementBytes(std::string_view dtype) {
  if (dtype == "F32") return 4;
  if (dtype == "BF16" || dtype == "F16") return 2;
  return dtype == "U8" ? 1 : 0;
}

// The tensor an entry of the header describes; nothing where the entry is malformed.
std::optional<TensorInfo> ParseEntry(const json::value& entry, uint64_t data_begin,
                                     uint64_t file_bytes) {
  const json::object* object = entry.if_object();
  if (object == nullptr) return std::nullopt;
  const json::value* dtype = object->if_contains("dtype");
  const json::value* shape = object->if_contains("shape");
  const json::value* offsets = object->if_contains("data_offsets");
  if (dtype == nullptr || !dtype->is_string() || shape == nullptr || !shape->is_array() ||
      offsets == nullptr || !offsets->is_array() || offsets->get_array().size() != 2) {
    return std::nullopt;
  }
  TensorInfo info;
  info.dtype = std::string(dtype->get_string());
  uint64_t wanted_bytes = ElementBytes(info.dtype);
  for (const json::value& size : shape->get_array()) {
    if (!size.is_int64() || size.get_int64() < 0) return std::nullopt;
    info.shape.push_back(size.get_int64());
    const uint64_t factor = static_cast<uint64_t>(size.get_int64());
    if (factor != 0 && wanted_bytes > file_bytes / factor) return std::nullopt;
    wanted_bytes *= factor;
  }
  uint64_t bounds[2];
  for (size_t i = 0; i < 2; ++i) {
    const json::value& bound = offsets->get_array()[i];
    if (!bound.is_int64() || bound.get_int64() < 0) return std::nullopt;
    bounds[i] = static_cast<uint64_t>(bound.get_int64());
  }
  if (bounds[1] < bounds[0] || bounds[1] > file_bytes - data_begin) return std::nullopt;
  info.offset = data_begin + bounds[0];
  info.n_bytes = bounds[1] - bounds[0];
  if (ElementBytes(info.dtype) != 0 && info.n_bytes != wanted_bytes) return std::nullopt;
  return info;
}

}  // namespace

Result<SafetensorsFile> SafetensorsFile::Open(const std::filesystem::path& path) {
  LEMMA_ASSIGN_OR_RETURN(RandomAccessFile opened, RandomAccessFile::Open(path));
  SafetensorsFile file(std::move(opened));
  const uint64_t file_bytes = file.file_.size_bytes();
  uint64_t header_bytes = 0;
  LEMMA_RETURN_IF_ERROR(file.file_.ReadAt(0, &header_bytes, kLengthBytes));
  if (header_bytes > kHeaderBytesMax || header_bytes > file_bytes - kLengthBytes) {
    return DataLoss(path.string() + ": not a safetensors file, or cut short");
  }
  std::string header(header_bytes, '\0');
  LEMMA_RETURN_IF_ERROR(file.file_.ReadAt(kLengthBytes, header.data(), header.size()));
  const Result<json::object> object = ParseJsonObject(header, path.string() + ": header");
  if (!object.ok()) return DataLoss(object.status().message());
  for (const auto& [key, value] : *object) {
    if (key == "__metadata__") {
      if (!value.is_object()) return DataLoss(path.string() + ": __metadata__ is malformed");
      for (const auto& [name, text] : value.get_object()) {
        if (text.is_string()) file.metadata_[name] = std::string(text.get_string());
      }
      continue;
    }
    std::optional<TensorInfo> info = ParseEntry(value, kLengthBytes + header_bytes, file_bytes);
    if (!info) {
      return DataLoss(path.string() + ": tensor " + std::string(key) +
                      " is malformed or beyond the file's end");
    }
    file.tensors_[key] = *std::move(info);
  }
  return file;
}

Result<TensorInfo> SafetensorsFile::Find(const std::string& name) const {
  const auto it = tensors_.find(name);
  if (it == tensors_.end()) return DataLoss(path().string() + ": lacks the tensor " + name);
  return it->second;
}

std::string FormatSafetensors(const std::vector<TensorToWrite>& tensors,
                              const std::map<std::string, std::string>& metadata) {
  json::object header;
  if (!metadata.empty()) {
    json::object& texts = header["__metadata__"].emplace_object();
    for (const auto& [name, text] : metadata) texts[name] = text;
  }
  uint64_t end = 0;
  for (const TensorToWrite& tensor : tensors) {
    const uint64_t begin = end;
    end += tensor.bytes.size();
    header[tensor.name] = {{"dtype", tensor.dtype},
                           {"shape", json::array(tensor.shape.begin(), tensor.shape.end())},
                           {"data_offsets", json::array{begin, end}}};
  }
  std::string text = json::serialize(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // tensors start at a multiple of 8
  const uint64_t header_bytes = text.size();
  std::string file(kLengthBytes, '\0');
  std::memcpy(file.data(), &header_bytes, kLengthBytes);
  file.reserve(kLengthBytes + header_bytes + end);
  file += text;
  for (const TensorToWrite& tensor : tensors) file += tensor.bytes;
  return file;
}

}  // namespace lemma::train
