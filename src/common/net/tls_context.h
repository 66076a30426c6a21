// The certificate and key of a server that speaks TLS, read from files, and again when they change.
// Internal to the room: this header shows Asio.
#pragma once

#include <array>
#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>

#include "common/base/status.h"
#include "common/base/thread_annotations.h"
#include "common/net/http_server.h"

namespace lemma::net {

class TlsContext {
 public:
  // Errors: kInvalidArgument, with the file's path, where a file cannot be read, is not PEM, or
  // where the key is not the certificate's.
  static Result<std::unique_ptr<TlsContext>> Load(const TlsFiles& files);

  // For a new connection. A file that has changed is read again; where that fails (a pair that is
  // being replaced, most likely) the last good pair stays, and the log says so once. Thread-safe.
  std::shared_ptr<boost::asio::ssl::context> Current() LEMMA_EXCLUDES(mutex_);

 private:
  using Context = std::shared_ptr<boost::asio::ssl::context>;
  using Stamps = std::array<std::filesystem::file_time_type, 2>;  // of certificate and key

  TlsContext(const TlsFiles& files, Context context, const Stamps& stamps)
      : files_(files), context_(std::move(context)), stamps_(stamps) {}
  static Result<Context> Read(const TlsFiles& files);
  static Stamps StampsOf(const TlsFiles& files);

  const TlsFiles files_;
  Mutex mutex_;
  Context context_ LEMMA_GUARDED_BY(mutex_);
  Stamps stamps_ LEMMA_GUARDED_BY(mutex_);
};

}  // namespace lemma::net
