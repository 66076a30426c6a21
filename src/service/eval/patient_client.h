// Calls of one server that may be busy, restarting or limited: what may pass is asked again.
//
// Threads: Call is for any; it blocks.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>

#include "common/base/status.h"
#include "common/net/http_client.h"

namespace lemma::eval {

struct PatientClientOptions {
  std::string address;                         // as net::HttpClient takes it
  std::string key;                             // "": none
  std::chrono::seconds timeout{3600};          // of one call
  std::chrono::seconds patience{600};          // waits of one call that is asked again, in sum
  std::chrono::milliseconds first_wait{1000};  // doubled each time, up to kWaitMax
};

inline constexpr std::chrono::seconds kWaitMax{60};

class PatientClient {
 public:
  // Asks once. A stop may end it with kCancelled; kUnavailable and kDataLoss may pass.
  using Send = std::function<Result<net::HttpResponse>(const net::HttpRequest&, std::stop_token)>;

  // Over HTTP; there a stop only keeps a call from being asked again.
  explicit PatientClient(const PatientClientOptions& options);
  PatientClient(PatientClientOptions options, Send send)
      : options_(std::move(options)), send_(std::move(send)) {}

  struct Answer {
    net::HttpResponse response;
    double seconds = 0;  // of the call that was answered, without those before it
    int n_retries = 0;
  };

  // Asked again are 429, 500, 502, 503, and a connection that fails or breaks; after what
  // retry-after-ms or retry-after say, else after waits that double. x-should-retry: false ends it.
  // Errors: kUnavailable with the last reason when patience is at its end; kCancelled by `stop`;
  // kInvalidArgument for an address that is none. Any other status is an Answer.
  Result<Answer> Call(const net::HttpRequest& request, std::stop_token stop);

 private:
  const PatientClientOptions options_;
  const Send send_;
};

}  // namespace lemma::eval
