#include "app/chat_printer.h"

#include <boost/json.hpp>

#include "common/base/error_message.h"
#include "common/base/json.h"

namespace lemma::app {

namespace json = boost::json;

Status ChatPrinter::Print(const net::SseParser::Event& event) {
  if (event.data == "[DONE]") return Ok();
  LEMMA_ASSIGN_OR_RETURN(const json::object chunk, ParseJsonObject(event.data, "an event"));
  if (chunk.contains("error")) return Internal(ErrorMessageIn(event.data));
  const json::value* choices = chunk.if_contains("choices");
  if (choices == nullptr || !choices->is_array()) {
    return InvalidArgument("the server sent an event without choices");
  }
  for (const json::value& choice : choices->get_array()) {
    if (const json::object* object = choice.if_object()) PrintChoice(*object);
  }
  return written_;
}

Status ChatPrinter::Finish() {
  EndLine(stdout);
  if (cut_) std::fprintf(stderr, "lemma: cut at the token limit; raise --max-tokens\n");
  return written_;
}

void ChatPrinter::PrintChoice(const json::object& choice) {
  if (const json::value* delta = choice.if_contains("delta"); delta && delta->is_object()) {
    Write(delta->get_object(), "reasoning_content", stderr);
    Write(delta->get_object(), "content", stdout);
  }
  const json::value* reason = choice.if_contains("finish_reason");
  cut_ = cut_ || (reason != nullptr && reason->is_string() && reason->get_string() == "length");
}

void ChatPrinter::Write(const json::object& object, const char* field, std::FILE* file) {
  const json::value* value = object.if_contains(field);
  if (value == nullptr || !value->is_string() || value->get_string().empty()) return;
  if (last_ != nullptr && last_ != file) EndLine(last_);
  last_ = file;
  const auto& text = value->get_string();
  Put(std::string_view(text.data(), text.size()), file);
  at_line_start_ = text.back() == '\n';
}

void ChatPrinter::EndLine(std::FILE* file) {
  if (last_ == file && !at_line_start_) Put("\n", file);
  at_line_start_ = true;
}

// Thinking may go nowhere.
void ChatPrinter::Put(std::string_view text, std::FILE* file) {
  const Status status = WriteNow(text, file);
  if (file == stdout && written_.ok()) written_ = status;
}

}  // namespace lemma::app
