#include "common/base/utf8_text.h"

#include <utf8proc.h>

namespace lemma {

std::string Utf8Text(std::string_view bytes, size_t bytes_max) {
  std::string out;
  for (size_t at = 0; at < bytes.size();) {
    utf8proc_int32_t unused;
    const auto length =
        utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()) + at,
                         static_cast<utf8proc_ssize_t>(bytes.size() - at), &unused);
    const std::string_view character =
        length > 0 ? bytes.substr(at, static_cast<size_t>(length)) : "\xEF\xBF\xBD";  // U+FFFD
    if (out.size() + character.size() > bytes_max) return out + "...";
    out += character;
    at += length > 0 ? static_cast<size_t>(length) : 1;
  }
  return out;
}

}  // namespace lemma
