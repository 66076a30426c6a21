#include "common/hub/download.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "common/hub/cache.h"
#include "common/hub/retry.h"

namespace lemma::hub {
namespace {

namespace fs = std::filesystem;

constexpr size_t kTextBytesMax = 16 << 20;

// Words for an answer that is no file, with what to do about it. Ok for 200 and 206.
Status StatusOfAnswer(const GetAnswer& answer, const Hub& hub, const std::string& what) {
  const std::string said = what + ": " + answer.host + " answers " + std::to_string(answer.status);
  const std::string when =
      answer.retry_after_s > 0 ? "in " + std::to_string(answer.retry_after_s) + " s" : "later";
  switch (answer.status) {
    case 200:
    case 206:
      return Ok();
    case 401:
    case 403:
      return Status(StatusCode::kUnauthenticated,
                    said + (hub.token.empty()
                                ? " (not allowed): no such public model. Check its name; for a "
                                  "private or gated one set " +
                                      hub.TokenName()
                                : " (not allowed): " + hub.TokenName() +
                                      " does not open it. Check the token, and accept the model's "
                                      "terms on the hub's page"));
    case 404:
      return NotFound(said + " (not found): check the model's name and revision, and the hub");
    case 429:
      return Status(StatusCode::kRateLimited,
                    said + " (too many requests): try again " + when +
                        (hub.kind == HubKind::kHuggingFace ? "; a HF_TOKEN raises the limit" : ""));
    default:
      if (answer.status == 503 && answer.retry_after_s > 0) {
        return Unavailable(said + " (not available): try again " + when);
      }
      if (answer.status >= 500) return Unavailable(said);
      return DataLoss(said + ", which no hub should");
  }
}

void Sleep(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

Status WriteError(const fs::path& path, int code) {
  if (code == ENOSPC || code == EDQUOT || code == EFBIG) {
    return IoError(path.string() + ": the disk is full (" + std::strerror(code) +
                   "). Free some space, or set HF_HUB_CACHE to a folder on a larger disk, and run "
                   "it again: it goes on from what is here");
  }
  return IoError(path.string() + ": cannot be written: " + std::strerror(code));
}

// The part of a file that is here, open for more.
class PartialFile {
 public:
  static Result<PartialFile> Open(const fs::path& path) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return WriteError(path, errno);
    const off_t size_bytes = lseek(fd, 0, SEEK_END);
    return PartialFile(fd, path, size_bytes > 0 ? static_cast<uint64_t>(size_bytes) : 0);
  }
  PartialFile(PartialFile&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), path_(other.path_), size_bytes_(other.size_bytes_) {}
  PartialFile& operator=(PartialFile&&) = delete;
  ~PartialFile() {
    if (fd_ >= 0) close(fd_);
  }

  uint64_t size_bytes() const { return size_bytes_; }
  const fs::path& path() const { return path_; }

  Status Truncate(uint64_t size_bytes) {
    const auto end = static_cast<off_t>(size_bytes);
    if (ftruncate(fd_, end) != 0 || lseek(fd_, end, SEEK_SET) != end) {
      return WriteError(path_, errno);
    }
    size_bytes_ = size_bytes;
    return Ok();
  }
  Status Append(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n_written = write(fd_, bytes.data(), bytes.size());
      if (n_written < 0 && errno == EINTR) continue;
      if (n_written < 0) return WriteError(path_, errno);
      size_bytes_ += static_cast<uint64_t>(n_written);
      bytes.remove_prefix(static_cast<size_t>(n_written));
    }
    return Ok();
  }
  Status Sync() { return fsync(fd_) == 0 ? Ok() : WriteError(path_, errno); }

