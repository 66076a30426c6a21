// What GET / says: the solve page to browsers, from files that the program carries compressed, and
// to others how to ask, as plain text.
#pragma once

#include <utility>
#include <vector>

#include "common/net/http.h"
#include "service/gateway/page_files.h"

namespace lemma::gateway {

// Thread-safe: it never changes.
class Page {
 public:
  // `files`: empty where the program was built without the page.
  explicit Page(std::vector<PageFile> files) : files_(std::move(files)) {}

  // Of a GET or HEAD of "/" or what is below "/assets/": as PageFiles::Respond, and 404 where there
  // is no such file. Of "/admin": where that is.
  net::HttpResponse Answer(const net::HttpRequest& request) const;

 private:
  const PageFiles files_;
};

}  // namespace lemma::gateway
