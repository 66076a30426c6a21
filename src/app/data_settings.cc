#include "app/data_settings.h"

#include <utility>

#include "app/hub_settings.h"

namespace lemma::app {

namespace fs = std::filesystem;

void AddDataOptions(CLI::App& command, DataOptions& options) {
  command
      .add_option("--data-dir", options.directory,
                  "Keys, profiles, usage and the server's secret (default: ~/.local/share/lemma)")
      ->envname("LEMMA_DATA_DIR");
  command
      .add_option("--database", options.database,
                  "A SQLite file, or postgresql://... that gateways share (default: lemma.db in "
                  "the data directory)")
      ->envname("LEMMA_DATABASE");
}

Result<fs::path> DataDirectory(const DataOptions& options) {
  if (!options.directory.empty()) return fs::path(options.directory);
  if (const std::string data = EnvironmentValue("XDG_DATA_HOME"); !data.empty()) {
    return fs::path(data) / "lemma";
  }
  const std::string home = HomeDirectory();
  if (home.empty()) {
    return InvalidArgument("--data-dir: needed for a user without a home directory");
  }
  return fs::path(home) / ".local/share/lemma";
}

bool IsNamed(const DataOptions& options) {
  return !options.directory.empty() || !options.database.empty();
}

Result<std::string> DatabaseAddress(const DataOptions& options) {
  if (!options.database.empty()) return options.database;
  LEMMA_ASSIGN_OR_RETURN(const fs::path directory, DataDirectory(options));
  return (directory / "lemma.db").string();
}

Result<std::unique_ptr<store::Database>> OpenDatabase(const DataOptions& options, bool may_create,
                                                      int n_connections) {
  LEMMA_ASSIGN_OR_RETURN(const fs::path directory, DataDirectory(options));
  store::DatabaseOptions database_options;
  LEMMA_ASSIGN_OR_RETURN(database_options.address, DatabaseAddress(options));
  database_options.n_connections = n_connections;
  const bool is_file = database_options.address.find("://") == std::string::npos;
  if (!may_create && is_file && !fs::exists(database_options.address)) {
    return NotFound(database_options.address +
                    ": no such database; is this the right --data-dir? `lemma key create` and "
                    "`lemma profile import` make a new one");
  }
  // The server's secret lies there also where the database does not.
  LEMMA_RETURN_IF_ERROR(store::MakePrivateDirectory(directory));
  return store::Database::Open(database_options);
}

Result<OpenedStore> OpenStore(const DataOptions& options, bool may_create, const UnixClock& clock,
                              int n_connections) {
  OpenedStore opened;
  LEMMA_ASSIGN_OR_RETURN(opened.database, OpenDatabase(options, may_create, n_connections));
  LEMMA_ASSIGN_OR_RETURN(const fs::path directory, DataDirectory(options));
  LEMMA_ASSIGN_OR_RETURN(
      opened.keys, store::KeyStore::Open(*opened.database, directory / kKeySecretFile, clock));
  return opened;
}

}  // namespace lemma::app
