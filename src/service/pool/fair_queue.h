// Who of several keys is served next: weighted fair queueing over tokens; and of one key's
// requests, which: the same between its runs of /v1/solve and all else it asks. Pure: no clock, no
// thread. Not thread-safe.
//
// Each key has a counter of tokens divided by its weight; the key with the lowest one is next, and
// its requests go in the order they came. A request counts what it may use from when it begins, and
// what it has used from when it ends. A key that begins to wait starts at the lowest counter of
// those that wait (or waited last), so that nobody saves up while idle, and nobody pays for having
// used a server that nobody else wanted. ("Fairness in Serving Large Language Models", Sheng et
// al., OSDI 2024, section 4, with the charge in advance that a reservation is.)
//
// Bound: of two keys that both wait all the time, neither is ahead of the other, in tokens by
// weight, by more than what both have under way, and one request more of each, may use.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace lemma::pool {

using TicketId = int64_t;  // in the order of arrival

// Whose a request is, and what of the replicas it takes.
struct FairShare {
  std::string key_id;    // "": of nobody known; all of those are one
  double weight = 1;     // over 0
  int64_t tokens = 0;    // of prompt and answer, at most and about
  std::string run = {};  // of the key's, that asks for several answers to one problem; "": none
};

// Flows by name: a flow's requests in the order they came, unless Begin says which of them.
class FlowQueue {
 public:
  // `are_many`: there are ever new flows, each soon gone. All of these would go before one that
  // stays, did newcomers not begin where all stand by what was used meanwhile.
  explicit FlowQueue(bool are_many) : are_many_(are_many) {}

  // `id` is higher than those before it; `cost`: tokens by weight.
  void Push(TicketId id, const std::string& flow, double cost);
  void Remove(TicketId id, const std::string& flow);  // it waits no more

  const std::string* NextFlow() const;   // nullptr: nobody waits
  std::optional<TicketId> Next() const;  // of that, who came first; nothing: nobody waits
  // Takes one of NextFlow out, charged with what it may use. Settle follows.
  void Begin(TicketId id);
  // A request that was begun has ended and used what it did.
  void Settle(const std::string& flow, double cost, double used);

  // Nothing waits and nothing is under way.
  bool is_idle() const { return flows_.empty(); }

 private:
  struct Item {
    TicketId id;
    double cost;  // tokens by weight
  };
  struct Flow {
    std::deque<Item> waiting;
    double used = 0;       // of requests that have ended
    double under_way = 0;  // of those that have not
    int n_under_way = 0;
    double counter() const { return used + under_way; }
  };
  using Flows = std::map<std::string, Flow>;

  Flows::const_iterator Lowest() const;
  void RaiseFloor();

  const bool are_many_;
  Flows flows_;
  double floor_ = 0;  // the lowest `used` of those that wait; never falls while anything is here
};

class FairQueue {
 public:
  // `id` is higher than those before it.
  void Push(TicketId id, const FairShare& share);
  void Remove(TicketId id, const FairShare& share);  // it waits no more

  std::optional<TicketId> Next() const;  // who goes first; nothing: nobody waits
  // Takes Next out, charged with what it may use. Settle follows.
  void Begin();
  // A request that was begun has ended and used so many tokens.
  void Settle(const FairShare& share, int64_t tokens_used);

  // Nothing waits and nothing is under way.
  bool is_idle() const { return keys_.is_idle(); }

 private:
  FlowQueue keys_{/*are_many=*/false};
  std::map<std::string, FlowQueue> runs_;  // of each key that is in keys_
};

}  // namespace lemma::pool
