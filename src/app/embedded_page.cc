#include "app/embedded_page.h"

#include <array>
#include <charconv>
#include <string_view>

extern "C" {
extern const char lemma_page_list_begin[], lemma_page_list_end[], lemma_page_bytes_begin[];
}

namespace lemma::app {

// A line a file: path, content type, encoding, etag, bytes; a tab ends each.
std::vector<gateway::PageFile> EmbeddedPage() {
  std::string_view list(lemma_page_list_begin,
                        static_cast<size_t>(lemma_page_list_end - lemma_page_list_begin));
  const char* bytes = lemma_page_bytes_begin;
  std::vector<gateway::PageFile> files;
  while (!list.empty()) {
    std::array<std::string_view, 5> fields;
    for (std::string_view& field : fields) {
      field = list.substr(0, list.find('\t'));
      list.remove_prefix(field.size() + 1);
    }
    list.remove_prefix(1);  // the end of the line
    size_t n_bytes = 0;
    std::from_chars(fields[4].data(), fields[4].data() + fields[4].size(), n_bytes);
    files.push_back({fields[0], fields[1], fields[2], fields[3], {bytes, n_bytes}});
    bytes += n_bytes;
  }
  return files;
}

}  // namespace lemma::app
