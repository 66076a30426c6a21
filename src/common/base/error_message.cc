#include "common/base/error_message.h"

#include "common/base/field_reader.h"
#include "common/base/json.h"

namespace lemma {

std::string ErrorMessageIn(std::string_view body) {
  if (const auto object = ParseJsonObject(body, "the reply"); object.ok()) {
    Status status;
    FieldReader fields(*object, "", status);
    std::string message;
    if (const boost::json::object* error = fields.FindObject("error")) {
      fields.Within(*error, "error").ReadString("message", message);
    }
    if (!message.empty()) return message;
  }
  if (body.empty()) return "the server refused without saying why";
  return std::string(body.substr(0, kForeignErrorBytesMax));
}

}  // namespace lemma