 private:
  PartialFile(int fd, fs::path path, uint64_t size_bytes)
      : fd_(fd), path_(std::move(path)), size_bytes_(size_bytes) {}
  int fd_;
  fs::path path_;
  uint64_t size_bytes_;
};

Status RemovePart(const fs::path& part, const std::string& message) {
  std::error_code error;
  fs::remove(part, error);
  return DataLoss(message + ". What came is removed; run it again, or try another hub or mirror");
}

// One try to get the rest of the file. A 200, where the server ignores ranges or a proxy or sign-in
// page answers in its place, never costs what is here: what it repeats is passed over, and where it
// ends too soon it is forgotten.
Status FetchRest(HttpGetter& http, const Hub& hub, const std::string& url, const RemoteFile& file,
                 PartialFile& part, const PullEvents& events, GetAnswer& answer) {
  if (part.size_bytes() > file.size_bytes) LEMMA_RETURN_IF_ERROR(part.Truncate(0));
  if (part.size_bytes() == file.size_bytes) return Ok();
  const uint64_t begin = part.size_bytes();
  const auto too_short = [&](uint64_t n_bytes) {
    return Unavailable(file.name + ": only " + std::to_string(n_bytes) + " of the " +
                       std::to_string(file.size_bytes) + " bytes came that the hub lists");
  };
  uint64_t n_came = 0;
  const auto sink = [&](const GetAnswer& head, std::string_view bytes) -> Status {
    const bool is_whole = head.status == 200;
    if (is_whole && head.body_bytes >= 0 &&
        static_cast<uint64_t>(head.body_bytes) < file.size_bytes) {
      return too_short(static_cast<uint64_t>(head.body_bytes));
    }
    const uint64_t at = (is_whole ? 0 : begin) + n_came;
    n_came += bytes.size();
    if (at + bytes.size() > file.size_bytes) {
      return RemovePart(part.path(), file.name + ": more bytes came than the " +
                                         std::to_string(file.size_bytes) + " that the hub lists");
    }
    const uint64_t n_here = at < begin ? std::min<uint64_t>(begin - at, bytes.size()) : 0;
    LEMMA_RETURN_IF_ERROR(part.Append(bytes.substr(n_here)));
    events.on_bytes(file, part.size_bytes());
    return Ok();
  };
  LEMMA_RETURN_IF_ERROR(http.Get({url, hub.Credential(), begin}, sink, answer));
  if (answer.status == 416) {  // nothing to send from there: begin anew
    LEMMA_RETURN_IF_ERROR(part.Truncate(0));
    return Unavailable(file.name + ": " + answer.host + " refuses to go on from there");
  }
  LEMMA_RETURN_IF_ERROR(StatusOfAnswer(answer, hub, file.name));
  if (part.size_bytes() == file.size_bytes) return Ok();
  const bool is_whole = answer.status == 200;
  if (is_whole) LEMMA_RETURN_IF_ERROR(part.Truncate(begin));
  return too_short(is_whole ? n_came : part.size_bytes());
}

}  // namespace

Result<std::string> FetchText(HttpGetter& http, const Hub& hub, const std::string& url,
                              const std::string& what, const PullEvents& events) {
  std::string text;
  const auto sink = [&](const GetAnswer&, std::string_view bytes) -> Status {
    if (text.size() + bytes.size() > kTextBytesMax) return DataLoss(what + ": the answer is huge");
    text += bytes;
    return Ok();
  };
  const auto once = [&]() -> Try {
    text.clear();
    GetAnswer answer;
    const Status got = http.Get({url, hub.Credential(), 0}, sink, answer);
    return {got.ok() ? StatusOfAnswer(answer, hub, what) : got, answer.retry_after_s};
  };
  LEMMA_RETURN_IF_ERROR(Retry(kTriesOfList, once, &Sleep, events.on_note));
  return text;
}

Status DownloadFile(HttpGetter& http, const Hub& hub, const std::string& url,
                    const RemoteFile& file, const fs::path& blob, const PullEvents& events) {
  const fs::path part_path = PartOf(blob);
  LEMMA_ASSIGN_OR_RETURN(PartialFile part, PartialFile::Open(part_path));
  uint64_t most_bytes = part.size_bytes();
  const auto once = [&]() -> Try {
    GetAnswer answer;
    const Status status = FetchRest(http, hub, url, file, part, events, answer);
    const bool has_gained = part.size_bytes() > most_bytes;
    most_bytes = std::max(most_bytes, part.size_bytes());
    return {status, answer.retry_after_s, has_gained};
  };
  LEMMA_RETURN_IF_ERROR(Retry(kTriesOfFile, once, &Sleep, events.on_note));
  LEMMA_RETURN_IF_ERROR(part.Sync());
  LEMMA_ASSIGN_OR_RETURN(const std::string digest, FileDigest(part_path, file.digest_kind));
  if (digest != file.digest) {
    return RemovePart(part_path, file.name + ": its hash is " + digest + ", not " + file.digest +
                                     " as the hub lists: the bytes are damaged or not the file");
  }
  std::error_code error;
  fs::rename(part_path, blob, error);
  if (error) return IoError(blob.string() + ": " + error.message());
  events.on_file_done(file);
  return Ok();
}

}  // namespace lemma::hub
