#include "app/runtime_directory.h"

#include <stdlib.h>

namespace lemma::app {

namespace fs = std::filesystem;

Result<std::unique_ptr<RuntimeDirectory>> RuntimeDirectory::Make() {
  std::error_code error;
  const fs::path base = fs::temp_directory_path(error);
  if (error) return IoError("no directory for temporary files: " + error.message());
  std::string path = base / "lemma-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    return IoError(path + ": cannot create (is the disk full or read-only?)");
  }
  return std::unique_ptr<RuntimeDirectory>(new RuntimeDirectory(path));
}

RuntimeDirectory::~RuntimeDirectory() { Remove(); }

void RuntimeDirectory::Remove() const {
  std::error_code error;
  fs::remove_all(path_, error);
}

std::string RuntimeDirectory::SocketAddress(const std::string& name) const {
  return "unix:" + (path_ / (name + ".sock")).string();
}

}  // namespace lemma::app
