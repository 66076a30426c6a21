#include "app/event_printer.h"

#include <cerrno>
#include <cstring>
#include <string>

namespace lemma::app {

Status WriteNow(std::string_view text, std::FILE* file) {
  if (std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0) {
    return Ok();
  }
  return IoError(std::string("the answer cannot be written: ") + std::strerror(errno));
}

}  // namespace lemma::app
