// A request's place on a replica: from the choice to the end of the answer.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/thread_annotations.h"
#include "common/net/http.h"
#include "service/pool/replica_table.h"

namespace lemma::pool {

struct Target {
  ReplicaId id = kNoReplica;
  std::string replica;               // its name, as metrics and the header x-lemma-replica give it
  std::string address;               // for net::HttpClient
  std::string model;                 // as the replica calls it
  bool bounds_answers = false;       // as Capacity has it
  int64_t context_tokens = 0;        // as ServedModel has it
  std::vector<net::Header> headers;  // what it needs beside the request's own; may hold its key
};

// Thread-safe. The pool must outlive it.
class Lease {
 public:
  // `end` is called once.
  Lease(Target target, std::function<void(Outcome)> end)
      : target_(std::move(target)), end_(std::move(end)) {}
  ~Lease() { End(Outcome::kCancelled); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  const Target& target() const { return target_; }

  // Of several calls the first counts.
  void End(Outcome outcome) LEMMA_EXCLUDES(mutex_);

  // Called when the replica is found to hang: no more is to be expected of it. At once where it
  // has been. Must not block.
  void OnLost(std::function<void()> callback) LEMMA_EXCLUDES(mutex_);
  void Lose() LEMMA_EXCLUDES(mutex_);

 private:
  const Target target_;
  Mutex mutex_;
  std::function<void(Outcome)> end_ LEMMA_GUARDED_BY(mutex_);
  std::function<void()> on_lost_ LEMMA_GUARDED_BY(mutex_);
  bool is_lost_ LEMMA_GUARDED_BY(mutex_) = false;
};

}  // namespace lemma::pool
