// Requests that wait for a replica: a fair queue for each model, bounded together, each request for
// so long at most. Pure: time is passed in. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "service/pool/fair_queue.h"

namespace lemma::pool {

struct LineOptions {
  // Every one holds its body (1 MiB at most) and a connection.
  int64_t requests_max = 512;
  // Prompt and max_tokens of all: a hundred of the longest answers. What waits behind more would
  // not be answered in an hour on a machine that makes a thousand tokens a second.
  int64_t tokens_max = int64_t{1} << 22;
  // The official OpenAI clients give up after this.
  Duration wait_max = std::chrono::minutes(10);
};

class WaitingLine {
 public:
  explicit WaitingLine(const LineOptions& options) : options_(options) {}

  // `until`: it is not worth a replica after that. The bounds may be passed until Overflow is
  // called: who does not have to wait is not held against them.
  TicketId Enter(const std::string& model, const FairShare& share, TimePoint until);
  // It does not wait any more; nothing happens where it does not.
  void Leave(TicketId id);

  // Takes out who is too much: the newest request of the key that has most of the line, and of that
  // key's run that has most of it, until the rest fits. So neither a key nor a run keeps others
  // out.
  std::vector<TicketId> Overflow();
  // Takes out who has waited until its end.
  std::vector<TicketId> Expired(TimePoint now);
  std::vector<TicketId> All() const;

  std::vector<std::string> models() const;  // with somebody waiting
  std::optional<TicketId> Next(const std::string& model) const;
  // Takes Next out: it begins. Settle follows.
  void Begin(const std::string& model);
  void Settle(const std::string& model, const FairShare& share, int64_t tokens_used);

  int64_t n_requests() const { return static_cast<int64_t>(waiting_.size()); }
  int64_t n_tokens() const { return n_tokens_; }

 private:
  struct Waiting {
    std::string model;
    FairShare share;
    TimePoint until;
  };
  bool Fits() const {
    return n_requests() <= options_.requests_max && n_tokens_ <= options_.tokens_max;
  }
  TicketId NewestOfGreediest() const;
  void Drop(std::map<TicketId, Waiting>::iterator waiting);

  const LineOptions options_;
  std::map<std::string, FairQueue> queues_;  // by model
  std::map<TicketId, Waiting> waiting_;
  int64_t n_tokens_ = 0;
  TicketId last_id_ = 0;
};

}  // namespace lemma::pool
