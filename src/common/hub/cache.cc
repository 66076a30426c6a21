#include "common/hub/cache.h"

#include "common/base/file.h"
#include "common/hub/listing.h"

namespace lemma::hub {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kRefBytesMax = 256;
constexpr uint64_t kIndexBytesMax = 16 << 20;

bool IsFile(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);  // follows the link to the blob
}

bool IsComplete(const fs::path& snapshot) {
  for (const char* name : {"config.json", "tokenizer.json", "tokenizer_config.json"}) {
    if (!IsFile(snapshot / name)) return false;
  }
  if (IsFile(snapshot / "model.safetensors")) return true;
  const auto index = ReadFile(snapshot / "model.safetensors.index.json", kIndexBytesMax);
  if (!index.ok()) return false;
  const auto shards = ShardsOfIndex(*index);
  if (!shards.ok()) return false;
  for (const std::string& shard : *shards) {
    if (!IsFile(snapshot / shard)) return false;
  }
  return true;
}

Status MakeFolder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  return error ? IoError(path.string() + ": cannot be made: " + error.message()) : Ok();
}

}  // namespace

RepositoryCache::RepositoryCache(const fs::path& cache, const ModelName& name) {
  const std::string folder_name = "models--" + name.owner + "--" + name.name;
  folder = cache / folder_name;
  lock = cache / ".locks" / folder_name / "lemma.lock";
}

fs::path PartOf(const fs::path& blob) { return blob.string() + ".lemma-incomplete"; }

std::optional<std::string> RepositoryCache::CommitOf(const std::string& revision) const {
  const std::optional<std::string> itself =
      IsHex(revision, 40) ? std::optional(revision) : std::nullopt;
  const auto text = ReadFile(folder / "refs" / revision, kRefBytesMax);
  if (!text.ok()) return itself;
  const std::string commit = text->substr(0, text->find_first_of(" \r\n"));
  return IsHex(commit, 40) ? std::optional(commit) : itself;
}

Result<std::optional<FileLock>> RepositoryCache::TryLock() const {
  LEMMA_RETURN_IF_ERROR(MakeFolder(lock.parent_path()));
  return FileLock::TryTake(lock);
}

Status RepositoryCache::MakeFolders(const std::string& commit) const {
  LEMMA_RETURN_IF_ERROR(MakeFolder(folder / "blobs"));
  LEMMA_RETURN_IF_ERROR(MakeFolder(folder / "refs"));
  return MakeFolder(Snapshot(commit));
}

Status RepositoryCache::Link(const std::string& commit, const std::string& file,
                             const std::string& hash) const {
  const fs::path path = Snapshot(commit) / file;
  const fs::path temporary = path.string() + ".tmp";
  std::error_code error;
  fs::remove(temporary, error);
  fs::create_symlink(fs::path("../../blobs") / hash, temporary, error);
  if (!error) fs::rename(temporary, path, error);
  return error ? IoError(path.string() + ": cannot be linked: " + error.message()) : Ok();
}

Status RepositoryCache::WriteRef(const std::string& revision, const std::string& commit) const {
  if (revision == commit) return Ok();  // it is its own name
  const fs::path path = folder / "refs" / revision;
  LEMMA_RETURN_IF_ERROR(MakeFolder(path.parent_path()));
  return WriteFileAtomically(path, commit);
}

std::optional<fs::path> FindSnapshot(const fs::path& cache, const ModelName& name) {
  const RepositoryCache repository(cache, name);
  const auto complete = [&](const std::string& revision) -> std::optional<fs::path> {
    const auto commit = repository.CommitOf(revision);
    if (!commit || !IsComplete(repository.Snapshot(*commit))) return std::nullopt;
    return repository.Snapshot(*commit);
  };
  if (!name.revision.empty()) return complete(name.revision);
  const auto pulled = [&](const char* revision) {
    std::error_code error;
    const auto time = fs::last_write_time(repository.folder / "refs" / revision, error);
    return error ? fs::file_time_type::min() : time;
  };
  const bool is_master_newer = pulled("master") > pulled("main");
  const auto newer = complete(is_master_newer ? "master" : "main");
  return newer ? newer : complete(is_master_newer ? "main" : "master");
}

}  // namespace lemma::hub
