// One HTTP GET over libcurl. Proxies are those of libcurl's environment (https_proxy, no_proxy).
// One thread at a time; a call blocks until the answer is complete, cut, or stalls for 30 s.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace lemma::hub {

struct GetRequest {
  std::string url;
  // A header's line that opens private models; "": none. Goes to the URL's own scheme, host and
  // port, to no redirect's.
  std::string credential;
  uint64_t begin = 0;  // over 0: ask for the bytes from here on
};

struct GetAnswer {
  int status = 0;           // of the last answer, after redirects; 0: none came
  int retry_after_s = 0;    // 0: the server named no time
  int64_t body_bytes = -1;  // as its head says; -1: it does not
  std::string host;         // who answered last, for messages: never with a query
};

// Takes a 200's or 206's body in order. The status is 206 where the bytes begin at
// GetRequest::begin, else 200 and they begin at 0. An error ends the transfer and is what Get
// returns.
using BodySink = std::function<Status(const GetAnswer& answer, std::string_view bytes)>;

class HttpGetter {
 public:
  // `ca_file`, PEM: the authorities that are trusted, with those in the system's directory of
  // certificates where libcurl knows one; "": the system's.
  explicit HttpGetter(std::string ca_file);
  ~HttpGetter();
  HttpGetter(const HttpGetter&) = delete;
  HttpGetter& operator=(const HttpGetter&) = delete;

  // Ok where an answer came whole, whatever its status. kUnavailable: the connection failed or was
  // cut, worth another try. kInvalidArgument: a URL or redirect that is not followed. kIo: a
  // certificate that is not trusted. Else: the sink's own error.
  Status Get(const GetRequest& request, const BodySink& sink, GetAnswer& answer);

 private:
  void* const curl_;  // CURL, which is void: keeps its connections between calls
  const std::string ca_file_;
};

}  // namespace lemma::hub
