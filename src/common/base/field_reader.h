// Reads the members of a JSON object into typed variables, checked. Of all that is wrong the first
// is kept, with the path of its field ("messages[2].content"): callers read on and look at the end.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace lemma {

class FieldReader {
 public:
  // `path` is the object's own, "" for a whole body. `status` collects the error for the object and
  // for those within it; it and the object must outlive the reader.
  FieldReader(const boost::json::object& object, std::string path, Status& status)
      : object_(object), path_(std::move(path)), status_(status) {}

  // The reader of an object within this one: a member, or an element of a member ("parts[3]").
  FieldReader Within(const boost::json::object& object, std::string_view name) const {
    return FieldReader(object, PathOf(name), status_);
  }

  bool ok() const { return status_.ok(); }
  void Fail(std::string_view name, std::string message);

  // nullptr when absent or null: clients send null for "not set".
  const boost::json::value* Find(std::string_view name) const;
  // As Find, where absence is an error.
  const boost::json::value* Require(std::string_view name);

  // Each leaves `into` as it is when the field is absent.
  void ReadBool(std::string_view name, bool& into);
  void ReadString(std::string_view name, std::string& into);
  void ReadInteger(std::string_view name, int64_t low, int64_t high, int64_t& into);
  void ReadInteger(std::string_view name, int64_t low, int64_t high, int32_t& into);
  // From `low`, or where low_open from above it, to `high`.
  void ReadNumber(std::string_view name, double low, double high, double& into,
                  bool low_open = false);
  void ReadNumber(std::string_view name, double low, double high, float& into,
                  bool low_open = false);
  // An array of integers from 0 to 2^31 - 1, as token ids are.
  void ReadTokenIds(std::string_view name, size_t count_max, std::vector<int32_t>& into);

  // The object of that name, or nullptr; another type is an error.
  const boost::json::object* FindObject(std::string_view name);

 private:
  std::string PathOf(std::string_view name) const;

  const boost::json::object& object_;
  const std::string path_;
  Status& status_;
};

}  // namespace lemma
