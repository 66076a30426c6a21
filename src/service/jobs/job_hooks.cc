#include "service/jobs/job_hooks.h"

#include <boost/json/serialize.hpp>
#include <chrono>

#include "common/base/log.h"
#include "service/jobs/job_reply.h"

namespace lemma::jobs {
namespace {

// Of each sender.
constexpr std::chrono::milliseconds kInterval{1000};
// After a process that died while it sent one; a delivery takes ten seconds at most.
constexpr int64_t kClaimMs = 60'000;
constexpr size_t kResultBytesMax = 1 << 20;  // receivers commonly take no more; GET has it all

}  // namespace

JobHooks::JobHooks(store::JobStore& store, webhook::Reach reach)
    : store_(store),
      reach_(reach),
      senders_{Sender(*this), Sender(*this), Sender(*this), Sender(*this)} {}

JobHooks::Sender::Sender(JobHooks& hooks)
    : task(kInterval, [this, &hooks] { hooks.Round(*this); }) {}

void JobHooks::Stop() {
  is_stopping_ = true;  // none begins another delivery while one is waited for
  for (Sender& sender : senders_) sender.task.Stop();
}

// One a round, so that Stop waits for one. The next follows at once.
void JobHooks::Round(Sender& sender) {
  if (is_stopping_) return;
  const auto job = store_.ClaimWebhook(kClaimMs);
  if (!job.ok() || !*job) return;  // of a database that is away the runner tells
  if (const Status saved = Deliver(**job); !saved.ok()) {
    LogWarning("jobs: {}: its webhook: {}", (*job)->id, saved.message());
  }
  sender.task.RunSoon();
}

Status JobHooks::Deliver(const store::Job& job) {
  const auto secret = store_.WebhookSecret(job);
  if (!secret.ok()) return store_.SaveWebhook(job.id, "failed", 0, secret.status().message());
  const std::string body = boost::json::serialize(RenderJob(job, kResultBytesMax));
  const Status sent =
      webhook::SendWebhook({job.webhook.url, job.id, body}, *secret, store_.NowMs() / 1000, reach_);
  if (sent.ok()) return store_.SaveWebhook(job.id, "delivered", 0, "");
  const bool is_refused = sent.code() == StatusCode::kPermissionDenied;
  const int64_t wait_ms = is_refused ? 0 : webhook::RetryAfterMs(job.webhook.n_attempts);
  return store_.SaveWebhook(job.id, wait_ms > 0 ? "waiting" : "failed", wait_ms, sent.message());
}

}  // namespace lemma::jobs
