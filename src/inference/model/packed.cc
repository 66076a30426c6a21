#include "inference/model/packed.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "common/base/file.h"
#include "common/base/json.h"
#include "common/base/run_each.h"
#include "inference/model/fingerprint.h"
#include "inference/model/weight_format.h"

// The functions alone, without a library to link: https://xxhash.com
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace lemma::model {
namespace {

namespace json = boost::json;
using kernels::WeightFormat;

constexpr std::string_view kMagic = "LemmaPkd";
// Of everything below and of the layout of weights.cc and panel.h: raise it with any of them.
constexpr uint64_t kVersion = 4;
constexpr uint64_t kHeaderBytesMax = 8 << 20;
constexpr uint64_t kPartBytesMax = kTokenizerJsonBytesMax;
constexpr uint64_t kPieceBytes = 4 << 20;  // of the weights, each with a checksum
constexpr uint64_t kAlignment = 4096;      // of every part

// The file's first bytes.
struct Preamble {
  char magic[8];
  uint64_t version;
  uint64_t header_bytes;
  uint64_t header_checksum;
};

uint64_t Checksum(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

uint64_t Aligned(uint64_t offset) { return (offset + kAlignment - 1) / kAlignment * kAlignment; }

uint64_t PieceCount(uint64_t bytes) { return (bytes + kPieceBytes - 1) / kPieceBytes; }

std::string Hex(uint64_t checksum) { return fmt::format("{:016x}", checksum); }

std::optional<uint64_t> FromHex(const json::value& value) {
  if (!value.is_string() || value.get_string().size() != 16) return std::nullopt;
  const char* begin = value.get_string().data();
  uint64_t checksum = 0;
  const auto parsed = std::from_chars(begin, begin + 16, checksum, 16);
  if (parsed.ec != std::errc() || parsed.ptr != begin + 16) return std::nullopt;
  return checksum;
}

// ---- reading ----

// {"offset": 4096, "bytes": 17}
bool ReadPart(const json::value& value, uint64_t file_bytes, PackedPart* part) {
  if (!value.is_object()) return false;
  const auto number = [&](std::string_view name, uint64_t* into) {
    const json::value* field = value.get_object().if_contains(name);
    if (field == nullptr || !field->is_int64() || field->get_int64() < 0) return false;
    *into = static_cast<uint64_t>(field->get_int64());
    return true;
  };
  return number("offset", &part->offset) && number("bytes", &part->bytes) &&
         part->offset <= file_bytes && part->bytes <= file_bytes - part->offset;
}

Result<PackedHeader> ParseHeader(const json::object& object, uint64_t file_bytes) {
  const auto error = [](const std::string& problem) { return DataLoss("its header: " + problem); };
  const auto field = [&](std::string_view name) -> const json::value& {
    static const json::value absent;
    const json::value* value = object.if_contains(name);
    return value == nullptr ? absent : *value;
  };
  PackedHeader header;
  if (!field("files").is_object()) return error("\"files\" must be an object");
  for (const auto& [name, value] : field("files").get_object()) {
    PackedPart part;
    const json::value* checksum =
        value.is_object() ? value.get_object().if_contains("checksum") : nullptr;
    const std::optional<uint64_t> sum = checksum ? FromHex(*checksum) : std::nullopt;
    if (!ReadPart(value, file_bytes, &part) || part.bytes > kPartBytesMax || !sum) {
      return error("\"files\" entry \"" + std::string(name).substr(0, 64) +
                   "\" does not lie within the file (truncated?)");
    }
    part.checksum = *sum;
    header.files.emplace(name, part);
  }
  const json::value& weights = field("weights");
  PackedPart part;
  if (!ReadPart(weights, file_bytes, &part)) {
    return error("\"weights\" do not lie within the file, which has " + std::to_string(file_bytes) +
                 " bytes (truncated?)");
  }
  if (part.offset % kAlignment != 0) {
    return error("\"weights\" must begin at a multiple of " + std::to_string(kAlignment));
  }
  header.weights.offset = part.offset;
  header.weights.bytes = part.bytes;
  const json::value& format = field("format");
  const auto known =
      format.is_string() ? WeightFormatNamed(std::string_view(format.get_string())) : std::nullopt;
  if (!known) return error("\"format\" must be q8, q4, bf16 or float32");
  header.weights.format = *known;
  if (!field("fingerprint").is_string()) return error("\"fingerprint\" must be a text");
  header.weights.fingerprint = field("fingerprint").get_string();
  if (!field("checksums").is_array() ||
      field("checksums").get_array().size() != PieceCount(part.bytes)) {
    return error("\"checksums\" must be one of each 4 MiB of the weights");
  }
  for (const json::value& value : field("checksums").get_array()) {
    const std::optional<uint64_t> sum = FromHex(value);
    if (!sum) return error("\"checksums\" must be of 16 hexadecimal digits");
    header.weights.checksums.push_back(*sum);
  }
  return header;
}

Result<PackedHeader> ReadHeader(const ByteSource& source) {
  Preamble preamble;
  if (source.size_bytes() < sizeof(preamble)) return DataLoss("is too short for a packed model");
  LEMMA_RETURN_IF_ERROR(source.ReadAt(0, &preamble, sizeof(preamble)));
  if (std::string_view(preamble.magic, sizeof(preamble.magic)) != kMagic) {
    return DataLoss(
        "is not a packed model, or is damaged: it does not begin with \"LemmaPkd\"; pack the model "
        "again (lemma pack), or rename the file if it is none");
  }
  if (preamble.version != kVersion) {
    return DataLoss(
        fmt::format("is packed in version {} of the format, this program reads {}: "
                    "pack the model again",
                    preamble.version, kVersion));
  }
  if (preamble.header_bytes > kHeaderBytesMax ||
      preamble.header_bytes > source.size_bytes() - sizeof(preamble)) {
    return DataLoss(
        fmt::format("its header claims {} bytes (truncated or damaged)", preamble.header_bytes));
  }
  std::string text(preamble.header_bytes, '\0');
  LEMMA_RETURN_IF_ERROR(source.ReadAt(sizeof(preamble), text.data(), text.size()));
  if (Checksum(text) != preamble.header_checksum) {
    return DataLoss("its header does not fit its checksum: the file is damaged");
  }
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonFile(text, "its header"));
  return ParseHeader(object, source.size_bytes());
}

}  // namespace

bool IsPacked(const ByteSource& source) {
  char magic[kMagic.size()];
  return source.ReadAt(0, magic, sizeof(magic)).ok() &&
         std::string_view(magic, sizeof(magic)) == kMagic;
}

Result<PackedHeader> ReadPackedHeader(const ByteSource& source) {
  auto header = ReadHeader(source);
  if (!header.ok()) return header.status().WithPrefix(source.name());
  return header;
}

Result<std::string> ReadPackedPart(const ByteSource& source, const PackedPart& part) {
  std::string bytes(part.bytes, '\0');
  LEMMA_RETURN_IF_ERROR(source.ReadAt(part.offset, bytes.data(), bytes.size()));
  if (Checksum(bytes) != part.checksum) {
    return DataLoss(source.name() + ": the " + std::to_string(part.bytes) + " bytes at " +
                    std::to_string(part.offset) +
                    " do not fit their checksum: the file is damaged");
  }
  return bytes;
}

Result<Weights> ReadPackedWeights(const Checkpoint& checkpoint, ThreadPool& pool,
                                  const std::function<void(double)>& on_progress) {
  const PackedWeights& packed = *checkpoint.packed();
  const ByteSource& source = checkpoint.packed_source();
  if (packed.bytes != WeightBytes(checkpoint.config(), packed.format)) {
    return DataLoss(source.name() + ": its weights have " + std::to_string(packed.bytes) +
                    " bytes, its config needs " +
                    std::to_string(WeightBytes(checkpoint.config(), packed.format)));
  }
  LEMMA_RETURN_IF_ERROR(CheckMemoryFor(checkpoint.config(), packed.format));
  LEMMA_ASSIGN_OR_RETURN(MemoryBlock memory, source.Map(packed.offset, packed.bytes));
  const auto check = [&](size_t piece, int member) -> Status {
    const uint64_t begin = piece * kPieceBytes;
    const uint64_t bytes = std::min(kPieceBytes, packed.bytes - begin);
    const auto* data = reinterpret_cast<const char*>(memory.data() + begin);
    LEMMA_RETURN_IF_ERROR(memory.Touch(begin, bytes).WithPrefix(source.name()));
    if (Checksum({data, bytes}) != packed.checksums[piece]) {
      return DataLoss(
          fmt::format("{}: the {} bytes at {} do not fit their checksum: the file is damaged; "
                      "write it again with lemma pack or lemma pull",
                      source.name(), bytes, packed.offset + begin));
    }
    if (member == 0 && on_progress) {
      on_progress(static_cast<double>(begin) / static_cast<double>(packed.bytes));
    }
    return Ok();
  };
  LEMMA_RETURN_IF_ERROR(RunEach(pool, packed.checksums.size(), check));
  if (on_progress) on_progress(1.0);
  return WeightsIn(std::move(memory), checkpoint.config(), packed.format);
}

// ---- writing ----

namespace {

// The header, of which every offset depends on its own length: laid out until that is stable.
std::string FormatHeader(json::object header, const std::map<std::string, std::string_view>& files,
                         uint64_t weight_bytes) {
  for (uint64_t header_bytes = 0;;) {
    uint64_t offset = Aligned(sizeof(Preamble) + header_bytes);
    json::object parts;
    for (const auto& [name, bytes] : files) {
      parts[name] = {
          {"offset", offset}, {"bytes", bytes.size()}, {"checksum", Hex(Checksum(bytes))}};
      offset = Aligned(offset + bytes.size());
    }
    header["files"] = parts;
    header["weights"] = {{"offset", offset}, {"bytes", weight_bytes}};
    std::string text = json::serialize(header);
    if (text.size() <= header_bytes) {
      text.append(header_bytes - text.size(), ' ');
      return text;
    }
    header_bytes = text.size() + 64;
  }
}

// A GGUF file may hold more than is read of a packed one.
Status CheckSizes(const std::map<std::string, std::string_view>& files) {
  for (const auto& [name, bytes] : files) {
    const uint64_t bytes_max =
        name == "tokenizer.json" ? kTokenizerJsonBytesMax : kConfigFileBytesMax;
    if (bytes.size() > bytes_max) {
      return DataLoss(fmt::format("cannot be packed: its {} has {} bytes, at most {} are read",
                                  name, bytes.size(), bytes_max));
    }
  }
  return Ok();
}

Status AppendAligned(AtomicFileWriter& writer, std::string_view bytes) {
  LEMMA_RETURN_IF_ERROR(writer.Append(bytes));
  return writer.Append(std::string(Aligned(bytes.size()) - bytes.size(), '\0'));
}

}  // namespace

Status WritePacked(const Checkpoint& checkpoint, const Weights& weights,
                   const std::filesystem::path& path,
                   const std::function<void(double)>& on_progress) {
  const uint64_t bytes = WeightBytes(checkpoint.config(), weights.format);
  const std::string_view data(reinterpret_cast<const char*>(weights.memory.data()), bytes);
  const std::string config = FormatModelConfig(checkpoint.config());
  std::map<std::string, std::string_view> files = {
      {"config.json", config},
      {"tokenizer.json", checkpoint.tokenizer_json()},
      {"tokenizer_config.json", checkpoint.tokenizer_config_json()}};
  if (!checkpoint.chat_template_text().empty()) {
    files["chat_template.jinja"] = checkpoint.chat_template_text();
  }
  LEMMA_RETURN_IF_ERROR(CheckSizes(files).WithPrefix(checkpoint.weights_name()));
  LEMMA_ASSIGN_OR_RETURN(const std::string fingerprint, FingerprintOf(checkpoint));
  json::array checksums;
  for (uint64_t begin = 0; begin < bytes; begin += kPieceBytes) {
    checksums.emplace_back(Hex(Checksum(data.substr(begin, kPieceBytes))));
  }
  const std::string header = FormatHeader({{"format", WeightFormatName(weights.format)},
                                           {"fingerprint", fingerprint},
                                           {"checksums", std::move(checksums)}},
                                          files, bytes);
  Preamble preamble = {{}, kVersion, header.size(), Checksum(header)};
  kMagic.copy(preamble.magic, sizeof(preamble.magic));

  LEMMA_ASSIGN_OR_RETURN(AtomicFileWriter writer, AtomicFileWriter::Create(path));
  const std::string_view preamble_bytes(reinterpret_cast<const char*>(&preamble), sizeof(preamble));
  LEMMA_RETURN_IF_ERROR(AppendAligned(writer, std::string(preamble_bytes) + header));
  for (const auto& [name, content] : files) {
    LEMMA_RETURN_IF_ERROR(AppendAligned(writer, content));
  }
  for (uint64_t begin = 0; begin < bytes; begin += kPieceBytes) {
    LEMMA_RETURN_IF_ERROR(writer.Append(data.substr(begin, kPieceBytes)));
    if (on_progress) on_progress(static_cast<double>(begin) / static_cast<double>(bytes));
  }
  LEMMA_RETURN_IF_ERROR(writer.Commit());
  if (on_progress) on_progress(1.0);
  return Ok();
}

}  // namespace lemma::model
