#include "common/hub/download.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "common/hub/cache.h"

namespace lemma::hub {
namespace {

namespace fs = std::filesystem;

constexpr int kTriesMax = 5;  // in a row without a new byte
constexpr std::chrono::milliseconds kFirstWait{500};
constexpr size_t kTextBytesMax = 16 << 20;

// Words for an answer that is no file, with what to do about it. Ok for 200 and 206.
Status StatusOfAnswer(const GetAnswer& answer, const Hub& hub, const std::string& what) {
  const std::string said = what + ": " + answer.host + " answers " + std::to_string(answer.status);
  switch (answer.status) {
    case 200:
    case 206:
      return Ok();
    case 401:
    case 403:
      return Status(StatusCode::kUnauthenticated,
                    said + (hub.token.empty() ? " (not allowed): no such public model. Check its "
                                                "name; for a private or gated one set HF_TOKEN"
                                              : " (not allowed): HF_TOKEN does not open it. Check "
                                                "the token, and accept the model's terms on the "
                                                "hub's page"));
    case 404:
      return NotFound(said + " (not found): check the model's name and revision, and the hub");
    case 429:
      return Status(
          StatusCode::kRateLimited,
          said + " (too many requests): try again " +
              (answer.retry_after_s > 0 ? "in " + std::to_string(answer.retry_after_s) + " s"
                                        : "later") +
              "; on Hugging Face a HF_TOKEN raises the limit");
    default:
      if (answer.status >= 500) return Unavailable(said);
      return DataLoss(said + ", which no hub should");
  }
}

// `once` until it is something else than kUnavailable, or kTriesMax times in a row gained nothing.
// `gained` says whether the last try brought bytes that none before had.
template <typename Once, typename Gained>
Status Retry(const PullEvents& events, const Once& once, const Gained& gained) {
  std::chrono::milliseconds wait = kFirstWait;
  for (int n_tries = 1;; ++n_tries) {
    const Status status = once();
    if (status.code() != StatusCode::kUnavailable) return status;
    if (gained()) {
      n_tries = 1;
      wait = kFirstWait;
    }
    if (n_tries >= kTriesMax) {
      return Unavailable(status.message() + " (after " + std::to_string(kTriesMax) +
                         " tries). Check the network and the proxy settings and run it again: it "
                         "goes on from what is here");
    }
    events.on_note(status.message() + "; trying again");
    std::this_thread::sleep_for(wait);
    wait *= 2;
  }
}

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

  Status Clear() {
    if (ftruncate(fd_, 0) != 0 || lseek(fd_, 0, SEEK_SET) != 0) return WriteError(path_, errno);
    size_bytes_ = 0;
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

// One try to get the rest of the file.
Status FetchRest(HttpGetter& http, const Hub& hub, const std::string& url, const RemoteFile& file,
                 PartialFile& part, const PullEvents& events) {
  if (part.size_bytes() > file.size_bytes) LEMMA_RETURN_IF_ERROR(part.Clear());
  if (part.size_bytes() == file.size_bytes) return Ok();
  bool is_first = true;
  GetAnswer answer;
  const auto sink = [&](int status, std::string_view bytes) -> Status {
    if (std::exchange(is_first, false) && status == 200) {
      LEMMA_RETURN_IF_ERROR(part.Clear());  // the server ignores ranges: all of it comes again
    }
    if (part.size_bytes() + bytes.size() > file.size_bytes) {
      return RemovePart(part.path(), file.name + ": more bytes came than the " +
                                         std::to_string(file.size_bytes) + " that the hub lists");
    }
    LEMMA_RETURN_IF_ERROR(part.Append(bytes));
    events.on_bytes(file, part.size_bytes());
    return Ok();
  };
  LEMMA_RETURN_IF_ERROR(http.Get({url, hub.token, part.size_bytes()}, sink, answer));
  if (answer.status == 416) {  // nothing to send from there: begin anew
    LEMMA_RETURN_IF_ERROR(part.Clear());
    return Unavailable(file.name + ": " + answer.host + " refuses to go on from there");
  }
  LEMMA_RETURN_IF_ERROR(StatusOfAnswer(answer, hub, file.name));
  if (part.size_bytes() == file.size_bytes) return Ok();
  return Unavailable(file.name + ": only " + std::to_string(part.size_bytes()) + " of the " +
                     std::to_string(file.size_bytes) + " bytes came that the hub lists");
}

}  // namespace

Result<std::string> FetchText(HttpGetter& http, const Hub& hub, const std::string& url,
                              const std::string& what, const PullEvents& events) {
  std::string text;
  const auto sink = [&](int, std::string_view bytes) -> Status {
    if (text.size() + bytes.size() > kTextBytesMax) return DataLoss(what + ": the answer is huge");
    text += bytes;
    return Ok();
  };
  const auto once = [&]() -> Status {
    text.clear();
    GetAnswer answer;
    LEMMA_RETURN_IF_ERROR(http.Get({url, hub.token, 0}, sink, answer));
    return StatusOfAnswer(answer, hub, what);
  };
  LEMMA_RETURN_IF_ERROR(Retry(events, once, [] { return false; }));
  return text;
}

Status DownloadFile(HttpGetter& http, const Hub& hub, const std::string& url,
                    const RemoteFile& file, const fs::path& blob, const PullEvents& events) {
  const fs::path part_path = PartOf(blob);
  LEMMA_ASSIGN_OR_RETURN(PartialFile part, PartialFile::Open(part_path));
  uint64_t most_bytes = part.size_bytes();
  const auto once = [&] { return FetchRest(http, hub, url, file, part, events); };
  const auto gained = [&] {
    const bool is_more = part.size_bytes() > most_bytes;
    most_bytes = std::max(most_bytes, part.size_bytes());
    return is_more;
  };
  LEMMA_RETURN_IF_ERROR(Retry(events, once, gained));
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
