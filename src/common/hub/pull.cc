#include "common/hub/pull.h"

#include <chrono>
#include <thread>

#include "common/base/file.h"
#include "common/hub/cache.h"

namespace lemma::hub {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kIndexBytesMax = 16 << 20;
constexpr uint64_t kSpareBytes = 16 << 20;  // folders, links, a neighbour's log
constexpr uint64_t kBytesTold = 256 << 20;  // takes a breath to check
constexpr std::chrono::milliseconds kLockPoll{200};
constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";

Result<FileLock> WaitForLock(const RepositoryCache& cache, const PullEvents& events) {
  for (bool is_told = false;; is_told = true) {
    LEMMA_ASSIGN_OR_RETURN(std::optional<FileLock> lock, cache.TryLock());
    if (lock) return std::move(*lock);
    if (!is_told) events.on_note("another lemma pull of this model is at work; waiting for it");
    std::this_thread::sleep_for(kLockPoll);
  }
}

uint64_t SizeOrZero(const fs::path& path) {
  std::error_code error;
  const auto size_bytes = fs::file_size(path, error);
  return error ? 0 : size_bytes;
}

// Fetches files of one listing, one after the other.
class Puller {
 public:
  Puller(const PullRequest& request, const PullEvents& events)
      : request_(request),
        events_(events),
        cache_(request.cache, request.name),
        http_(request.hub.ca_file) {}

  Result<fs::path> Run() {
    LEMMA_ASSIGN_OR_RETURN(const std::string text,
                           FetchText(http_, request_.hub, ListingUrl(request_.hub, request_.name),
                                     request_.name.Repository(), events_));
    LEMMA_ASSIGN_OR_RETURN(listing_, ParseListing(request_.hub, text));
    LEMMA_ASSIGN_OR_RETURN(const FileLock lock, WaitForLock(cache_, events_));
    LEMMA_RETURN_IF_ERROR(cache_.MakeFolders(listing_.commit));
    std::vector<std::string> names = {"config.json", "tokenizer.json", "tokenizer_config.json"};
    for (const char* optional : {"generation_config.json", "chat_template.jinja"}) {
      if (listing_.Find(optional)) names.push_back(optional);
    }
    const bool is_single = listing_.Find(kSingleFile) != nullptr;
    names.push_back(is_single ? kSingleFile : kIndexFile);
    LEMMA_RETURN_IF_ERROR(FetchAll(names));
    if (!is_single) LEMMA_RETURN_IF_ERROR(FetchShards());
    LEMMA_RETURN_IF_ERROR(
        cache_.WriteRef(RevisionOf(request_.hub, request_.name), listing_.commit));
    return cache_.Snapshot(listing_.commit);
  }

 private:
  Status FetchShards() {
    LEMMA_ASSIGN_OR_RETURN(const std::string index,
                           ReadFile(cache_.Snapshot(listing_.commit) / kIndexFile, kIndexBytesMax));
    LEMMA_ASSIGN_OR_RETURN(const std::vector<std::string> shards, ShardsOfIndex(index));
    return FetchAll(shards);
  }

  Status FetchAll(const std::vector<std::string>& names) {
    std::vector<const RemoteFile*> missing;
    uint64_t bytes_missing = 0;
    uint64_t bytes_of_weights = 0;
    for (const std::string& name : names) {
      const RemoteFile* file = listing_.Find(name);
      if (!file) {
        return DataLoss(request_.name.Repository() + " has no " + name +
                        ", which Lemma needs: is it a model in safetensors of the Qwen2 family?");
      }
      if (file->digest.empty()) {
        return DataLoss("the hub lists no size or no hash for " + name);
      }
      if (name.ends_with(".safetensors")) bytes_of_weights += file->size_bytes;
      const fs::path blob = cache_.Blob(file->digest);
      LEMMA_ASSIGN_OR_RETURN(const bool is_here, IsHere(*file, blob));
      if (is_here) continue;
      missing.push_back(file);
      const uint64_t bytes_here = SizeOrZero(PartOf(blob));
      bytes_missing += file->size_bytes - std::min(bytes_here, file->size_bytes);
    }
    LEMMA_RETURN_IF_ERROR(CheckSpace(
        bytes_missing,
        static_cast<uint64_t>(request_.packed_share * static_cast<double>(bytes_of_weights))));
    for (const RemoteFile* file : missing) {
      const std::string url = FileUrl(request_.hub, request_.name, listing_, *file);
      LEMMA_RETURN_IF_ERROR(
          DownloadFile(http_, request_.hub, url, *file, cache_.Blob(file->digest), events_));
    }
    // In their order, weights last: a snapshot that has its weights is complete.
    for (const std::string& name : names) {
      LEMMA_RETURN_IF_ERROR(cache_.Link(listing_.commit, name, listing_.Find(name)->digest));
    }
    return Ok();
  }

  // A blob that is not what its name says, as after a disk's fault, is fetched again.
  Result<bool> IsHere(const RemoteFile& file, const fs::path& blob) const {
    std::error_code error;
    if (!fs::is_regular_file(blob, error)) return false;
    if (file.size_bytes >= kBytesTold) events_.on_note("checking " + file.name);
    if (SizeOrZero(blob) == file.size_bytes) {
      LEMMA_ASSIGN_OR_RETURN(const std::string digest, FileDigest(blob, file.digest_kind));
      if (digest == file.digest) return true;
    }
    events_.on_note(file.name + ": what is here is damaged; fetching it again");
    return false;
  }

  Status CheckSpace(uint64_t bytes_missing, uint64_t bytes_packed) const {
    std::error_code error;
    const fs::space_info space = fs::space(cache_.folder, error);
    const uint64_t needed = bytes_missing + bytes_packed + kSpareBytes;
    if (error || bytes_missing == 0 || space.available >= needed) return Ok();
    return IoError(request_.cache.string() + " has " + std::to_string(space.available >> 20) +
                   " MiB free, and " + std::to_string(needed >> 20) + " MiB are needed" +
                   (bytes_packed > 0 ? ", " + std::to_string(bytes_packed >> 20) +
                                           " of them for the packed file (--format none: no such "
                                           "file)"
                                     : "") +
                   ": free some space, or set HF_HUB_CACHE to a larger disk");
  }

  const PullRequest& request_;
  const PullEvents& events_;
  const RepositoryCache cache_;
  HttpGetter http_;
  Listing listing_;
};

}  // namespace

Result<fs::path> Pull(const PullRequest& request, const PullEvents& events) {
  return Puller(request, events).Run();
}

}  // namespace lemma::hub
