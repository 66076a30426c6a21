// Typed reading of a JSON object's members with errors that name the file and the field.
#pragma once

#include <boost/json/object.hpp>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::model {

class JsonFields {
 public:
  // Both must outlive this object. `name` is the file's.
  JsonFields(const boost::json::object& object, std::string_view name)
      : object_(object), name_(name) {}

  // An integer in [low, high]; `fallback` where the field is absent or null.
  Result<int64_t> Int(std::string_view field, int64_t low, int64_t high,
                      const int64_t* fallback = nullptr) const {
    const boost::json::value* value = Find(field);
    if (value == nullptr && fallback != nullptr) return *fallback;
    if (value == nullptr) return Error(field, "is missing");
    const bool too_large = value->is_uint64();  // Boost keeps what fits in int64 as such
    if (!value->is_int64() && !too_large) return Error(field, "must be an integer");
    if (too_large || value->get_int64() < low || value->get_int64() > high) {
      return Error(field,
                   "must lie between " + std::to_string(low) + " and " + std::to_string(high));
    }
    return value->get_int64();
  }

  // A finite number in [low, high]; `fallback` where the field is absent or null.
  Result<double> Number(std::string_view field, double low, double high,
                        const double* fallback = nullptr) const {
    const boost::json::value* value = Find(field);
    if (value == nullptr && fallback != nullptr) return *fallback;
    if (value == nullptr) return Error(field, "is missing");
    if (!value->is_number()) return Error(field, "must be a number");
    const double number = value->to_number<double>();
    if (!std::isfinite(number) || number < low || number > high) {
      return Error(field,
                   "must lie between " + std::to_string(low) + " and " + std::to_string(high));
    }
    return number;
  }

  Result<bool> Bool(std::string_view field, bool fallback) const {
    const boost::json::value* value = Find(field);
    if (value == nullptr) return fallback;
    if (!value->is_bool()) return Error(field, "must be true or false");
    return value->get_bool();
  }

  // The member, or nullptr where it is absent or null.
  const boost::json::value* Find(std::string_view field) const {
    const boost::json::value* value = object_.if_contains(field);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  Status Error(std::string_view field, const std::string& problem) const {
    return Status(StatusCode::kDataLoss,
                  std::string(name_) + ": \"" + std::string(field) + "\" " + problem,
                  std::string(field));
  }

 private:
  const boost::json::object& object_;
  std::string_view name_;
};

}  // namespace lemma::model
