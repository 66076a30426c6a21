#include "service/eval/patient_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

#include "common/base/error_message.h"

namespace lemma::eval {
namespace {

using Milliseconds = std::chrono::milliseconds;
using SteadyTime = std::chrono::steady_clock;

net::HttpClientOptions ClientOptions(const PatientClientOptions& options) {
  net::HttpClientOptions client;
  client.first_byte_timeout = options.timeout;
  client.idle_timeout = options.timeout;
  return client;
}

std::optional<int64_t> Integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// What the server asks for; a date as retry-after may have is not read.
std::optional<Milliseconds> AskedWait(const net::HttpResponse& response) {
  if (const auto ms = Integer(response.header("retry-after-ms"))) return Milliseconds(*ms);
  const auto seconds = Integer(response.header("retry-after"));
  // Of a longer wait than any patience the exact length does not matter.
  if (seconds) return std::chrono::seconds(std::min<int64_t>(*seconds, 1 << 20));
  return std::nullopt;
}

bool MayPass(const net::HttpResponse& response) {
  const int status = response.status;
  if (response.header("x-should-retry") == "false") return false;
  return status == 429 || status == 500 || status == 502 || status == 503;
}

bool MayPass(const Status& status) {
  return status.code() == StatusCode::kUnavailable || status.code() == StatusCode::kDataLoss;
}

// False where `stop` came first.
bool Wait(Milliseconds time, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

PatientClient::PatientClient(const PatientClientOptions& options)
    : PatientClient(options, [client = std::make_shared<net::HttpClient>(ClientOptions(options)),
                              address = options.address](const net::HttpRequest& request,
                                                         const std::stop_token&) {
        return client->SendAndWait(address, request);
      }) {}

Result<PatientClient::Answer> PatientClient::Call(const net::HttpRequest& request,
                                                  std::stop_token stop) {
  net::HttpRequest sent = request;
  if (!options_.key.empty()) sent.headers.push_back({"Authorization", "Bearer " + options_.key});
  Milliseconds left = options_.patience;
  Milliseconds next_wait = options_.first_wait;
  for (int n_retries = 0;; ++n_retries) {
    const auto begin = SteadyTime::now();
    Result<net::HttpResponse> response = send_(sent, stop);
    const double seconds = std::chrono::duration<double>(SteadyTime::now() - begin).count();
    if (!response.ok() && !MayPass(response.status())) return response.status();
    if (response.ok() && !MayPass(*response))
      return Answer{std::move(*response), seconds, n_retries};
    Milliseconds wait = next_wait;
    if (response.ok()) wait = AskedWait(*response).value_or(wait);
    if (wait > left) {
      const std::string reason =
          response.ok() ? fmt::format("{}: {}", response->status, ErrorMessageIn(response->body))
                        : response.status().message();
      return Unavailable(fmt::format("{} was asked {} times and does not answer: {}",
                                     options_.address, n_retries + 1, reason));
    }
    left -= wait;
    next_wait = std::min<Milliseconds>(2 * next_wait, kWaitMax);
    if (!Wait(wait, stop)) return Status(StatusCode::kCancelled, "stopped while waiting");
  }
}

}  // namespace lemma::eval
