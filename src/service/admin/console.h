// The console: the page at /admin that shows and changes, with the admin API, how the service runs.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "common/net/http.h"
#include "service/gateway/page_files.h"

namespace lemma::admin {

// Thread-safe: it never changes.
class Console {
 public:
  // `files`: empty where the program was built without the pages.
  explicit Console(std::vector<gateway::PageFile> files) : files_(std::move(files)) {}

  // Whether the console answers `path`: "/", "/admin", "/admin/" and what is below "/assets/".
  static bool Has(std::string_view path);

  // As gateway::PageFiles::Respond; a redirect to /admin from the other two, 404 where there is no
  // such file, 405 for methods other than GET and HEAD, and how to have the page where it was not
  // built.
  net::HttpResponse Answer(const net::HttpRequest& request) const;

 private:
  const gateway::PageFiles files_;
};

}  // namespace lemma::admin
