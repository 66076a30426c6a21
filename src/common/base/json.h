// JSON in, with limits and with errors that say where. Over Boost.JSON, which bounds depth and
// rejects bad UTF-8; this adds one place for the limits and for typed reading of members.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma {

inline constexpr size_t kJsonDepthMax = 32;  // no format of ours nests deeper than 8

// Parses one JSON text. Errors: kInvalidArgument "<what> is not valid JSON: ... at byte N".
Result<boost::json::value> ParseJson(std::string_view text, std::string_view what);

// As ParseJson, and the value must be an object (of a repeated key the last one counts).
Result<boost::json::object> ParseJsonObject(std::string_view text, std::string_view what);

// As ParseJsonObject, for what a file holds: its errors are kDataLoss.
Result<boost::json::object> ParseJsonFile(std::string_view text, std::string_view path);

}  // namespace lemma
