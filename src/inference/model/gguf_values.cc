// The typed reading of a GGUF file's metadata (gguf.h).
#include <cstring>
#include <limits>
#include <optional>

#include "inference/model/gguf.h"

namespace lemma::model {
namespace {

template <typename Number>
Number Load(const char* bytes) {
  Number number;
  std::memcpy(&number, bytes, sizeof(number));
  return number;
}

// One integer of any of the integer types; nothing where it does not fit into 64 bits with a sign.
std::optional<int64_t> LoadInteger(GgufType type, const char* bytes) {
  switch (type) {
    case GgufType::kUint8:
      return Load<uint8_t>(bytes);
    case GgufType::kInt8:
      return Load<int8_t>(bytes);
    case GgufType::kUint16:
      return Load<uint16_t>(bytes);
    case GgufType::kInt16:
      return Load<int16_t>(bytes);
    case GgufType::kUint32:
      return Load<uint32_t>(bytes);
    case GgufType::kInt32:
      return Load<int32_t>(bytes);
    case GgufType::kInt64:
      return Load<int64_t>(bytes);
    case GgufType::kUint64: {
      const auto number = Load<uint64_t>(bytes);
      if (number > uint64_t{std::numeric_limits<int64_t>::max()}) return std::nullopt;
      return static_cast<int64_t>(number);
    }
    default:
      return std::nullopt;
  }
}

bool IsInteger(GgufType type) {
  return type <= GgufType::kInt32 || type == GgufType::kUint64 || type == GgufType::kInt64;
}

std::string RangeText(const char* what, double low, double high) {
  const auto text = [](double number) {
    std::string digits = std::to_string(number);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
    return digits;
  };
  return std::string(what) + text(low) + " to " + text(high);
}

}  // namespace

Status GgufFile::Error(std::string_view key, const std::string& problem) const {
  return DataLoss(name_ + ": metadata \"" + std::string(key.substr(0, 128)) + "\" " + problem);
}

Result<GgufFile::Value> GgufFile::Find(std::string_view key, std::string_view wanted,
                                       bool (*is_wanted)(const Value&)) const {
  const auto it = values_.find(key);
  if (it == values_.end()) return Error(key, "is missing");
  if (!is_wanted(it->second)) return Error(key, "must be " + std::string(wanted));
  return it->second;
}

Result<int64_t> GgufFile::Integer(std::string_view key, int64_t low, int64_t high) const {
  LEMMA_ASSIGN_OR_RETURN(const Value value, Find(key, "an integer", [](const Value& found) {
                           return IsInteger(found.type);
                         }));
  const std::optional<int64_t> number = LoadInteger(value.type, bytes_.data() + value.begin);
  if (!number || *number < low || *number > high) {
    return Error(key, "must be from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return *number;
}

Result<double> GgufFile::Number(std::string_view key, double low, double high) const {
  LEMMA_ASSIGN_OR_RETURN(const Value value, Find(key, "a number", [](const Value& found) {
                           return found.type == GgufType::kFloat32 ||
                                  found.type == GgufType::kFloat64;
                         }));
  const char* bytes = bytes_.data() + value.begin;
  const double number =
      value.type == GgufType::kFloat32 ? double{Load<float>(bytes)} : Load<double>(bytes);
  if (number > low && number <= high) return number;  // a NaN is neither
  return Error(key, RangeText("must be a number from above ", low, high));
}

Result<bool> GgufFile::Bool(std::string_view key) const {
  LEMMA_ASSIGN_OR_RETURN(const Value value, Find(key, "a bool", [](const Value& found) {
                           return found.type == GgufType::kBool;
                         }));
  return bytes_[value.begin] != 0;
}

Result<std::string_view> GgufFile::String(std::string_view key) const {
  LEMMA_ASSIGN_OR_RETURN(const Value value, Find(key, "a text", [](const Value& found) {
                           return found.type == GgufType::kString;
                         }));
  return std::string_view(bytes_).substr(value.begin, value.end - value.begin);
}

Result<std::vector<std::string_view>> GgufFile::Strings(std::string_view key,
                                                        uint64_t count_max) const {
  LEMMA_ASSIGN_OR_RETURN(const Value value, Find(key, "an array of texts", [](const Value& found) {
                           return found.type == GgufType::kArray &&
                                  found.element_type == GgufType::kString;
                         }));
  if (value.count > count_max) {
    return Error(key, "has more than " + std::to_string(count_max) + " elements");
  }
  std::vector<std::string_view> strings;
  strings.reserve(value.count);
  const std::string_view bytes = bytes_;
  for (uint64_t at = value.begin; at < value.end;) {
    const auto length = Load<uint64_t>(bytes.data() + at);
    strings.push_back(bytes.substr(at + 8, length));
    at += 8 + length;
  }
  return strings;
}

Result<std::vector<int64_t>> GgufFile::Integers(std::string_view key, uint64_t count_max) const {
  LEMMA_ASSIGN_OR_RETURN(const Value value,
                         Find(key, "an array of integers", [](const Value& found) {
                           return found.type == GgufType::kArray && IsInteger(found.element_type);
                         }));
  if (value.count > count_max) {
    return Error(key, "has more than " + std::to_string(count_max) + " elements");
  }
  std::vector<int64_t> numbers;
  numbers.reserve(value.count);
  const uint64_t bytes_each = value.count == 0 ? 1 : (value.end - value.begin) / value.count;
  for (uint64_t at = value.begin; at < value.end; at += bytes_each) {
    const auto number = LoadInteger(value.element_type, bytes_.data() + at);
    if (!number) return Error(key, "has a number of more than 63 bits");
    numbers.push_back(*number);
  }
  return numbers;
}

}  // namespace lemma::model
