#include "common/base/json.h"

#include <boost/json/parser.hpp>

namespace lemma {

namespace json = boost::json;

Result<json::value> ParseJson(std::string_view text, std::string_view what) {
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::parser parser(json::storage_ptr(), options);
  boost::system::error_code error;
  const size_t consumed = parser.write(text.data(), text.size(), error);
  if (error) {
    return InvalidArgument(std::string(what) + " is not valid JSON: " + error.message() +
                           " at byte " + std::to_string(consumed));
  }
  return parser.release();
}

Result<json::object> ParseJsonObject(std::string_view text, std::string_view what) {
  LEMMA_ASSIGN_OR_RETURN(json::value value, ParseJson(text, what));
  if (!value.is_object()) {
    return InvalidArgument(std::string(what) + " must be a JSON object");
  }
  return std::move(value.get_object());
}

Result<json::object> ParseJsonFile(std::string_view text, std::string_view path) {
  auto object = ParseJsonObject(text, path);
  if (!object.ok()) return DataLoss(object.status().message());
  return object;
}

}  // namespace lemma
