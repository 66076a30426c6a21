// The cache on disk, in the layout of huggingface_hub
// (https://huggingface.co/docs/hub/local-cache):
//
//   <cache>/models--owner--name/refs/<revision>              the commit, as text
//                               blobs/<hash>                 a file's bytes
//                               blobs/<hash>.lemma-incomplete   the part of them that is here
//                               snapshots/<commit>/<file>    -> ../../blobs/<hash>
//           .locks/models--owner--name/lemma.lock            held while a pull runs
//
// The part has a name of our own: huggingface_hub appends to <hash>.incomplete under another lock.
//
// Errors: kIo where the file system refuses. Any thread; writers hold the lock.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "common/base/file_lock.h"
#include "common/base/status.h"
#include "common/hub/model_name.h"

namespace lemma::hub {

struct RepositoryCache {
  std::filesystem::path folder;  // <cache>/models--owner--name
  std::filesystem::path lock;

  RepositoryCache(const std::filesystem::path& cache, const ModelName& name);
  std::filesystem::path Blob(const std::string& hash) const { return folder / "blobs" / hash; }
  std::filesystem::path Snapshot(const std::string& commit) const {
    return folder / "snapshots" / commit;
  }

  // What a ref or else, for a full commit, the revision itself says. No such ref: nothing. On
  // ModelScope a full commit too has a ref: its snapshot's name is a fingerprint.
  std::optional<std::string> CommitOf(const std::string& revision) const;

  // Nothing where another process has it.
  Result<std::optional<FileLock>> TryLock() const;

  Status MakeFolders(const std::string& commit) const;
  // Puts a blob into a snapshot under its name; replaces what lies there.
  Status Link(const std::string& commit, const std::string& file, const std::string& hash) const;
  Status WriteRef(const std::string& revision, const std::string& commit) const;
};

// The part of a blob that is here while it is fetched.
std::filesystem::path PartOf(const std::filesystem::path& blob);

// The directory that holds this model complete (configuration, tokenizer and every weight file), or
// nothing. Without a revision: that of `main` (Hugging Face's default) or `master` (ModelScope's),
// whichever was pulled last.
std::optional<std::filesystem::path> FindSnapshot(const std::filesystem::path& cache,
                                                  const ModelName& name);

}  // namespace lemma::hub
