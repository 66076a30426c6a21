// Those who follow jobs: streams of events, read from the database wherever the job runs.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/thread_annotations.h"
#include "common/net/http_server.h"
#include "service/store/job_store.h"
#include "service/store/periodic_task.h"

namespace lemma::jobs {

inline constexpr size_t kStreamsMax = 256;    // each asks the database five times a second
inline constexpr size_t kKeyStreamsMax = 32;  // of one key, so that others have room

// Thread-safe; Follow does not block. One thread reads the database and writes to all.
class JobStreams {
 public:
  // `store` outlives it.
  explicit JobStreams(store::JobStore& store);
  ~JobStreams();  // Stop()

  // Answers with the job's events from `offset` on, until it has ended or the client leaves; 503
  // where kStreamsMax are followed, 429 where its key has kKeyStreamsMax of them.
  void Follow(std::shared_ptr<net::HttpExchange> exchange, const store::Job& job, int64_t offset);
  void RunSoon() { task_->RunSoon(); }
  // Ends all; whoever wants more asks another gateway from where it was. Idempotent.
  void Stop();

 private:
  struct Stream;
  Status Enter(std::unique_ptr<Stream> stream);
  void Round();
  bool Advance(Stream& stream);  // true: over
  void Write(Stream& stream, const store::JobEvents& events);

  store::JobStore& store_;
  Mutex mutex_;
  std::list<std::unique_ptr<Stream>> fresh_ LEMMA_GUARDED_BY(mutex_);
  size_t n_streams_ LEMMA_GUARDED_BY(mutex_) = 0;  // fresh ones too, as in what follows
  std::map<std::string, size_t> n_of_key_ LEMMA_GUARDED_BY(mutex_);
  bool has_stopped_ LEMMA_GUARDED_BY(mutex_) = false;
  std::list<std::unique_ptr<Stream>> streams_;  // of the thread alone
  std::unique_ptr<store::PeriodicTask> task_;
};

}  // namespace lemma::jobs
