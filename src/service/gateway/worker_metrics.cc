#include "service/gateway/worker_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

namespace lemma::gateway {
namespace {

using std::chrono::milliseconds;

constexpr const char* kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

// What an answer waits for workers: with it, it is there in less than 20 ms.
constexpr milliseconds kPatience{10};
// What is older says little of a worker.
constexpr std::chrono::seconds kAgeMax{60};

// Nobody waits so long; it ends what never ends.
net::HttpClientOptions ClientOptions() {
  net::HttpClientOptions options;
  options.connect_timeout = options.first_byte_timeout = options.idle_timeout = milliseconds(5000);
  return options;
}

// So that nobody takes what was for what is.
std::string AgeMetric(std::optional<Duration> age) {
  constexpr std::string_view kName = "lemma_gateway_worker_metrics_age_seconds";
  return fmt::format(
      "# HELP {0} Since the worker told its metrics; +Inf: it tells none\n"
      "# TYPE {0} gauge\n{0} {1}\n",
      kName, age ? fmt::format("{:.6f}", std::chrono::duration<double>(*age).count()) : "+Inf");
}

}  // namespace

// Answers when the last worker has, or is waited for no longer: when the last reference to it goes.
class WorkerMetrics::Gathering {
 public:
  Gathering(const WorkerMetrics& metrics, std::string own, std::vector<Worker> workers,
            std::shared_ptr<Reply> reply)
      : metrics_(metrics),
        own_(std::move(own)),
        workers_(std::move(workers)),
        reply_(std::move(reply)) {}
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;
  ~Gathering() {
    std::vector<ReplicaExposition> parts = {{"", std::move(own_)}};
    for (const Worker& worker : workers_) parts.push_back(metrics_.Newest(worker.name));
    reply_->Send({200, {{"Content-Type", kExpositionType}}, MergeExpositions(parts)});
  }

 private:
  const WorkerMetrics& metrics_;
  std::string own_;
  const std::vector<Worker> workers_;
  const std::shared_ptr<Reply> reply_;
};

WorkerMetrics::WorkerMetrics(const pool::Pool& pool) : pool_(pool), client_(ClientOptions()) {}

void WorkerMetrics::Answer(std::string own, std::shared_ptr<Reply> reply) {
  const std::vector<Worker> workers = pool_.Neighbours();
  ForgetAllBut(workers);
  const auto gathering =
      std::make_shared<Gathering>(*this, std::move(own), workers, std::move(reply));
  for (const Worker& worker : workers) {
    if (!IsAskedOn(worker.name)) Ask(worker, gathering);
  }
}

void WorkerMetrics::Ask(const Worker& worker, std::shared_ptr<Gathering> gathering) {
  net::HttpRequest request;
  request.method = "GET";
  request.target = "/metrics";
  std::optional<Duration> time_max;
  if (gathering != nullptr) time_max = kPatience;
  const auto answer = std::make_shared<net::HttpResponse>();
  net::HttpCallbacks callbacks;
  callbacks.on_head = [answer](net::HttpResponse head) { *answer = std::move(head); };
  callbacks.on_body = [answer](std::string piece) { answer->body += piece; };
  callbacks.on_end = [this, worker, answer, gathering](const Status& status) {
    if (gathering != nullptr && status.code() == StatusCode::kDeadlineExceeded) {
      return AskOn(worker);
    }
    Take(worker.name, status, std::move(*answer));
  };
  client_.Send(worker.address, std::move(request), std::move(callbacks), time_max);
}

void WorkerMetrics::AskOn(const Worker& worker) {
  {
    const MutexLock lock(mutex_);
    if (std::exchange(told_[worker.name].is_asked_on, true)) return;
  }
  Ask(worker, /*gathering=*/nullptr);
}

// One that took too long may be busy: what it told before still counts.
void WorkerMetrics::Take(const std::string& name, const Status& status, net::HttpResponse answer) {
  const MutexLock lock(mutex_);
  Told& told = told_[name];
  told.is_asked_on = false;
  if (status.code() == StatusCode::kDeadlineExceeded) return;
  told.text.reset();
  if (!status.ok() || answer.status != 200) return;
  told.text = std::move(answer.body);
  told.at = SteadyClock().Now();
}

void WorkerMetrics::ForgetAllBut(const std::vector<Worker>& workers) {
  const MutexLock lock(mutex_);
  std::erase_if(told_, [&](const auto& entry) {
    return std::ranges::find(workers, entry.first, &Worker::name) == workers.end();
  });
}

bool WorkerMetrics::IsAskedOn(const std::string& name) const {
  const MutexLock lock(mutex_);
  const auto told = told_.find(name);
  return told != told_.end() && told->second.is_asked_on;
}

ReplicaExposition WorkerMetrics::Newest(const std::string& name) const {
  const MutexLock lock(mutex_);
  const auto told = told_.find(name);
  if (told == told_.end() || !told->second.text) return {name, AgeMetric({})};
  const Duration age = SteadyClock().Now() - told->second.at;
  if (age > kAgeMax) return {name, AgeMetric({})};
  return {name, AgeMetric(age) + *told->second.text};
}

}  // namespace lemma::gateway
