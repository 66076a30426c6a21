#include "service/gateway/probes.h"

#include <utility>
#include <vector>

#include "common/base/thread_annotations.h"
#include "service/gateway/exposition.h"

namespace lemma::gateway {
namespace {

constexpr const char* kExpositionType = "text/plain; version=0.0.4; charset=utf-8";

// Answers when the last worker has, or is given up: when the last reference to it goes.
class Gathering {
 public:
  Gathering(std::string own, size_t n_workers, std::shared_ptr<Reply> reply)
      : parts_(n_workers + 1), reply_(std::move(reply)) {
    parts_[0].text = std::move(own);
  }
  ~Gathering() {
    reply_->Send({200, {{"Content-Type", kExpositionType}}, MergeExpositions(parts_)});
  }

  void Take(size_t i, ReplicaExposition part) { parts_[i + 1] = std::move(part); }

 private:
  // This process's, then the workers', each written by its call's callbacks, on one thread.
  std::vector<ReplicaExposition> parts_;
  const std::shared_ptr<Reply> reply_;
};

}  // namespace

void AnswerMetrics(net::HttpClient& client, const pool::Pool& pool, std::string own,
                   std::shared_ptr<Reply> reply) {
  const auto workers = pool.Neighbours();
  const auto gathering =
      std::make_shared<Gathering>(std::move(own), workers.size(), std::move(reply));
  for (size_t i = 0; i < workers.size(); ++i) {
    net::HttpRequest request;
    request.method = "GET";
    request.target = "/metrics";
    const auto answer = std::make_shared<net::HttpResponse>();
    net::HttpCallbacks callbacks;
    callbacks.on_head = [answer](net::HttpResponse head) { *answer = std::move(head); };
    callbacks.on_body = [answer](std::string piece) { answer->body += piece; };
    callbacks.on_end = [answer, gathering, i, name = workers[i].name](const Status& status) {
      if (!status.ok() || answer->status != 200) return;
      gathering->Take(i, {name, std::move(answer->body)});
    };
    client.Send(workers[i].address, std::move(request), std::move(callbacks));
  }
}

}  // namespace lemma::gateway
