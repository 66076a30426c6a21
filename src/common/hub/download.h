// One file from a hub to its blob: resumed, tried again where the connection is cut, checked,
// renamed. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "common/base/status.h"
#include "common/hub/http_get.h"
#include "common/hub/listing.h"

namespace lemma::hub {

// What a pull tells of itself while it runs, on its own thread. None may be empty.
struct PullEvents {
  std::function<void(const RemoteFile& file, uint64_t bytes_here)> on_bytes;  // many a second
  std::function<void(const RemoteFile& file)> on_file_done;
  std::function<void(const std::string& text)> on_note;  // a new try, a wait: for people
};

// A small answer whole, such as a listing; retried as a file is. Errors as DownloadFile's.
Result<std::string> FetchText(HttpGetter& http, const Hub& hub, const std::string& url,
                              const std::string& what, const PullEvents& events);

// Leaves the file at `blob`, or says why not:
//   kUnavailable      cut again and again, or the hub answers 5xx: the part stays for the next time
//   kUnauthenticated, kNotFound, kRateLimited   the hub's 401/403, 404, 429 (again and again)
//   kDataLoss         other bytes than the hub's list promises: the part is removed
//   kIo               the disk is full or refuses: the part stays
Status DownloadFile(HttpGetter& http, const Hub& hub, const std::string& url,
                    const RemoteFile& file, const std::filesystem::path& blob,
                    const PullEvents& events);

}  // namespace lemma::hub
