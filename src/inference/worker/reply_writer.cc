#include "inference/worker/reply_writer.h"

#include <chrono>
#include <iterator>
#include <utility>

#include "common/base/error_body.h"
#include "common/net/sse.h"

namespace lemma::worker {

BodyWriter::BodyWriter(std::shared_ptr<Call> call, ReplyHead head, int32_t n_choices)
    : call_(std::move(call)), head_(std::move(head)), choices_(static_cast<size_t>(n_choices)) {}

void BodyWriter::OnPiece(Choice piece, const Usage&) {
  Choice& choice = choices_[static_cast<size_t>(piece.index)];
  choice.index = piece.index;
  choice.reasoning += piece.reasoning;
  choice.content += piece.content;
  choice.has_logprobs |= piece.has_logprobs;
  std::move(piece.logprobs.begin(), piece.logprobs.end(), std::back_inserter(choice.logprobs));
  choice.finish_reason = std::move(piece.finish_reason);
  choice.stop_reason = std::move(piece.stop_reason);
  choice.intervention = piece.intervention;
  choice.n_tokens = piece.n_tokens;
  choice.prompt_logprobs = std::move(piece.prompt_logprobs);
}

void BodyWriter::OnEnd(const Status& status, const Usage& usage, const Timings& timings) {
  call_->Send(status.ok()
                  ? net::HttpResponse::Json(200, RenderReply(head_, choices_, usage, timings))
                  : RenderErrorWithUsage(status, usage));
}

StreamWriter::StreamWriter(std::shared_ptr<Call> call, ReplyHead head, const Options& options)
    : call_(std::move(call)),
      head_(std::move(head)),
      options_(options),
      opened_(static_cast<size_t>(options.n_choices), head_.kind == ReplyKind::kCompletion),
      last_sent_(std::chrono::steady_clock::now()) {}

void StreamWriter::OnPiece(Choice piece, const Usage& so_far) {
  std::string events;
  const Usage* usage = options_.continuous_usage_stats ? &so_far : nullptr;
  const size_t index = static_cast<size_t>(piece.index);
  if (!opened_[index]) {
    opened_[index] = true;
    Choice opening;
    opening.index = piece.index;
    events += net::SseEvent(RenderChunk(head_, opening, /*opens=*/true, usage));
  }
  const bool says_something = !piece.reasoning.empty() || !piece.content.empty() ||
                              !piece.logprobs.empty() || !piece.finish_reason.empty();
  if (says_something) {
    events += net::SseEvent(RenderChunk(head_, piece, /*opens=*/false, usage));
  }
  if (events.empty()) return;
  MutexLock lock(mutex_);
  Send(std::move(events));
}

void StreamWriter::OnEnd(const Status& status, const Usage& usage, const Timings& timings) {
  MutexLock lock(mutex_);
  if (!status.ok() && !started_) {
    call_->Send(RenderError(status));
    started_ = true;  // no ping from here on can begin another answer
    return;
  }
  if (status.ok()) {
    std::string events;
    if (options_.include_usage) events += net::SseEvent(RenderUsageChunk(head_, usage, timings));
    Send(events + net::SseEvent("[DONE]"));
  } else {
    Send(net::SseEvent(ErrorBody(status), "error"));
  }
  call_->Finish();
}

void StreamWriter::PingAfter(Duration silence) {
  MutexLock lock(mutex_);
  if (std::chrono::steady_clock::now() - last_sent_ >= silence) Send(": ping\n\n");
}

void StreamWriter::Send(std::string events) {
  last_sent_ = std::chrono::steady_clock::now();
  if (started_) return call_->Write(std::move(events));
  started_ = true;
  call_->Start({200,
                {{"Content-Type", "text/event-stream; charset=utf-8"},
                 {"Cache-Control", "no-cache"},
                 {"X-Accel-Buffering", "no"}},  // proxies must not collect events
                std::move(events)});
}

}  // namespace lemma::worker
