// What GET / says: the solve page to browsers, from files that the program carries compressed, and
// to others how to ask, as plain text.
#pragma once

#include <string_view>
#include <vector>

#include "common/net/http.h"

namespace lemma::gateway {

// One file of the page. The texts live as long as the program.
struct PageFile {
  std::string_view path;  // "/" or "/assets/NAME-HASH.js"
  std::string_view content_type;
  std::string_view encoding;  // of `bytes`: "gzip", or "" for none
  std::string_view etag;      // quoted; other bytes have another
  std::string_view bytes;
};

// Thread-safe: it never changes.
class Page {
 public:
  // `files`: empty where the program was built without the page.
  explicit Page(std::vector<PageFile> files) : files_(std::move(files)) {}

  // Of a GET or HEAD of "/" or what is below "/assets/". Page files come with a
  // Content-Security-Policy that lets nothing but them run. 304 where the client has the file, 404
  // where it is none, 406 where the client refuses its encoding.
  net::HttpResponse Answer(const net::HttpRequest& request) const;

 private:
  const std::vector<PageFile> files_;
};

}  // namespace lemma::gateway
