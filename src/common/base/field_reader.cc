#include "common/base/field_reader.h"

#include <fmt/format.h>

#include <limits>

namespace lemma {

namespace json = boost::json;

std::string FieldReader::PathOf(std::string_view name) const {
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

void FieldReader::Fail(std::string_view name, std::string message) {
  if (status_.ok()) status_ = InvalidArgument(std::move(message), PathOf(name));
}

const json::value* FieldReader::Find(std::string_view name) const {
  const auto found = object_.find(name);
  return found == object_.end() || found->value().is_null() ? nullptr : &found->value();
}

const json::value* FieldReader::Require(std::string_view name) {
  const json::value* value = Find(name);
  if (value == nullptr) Fail(name, "is missing");
  return value;
}

void FieldReader::ReadBool(std::string_view name, bool& into) {
  const json::value* value = Find(name);
  if (value == nullptr) return;
  if (!value->is_bool()) return Fail(name, "must be true or false");
  into = value->get_bool();
}

void FieldReader::ReadString(std::string_view name, std::string& into) {
  const json::value* value = Find(name);
  if (value == nullptr) return;
  if (!value->is_string()) return Fail(name, "must be a string");
  into = value->get_string();
}

void FieldReader::ReadInteger(std::string_view name, int64_t low, int64_t high, int64_t& into) {
  const json::value* value = Find(name);
  if (value == nullptr) return;
  // Integers beyond int64 parse as uint64 or double, so they fail here.
  if (!value->is_int64() || value->get_int64() < low || value->get_int64() > high) {
    return Fail(name, fmt::format("must be an integer from {} to {}", low, high));
  }
  into = value->get_int64();
}

void FieldReader::ReadInteger(std::string_view name, int64_t low, int64_t high, int32_t& into) {
  int64_t wide = into;
  ReadInteger(name, low, high, wide);
  into = static_cast<int32_t>(wide);
}

void FieldReader::ReadNumber(std::string_view name, double low, double high, double& into,
                             bool low_open) {
  const json::value* value = Find(name);
  if (value == nullptr) return;
  const double number = value->is_number() ? value->to_number<double>() : high + 1;
  const bool in_range = (low_open ? number > low : number >= low) && number <= high;
  if (!in_range) {
    return Fail(name, low_open ? fmt::format("must be a number over {} and at most {}", low, high)
                               : fmt::format("must be a number from {} to {}", low, high));
  }
  into = number;
}

void FieldReader::ReadNumber(std::string_view name, double low, double high, float& into,
                             bool low_open) {
  double wide = into;
  ReadNumber(name, low, high, wide, low_open);
  into = static_cast<float>(wide);
}

void FieldReader::ReadTokenIds(std::string_view name, size_t count_max,
                               std::vector<int32_t>& into) {
  const json::value* value = Find(name);
  if (value == nullptr) return;
  if (!value->is_array()) return Fail(name, "must be an array of token ids");
  const json::array& array = value->get_array();
  if (array.size() > count_max) {
    return Fail(name, fmt::format("must have at most {} token ids", count_max));
  }
  into.clear();
  into.reserve(array.size());
  for (size_t i = 0; i < array.size(); ++i) {
    const int64_t id = array[i].is_int64() ? array[i].get_int64() : -1;
    if (id < 0 || id > std::numeric_limits<int32_t>::max()) {
      return Fail(fmt::format("{}[{}]", name, i), "must be a token id");
    }
    into.push_back(static_cast<int32_t>(id));
  }
}

const json::object* FieldReader::FindObject(std::string_view name) {
  const json::value* value = Find(name);
  if (value == nullptr) return nullptr;
  if (value->is_object()) return &value->get_object();
  Fail(name, "must be an object");
  return nullptr;
}

}  // namespace lemma
