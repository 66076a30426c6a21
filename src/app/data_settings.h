// Where the service keeps its data: options that several commands share, and what they open.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "service/store/database.h"
#include "service/store/key_store.h"

namespace lemma::app {

inline constexpr const char* kKeySecretFile = "key-secret";  // in the directory

struct DataOptions {
  std::string directory;  // "": the user's own (DataDirectory)
  std::string database;   // "": <directory>/lemma.db
};

void AddDataOptions(CLI::App& command, DataOptions& options);

// Did the user name either?
bool IsNamed(const DataOptions& options);

// The directory that was named, else $XDG_DATA_HOME/lemma, else ~/.local/share/lemma.
Result<std::filesystem::path> DataDirectory(const DataOptions& options);

// The database that was named, else the file in that directory.
Result<std::string> DatabaseAddress(const DataOptions& options);

// The database alone. `may_create`: makes what is not there; else kNotFound for a file that does
// not exist, because the directory is then most likely not the one that was meant.
Result<std::unique_ptr<store::Database>> OpenDatabase(const DataOptions& options, bool may_create,
                                                      int n_connections = 1);

// The database with the keys in it. Destroyed in this order: keys, database.
struct OpenedStore {
  std::unique_ptr<store::Database> database;
  std::unique_ptr<store::KeyStore> keys;
};

// `may_create` and errors: as OpenDatabase.
Result<OpenedStore> OpenStore(const DataOptions& options, bool may_create, const UnixClock& clock,
                              int n_connections = 1);

}  // namespace lemma::app
