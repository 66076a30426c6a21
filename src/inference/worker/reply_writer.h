// Where the pieces of a reply go: one JSON body at the end, or server-sent events as they come.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/thread_annotations.h"
#include "inference/worker/call.h"
#include "inference/worker/openai_reply.h"

namespace lemma::worker {

// Called by one thread at a time (the engine's). OnEnd is the last call.
class ReplyWriter {
 public:
  virtual ~ReplyWriter() = default;
  // For each token, also where it made no text certain, and for each sample's end. `so_far`: what
  // the request has used, the reasoning tokens of samples that have not ended aside.
  virtual void OnPiece(Choice piece, const Usage& so_far) = 0;
  // An error discards what a body had; after events were sent, it is an event itself.
  virtual void OnEnd(const Status& status, const Usage& usage, const Timings& timings) = 0;
};

class BodyWriter : public ReplyWriter {
 public:
  BodyWriter(std::shared_ptr<Call> call, ReplyHead head, int32_t n_choices);
  void OnPiece(Choice piece, const Usage& so_far) override;
  void OnEnd(const Status& status, const Usage& usage, const Timings& timings) override;

 private:
  const std::shared_ptr<Call> call_;
  const ReplyHead head_;
  std::vector<Choice> choices_;  // by index
};

// Sends its head with the first token or the first ping, so that a request that fails before it
// runs is answered with the right status.
class StreamWriter : public ReplyWriter {
 public:
  struct Options {
    int32_t n_choices = 1;
    bool include_usage = false;           // an event of its own before [DONE]
    bool continuous_usage_stats = false;  // in every chunk
  };
  StreamWriter(std::shared_ptr<Call> call, ReplyHead head, const Options& options);
  void OnPiece(Choice piece, const Usage& so_far) override LEMMA_EXCLUDES(mutex_);
  void OnEnd(const Status& status, const Usage& usage, const Timings& timings) override
      LEMMA_EXCLUDES(mutex_);

  // Sends a comment where nothing was sent for `silence`. Any thread.
  void PingAfter(Duration silence) LEMMA_EXCLUDES(mutex_);

 private:
  void Send(std::string events) LEMMA_REQUIRES(mutex_);

  const std::shared_ptr<Call> call_;
  const ReplyHead head_;
  const Options options_;
  std::vector<bool> opened_;  // by choice

  Mutex mutex_;
  bool started_ LEMMA_GUARDED_BY(mutex_) = false;
  TimePoint last_sent_ LEMMA_GUARDED_BY(mutex_);
};

}  // namespace lemma::worker
