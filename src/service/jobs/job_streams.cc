#include "service/jobs/job_streams.h"

#include <boost/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/error_body.h"
#include "common/net/retry_after.h"
#include "common/net/sse.h"
#include "service/jobs/job_reply.h"

namespace lemma::jobs {
namespace {

constexpr std::chrono::milliseconds kInterval{200};
constexpr std::chrono::seconds kSilenceMax{15};
// Of one round: a client that reads 1 MiB a second keeps up with what was stored before it came.
constexpr int64_t kRowsMax = 8;
constexpr size_t kRoundBytesMax = 256 << 10;
// In the last event, which has to fit what a server holds for a slow client; GET has it all.
constexpr size_t kResultBytesMax = 1 << 20;

std::string Event(int64_t offset, std::string_view name, std::string_view data) {
  return "id: " + std::to_string(offset) + "\n" + net::SseEvent(data, name);
}

}  // namespace

struct JobStreams::Stream {
  std::shared_ptr<net::HttpExchange> exchange;
  std::string key_id;
  std::string job_id;
  int64_t offset = 0;  // of the next event
  bool has_begun = false;
  TimePoint wrote_at;
};

JobStreams::JobStreams(store::JobStore& store)
    : store_(store), task_(std::make_unique<store::PeriodicTask>(kInterval, [this] { Round(); })) {}

JobStreams::~JobStreams() { Stop(); }

void JobStreams::Follow(std::shared_ptr<net::HttpExchange> exchange, const store::Job& job,
                        int64_t offset) {
  auto stream = std::make_unique<Stream>();
  stream->exchange = exchange;
  stream->key_id = job.key_id;
  stream->job_id = job.id;
  stream->offset = offset;
  const Status status = Enter(std::move(stream));
  if (status.ok()) return task_->RunSoon();
  net::HttpResponse response = net::HttpResponse::Json(HttpStatusOf(status), ErrorBody(status));
  net::AddRetryAfter(response, std::chrono::seconds(2));
  exchange->Send(std::move(response));
}

// Those without a key are not one client, and share what there is.
Status JobStreams::Enter(std::unique_ptr<Stream> stream) {
  const MutexLock lock(mutex_);
  if (has_stopped_ || n_streams_ >= kStreamsMax) {
    return Unavailable("too many follow jobs here; try again later");
  }
  size_t& n_of_key = n_of_key_[stream->key_id];
  if (!stream->key_id.empty() && n_of_key >= kKeyStreamsMax) {
    return Status(StatusCode::kRateLimited, "this API key follows jobs in " +
                                                std::to_string(kKeyStreamsMax) +
                                                " streams here, as many as it may; end one first");
  }
  ++n_of_key;
  ++n_streams_;
  fresh_.push_back(std::move(stream));
  return Ok();
}

void JobStreams::Stop() {
  {
    const MutexLock lock(mutex_);
    has_stopped_ = true;
  }
  task_->Stop();
  const MutexLock lock(mutex_);
  streams_.splice(streams_.end(), fresh_);
  for (const auto& stream : streams_) {
    if (!stream->has_begun) stream->exchange->Start({200, {}, ""});
    stream->exchange->Finish();
  }
  streams_.clear();
}

void JobStreams::Round() {
  {
    const MutexLock lock(mutex_);
    streams_.splice(streams_.end(), fresh_);
  }
  std::vector<std::string> over;  // whose they were
  std::erase_if(streams_, [&](const auto& stream) {
    if (!Advance(*stream)) return false;
    over.push_back(stream->key_id);
    return true;
  });
  const MutexLock lock(mutex_);
  n_streams_ -= over.size();
  for (const std::string& key_id : over) {
    if (--n_of_key_[key_id] == 0) n_of_key_.erase(key_id);
  }
}

bool JobStreams::Advance(Stream& stream) {
  const TimePoint now = std::chrono::steady_clock::now();
  if (stream.exchange->closed()) return true;
  if (!std::exchange(stream.has_begun, true)) {
    stream.exchange->Start({200,
                            {{"Content-Type", "text/event-stream; charset=utf-8"},
                             {"Cache-Control", "no-cache"},
                             {"X-Accel-Buffering", "no"}},
                            ""});
    stream.wrote_at = now;
  }
  // The job first: of one that has ended, all events are there.
  const auto job = store_.Find(stream.key_id, stream.job_id);
  const auto rows = store_.Events(stream.job_id, stream.offset, kRowsMax);
  if (!job.ok() || !rows.ok()) return false;  // the database is away: it may come back
  size_t n_bytes = 0;
  for (const store::JobEvents& row : *rows) {
    if (n_bytes > kRoundBytesMax) break;
    n_bytes += row.lines.size();
    Write(stream, row);
    stream.wrote_at = now;
  }
  const bool is_gone = !*job;  // it was kept long enough
  if (rows->empty() && (is_gone || store::HasEnded((*job)->status))) {
    if (!is_gone && stream.offset <= (*job)->n_events) {
      stream.exchange->Write(Event((*job)->n_events, "job",
                                   boost::json::serialize(RenderJob(**job, kResultBytesMax))));
    }
    stream.exchange->Finish();
    return true;
  }
  if (now - stream.wrote_at > kSilenceMax) {
    stream.exchange->Write(": ping\n\n");
    stream.wrote_at = now;
  }
  return false;
}

void JobStreams::Write(Stream& stream, const store::JobEvents& events) {
  std::string text;
  std::string_view lines = events.lines;
  for (int64_t offset = events.first; !lines.empty(); ++offset) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(line.size() + 1);
    if (offset < stream.offset) continue;
    const size_t space = line.find(' ');
    text += Event(offset, line.substr(0, space), line.substr(space + 1));
  }
  stream.offset = events.first + events.n;
  stream.exchange->Write(std::move(text));
}

}  // namespace lemma::jobs
