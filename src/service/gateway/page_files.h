// The files of the pages, which the program carries compressed, as answers to browsers.
#pragma once

#include <string_view>
#include <vector>

#include "common/net/http.h"

namespace lemma::gateway {

// The texts live as long as the program.
struct PageFile {
  std::string_view path;  // a page's ("/", "/admin") or "/assets/NAME-HASH.js"
  std::string_view content_type;
  std::string_view encoding;  // of `bytes`: "gzip", or "" for none
  std::string_view etag;      // quoted; other bytes have another
  std::string_view bytes;
};

// Thread-safe: it never changes.
class PageFiles {
 public:
  // Empty where the program was built without the pages.
  explicit PageFiles(std::vector<PageFile> files) : files_(std::move(files)) {}

  bool empty() const { return files_.empty(); }
  // Null where there is none of that path.
  const PageFile* Find(std::string_view path) const;

  // With a Content-Security-Policy that lets nothing but these files run. 304 where the client has
  // it, 406 where the client refuses its encoding.
  static net::HttpResponse Respond(const PageFile& file, const net::HttpRequest& request);

 private:
  const std::vector<PageFile> files_;
};

// Whether `value`, a header's list with commas, has `wanted` as an item that is not given the
// weight 0.
bool Lists(std::string_view value, std::string_view wanted);

// What a page says where it was not built: how to have it.
extern const char* const kNoPage;

}  // namespace lemma::gateway
