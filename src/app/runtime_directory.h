// A private directory (mode 0700) for this process's Unix sockets, removed at the end.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "common/base/status.h"

namespace lemma::app {

class RuntimeDirectory {
 public:
  static Result<std::unique_ptr<RuntimeDirectory>> Make();
  ~RuntimeDirectory();  // Remove()
  RuntimeDirectory(const RuntimeDirectory&) = delete;
  RuntimeDirectory& operator=(const RuntimeDirectory&) = delete;

  // "unix:<directory>/<name>.sock", an address for net::HttpServer.
  std::string SocketAddress(const std::string& name) const;

  // Removes it and what is in it. Thread-safe, idempotent.
  void Remove() const;

 private:
  explicit RuntimeDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  const std::filesystem::path path_;
};

}  // namespace lemma::app
