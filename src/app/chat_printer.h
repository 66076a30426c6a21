// What `lemma ask` prints of a chat: thinking to standard error, the answer to standard output, as
// they come.
//
// Threads: one at a time.
#pragma once

#include <boost/json/object.hpp>

#include "app/event_printer.h"

namespace lemma::app {

class ChatPrinter : public EventPrinter {
 public:
  Status Print(const net::SseParser::Event& event) override;
  Status Finish() override;

 private:
  void PrintChoice(const boost::json::object& choice);
  void Write(const boost::json::object& object, const char* field, std::FILE* file);
  void EndLine(std::FILE* file);
  void Put(std::string_view text, std::FILE* file);

  std::FILE* last_ = nullptr;
  Status written_;  // of the answer so far
  bool at_line_start_ = true;
  bool cut_ = false;
};

}  // namespace lemma::app
