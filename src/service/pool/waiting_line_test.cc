// Who waits, who is next and who is too much; then minutes of invented traffic over many seeds.
#include "service/pool/waiting_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace lemma::pool {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint kEver = TimePoint::max();
const std::string kModel = "m";

TEST(WaitingLineTest, KeysTakeTurnsByTokensAndAKeysRequestsKeepTheirOrder) {
  WaitingLine line{LineOptions()};
  std::vector<TicketId> small;
  std::vector<TicketId> large;
  for (int i = 0; i < 8; ++i) small.push_back(line.Enter(kModel, {"small", 1, 100}, kEver));
  for (int i = 0; i < 2; ++i) large.push_back(line.Enter(kModel, {"large", 1, 400}, kEver));
  std::vector<TicketId> order;
  while (const auto next = line.Next(kModel)) {
    order.push_back(*next);
    line.Begin(kModel);
  }
  EXPECT_EQ(order, (std::vector<TicketId>{small[0], large[0], small[1], small[2], small[3],
                                          small[4], large[1], small[5], small[6], small[7]}));
}

TEST(WaitingLineTest, AKeysRunsTakeTurnsWithEachOtherAndWithAllElseItAsks) {
  WaitingLine line({.requests_max = 15});
  const auto chat = [&](const std::string& run, int64_t tokens) {
    return line.Enter(kModel, {"", 1, tokens, run}, kEver);
  };
  std::map<std::string, std::vector<TicketId>> runs;
  for (int i = 0; i < 4; ++i) {
    for (const char* run : {"r1", "r2", "r3"}) runs[run].push_back(chat(run, 8000));
  }
  line.Begin(kModel);  // r1's first
  const TicketId single = chat("", 20), another = chat("", 20);
  std::vector<TicketId> order;
  for (int i = 0; i < 4; ++i) {
    order.push_back(*line.Next(kModel));
    line.Begin(kModel);
  }
  EXPECT_EQ(order, (std::vector{runs["r2"][0], runs["r3"][0], single, another}));
  chat("", 20);
  for (int i = 0; i < 4; ++i) chat("r3", 8000);
  const TicketId newest = chat("r3", 8000);
  const TicketId last = chat("", 20);
  EXPECT_EQ(line.Overflow(), std::vector{newest}) << "of the run that has most, and not " << last;
}

TEST(WaitingLineTest, RunsThatAreAlwaysNewKeepNoQuestionOut) {
  WaitingLine line{LineOptions()};
  std::map<TicketId, FairShare> waiting;
  const auto enter = [&](const std::string& run) {
    const FairShare share = {"", 1, 800, run};
    waiting[line.Enter(kModel, share, kEver)] = share;
  };
  int n_runs = 0, n_questions = 0;
  for (int i = 0; i < 5; ++i) enter("r" + std::to_string(n_runs++));
  enter("");
  for (int i = 0; i < 1000; ++i) {
    const FairShare share = waiting.at(*line.Next(kModel));
    line.Begin(kModel);
    line.Settle(kModel, share, 800);
    n_questions += share.run.empty();
    enter(share.run.empty() ? "" : "r" + std::to_string(n_runs++));
  }
  EXPECT_GE(n_questions, 1000 / 20) << "beside five runs at a time";
}

TEST(WaitingLineTest, NobodySavesUpWhileIdleAndNobodyPaysForAServerThatNobodyWanted) {
  WaitingLine line{LineOptions()};
  const FairShare a = {"a", 1, 1000};
  const FairShare b = {"b", 1, 1000};
  line.Enter(kModel, {"other", 1, 1}, kEver);  // so that the model is never idle
  line.Begin(kModel);
  for (int i = 0; i < 50; ++i) {  // alone
    line.Enter(kModel, a, kEver);
    line.Begin(kModel);
    line.Settle(kModel, a, 1000);
  }
  int n_a = 0;
  for (int i = 0; i < 20; ++i) {
    line.Enter(kModel, a, kEver);
    line.Enter(kModel, b, kEver);
  }
  for (int i = 0; i < 20; ++i) {
    const TicketId next = *line.Next(kModel);
    const bool is_a = (next - 52) % 2 == 0;
    n_a += is_a;
    line.Begin(kModel);
    line.Settle(kModel, is_a ? a : b, 1000);
  }
  EXPECT_NEAR(n_a, 10, 1);
}

TEST(WaitingLineTest, WhatIsChargedInTheEndIsWhatWasUsed) {
  WaitingLine line{LineOptions()};
  const FairShare modest = {"modest", 1, 1000};    // and uses it
  const FairShare careful = {"careful", 1, 4000};  // and uses a quarter
  std::map<std::string, int64_t> used;
  std::map<TicketId, FairShare> waiting;
  for (int i = 0; i < 100; ++i) {
    for (const FairShare& share : {modest, careful}) {
      waiting[line.Enter(kModel, share, kEver)] = share;
    }
  }
  for (int i = 0; i < 100; ++i) {
    const FairShare share = waiting.at(*line.Next(kModel));
    line.Begin(kModel);
    line.Settle(kModel, share, 1000);
    used[share.key_id] += 1000;
  }
  EXPECT_EQ(used["modest"], used["careful"]);
}

TEST(WaitingLineTest, AFullLineDropsTheNewestOfWhoHasMostOfIt) {
  WaitingLine line({.requests_max = 4, .tokens_max = 1000});
  std::vector<TicketId> greedy;
  for (int i = 0; i < 4; ++i) greedy.push_back(line.Enter(kModel, {"greedy", 1, 100}, kEver));
  EXPECT_TRUE(line.Overflow().empty());
  const TicketId more = line.Enter(kModel, {"greedy", 1, 100}, kEver);
  EXPECT_EQ(line.Overflow(), std::vector{more});
  line.Enter("another model", {"new", 1, 100}, kEver);
  EXPECT_EQ(line.Overflow(), std::vector{greedy[3]});
  EXPECT_EQ(line.n_requests(), 4);
  const TicketId huge = line.Enter(kModel, {"huge", 1, 1001}, kEver);
  EXPECT_EQ(line.Overflow(), std::vector{huge});
  line.Enter(kModel, {"low", 1.0 / 16, 100}, kEver);  // has its place in the line as all others
  EXPECT_EQ(line.Overflow(), std::vector{greedy[2]});
  EXPECT_EQ(line.n_tokens(), 400);
}

TEST(WaitingLineTest, WhoHasWaitedToItsEndIsTakenOutAndTheOthersGoOn) {
  WaitingLine line{LineOptions()};
  const TimePoint now{seconds(100)};
  const TicketId first = line.Enter(kModel, {"a", 1, 10}, now + seconds(1));
  const TicketId second = line.Enter(kModel, {"a", 1, 10}, now + seconds(9));
  EXPECT_TRUE(line.Expired(now).empty());
  EXPECT_EQ(line.Expired(now + seconds(1)), std::vector{first});
  EXPECT_EQ(line.Next(kModel), second);
  line.Leave(first);  // and it is gone
  line.Leave(second);
  EXPECT_EQ(line.Next(kModel), std::nullopt);
  EXPECT_EQ(line.n_tokens(), 0);
}

// Keys that ask as they like, a server with a few slots; time goes by in steps.
class Simulation {
 public:
  struct Key {
    FairShare share;
    bool is_greedy = false;  // always has some waiting
    int64_t used = 0;        // tokens of ended requests
    std::vector<TicketId> begun;
  };
  struct Running {
    std::string key_id;
    FairShare share;
    int64_t tokens_used;
    TimePoint ends_at;
  };

  explicit Simulation(uint64_t seed) : random_(seed), n_slots_(1 + Below(8)) {
    const double weights[] = {1.0 / 16, 0.5, 1, 2, 16};
    const int n_keys = 2 + Below(6);
    for (int i = 0; i < n_keys; ++i) {
      const std::string id = "k" + std::to_string(i);
      keys_[id].share = {id, weights[Below(5)], 100 + Below(3000)};
      keys_[id].is_greedy = i < 2 || Below(2) == 0;
    }
  }

  void Run(Duration duration) {
    for (const TimePoint end = now_ + duration; now_ < end; now_ += milliseconds(50)) {
      End();
      for (auto& [id, key] : keys_) {
        const int n = key.is_greedy ? 6 - n_waiting_[id] : (Below(20) == 0 ? Below(5) : 0);
        for (int i = 0; i < n; ++i) Ask(id);
      }
      Disturb();
      for (const TicketId id : line_.Expired(now_)) Gone(id);
      Begin();
      for (const TicketId id : line_.Overflow()) Gone(id);
      EXPECT_LE(line_.n_requests(), kOptions.requests_max);
      EXPECT_LE(line_.n_tokens(), kOptions.tokens_max);
      EXPECT_EQ(static_cast<size_t>(line_.n_requests()), waiting_.size());
    }
  }

  // Of those that always want more: what each has used, by its weight, beside the others.
  void CheckShares() const {
    for (const auto& [id, key] : keys_) {
      EXPECT_TRUE(std::ranges::is_sorted(key.begun)) << "a key's requests keep their order";
      if (!key.is_greedy) continue;
      EXPECT_FALSE(key.begun.empty()) << id << " starves";
      for (const auto& [other_id, other] : keys_) {
        if (!other.is_greedy) continue;
        EXPECT_LE(By(key) - By(other), (n_slots_ + 1) * (Cost(key) + Cost(other)))
            << id << " and " << other_id;
      }
    }
  }

  void CheckNoneIsLost() {
    EXPECT_EQ(n_asked_, n_begun_ + n_gone_ + line_.n_requests());
    EXPECT_EQ(static_cast<size_t>(n_begun_ + n_gone_), ended_once_.size());
  }

  int64_t n_begun() const { return n_begun_; }

 private:
  static constexpr LineOptions kOptions = {
      .requests_max = 64, .tokens_max = 100'000, .wait_max = minutes(60)};

  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  static double By(const Key& key) { return static_cast<double>(key.used) / key.share.weight; }
  static double Cost(const Key& key) {  // of one request, at most
    return static_cast<double>(key.share.tokens) / key.share.weight;
  }

  void Ask(const std::string& id) {
    const TicketId ticket = line_.Enter(kModel, keys_[id].share, now_ + kOptions.wait_max);
    waiting_[ticket] = id;
    ++n_waiting_[id];
    ++n_asked_;
  }
  // A client leaves.
  void Disturb() {
    if (waiting_.empty() || Below(10) != 0) return;
    auto one = waiting_.begin();
    std::advance(one, Below(static_cast<int>(waiting_.size())));
    const TicketId id = one->first;
    line_.Leave(id);
    Gone(id);
  }
  void Gone(TicketId id) {
    EXPECT_TRUE(ended_once_.insert(id).second);
    --n_waiting_[waiting_.at(id)];
    waiting_.erase(id);
    ++n_gone_;
  }
  void Begin() {
    while (static_cast<int>(running_.size()) < n_slots_) {
      const auto next = line_.Next(kModel);
      if (!next) return;
      const std::string id = waiting_.at(*next);
      Key& key = keys_[id];
      line_.Begin(kModel);
      EXPECT_TRUE(ended_once_.insert(*next).second) << "begun twice";
      key.begun.push_back(*next);
      waiting_.erase(*next);
      --n_waiting_[id];
      ++n_begun_;
      const int64_t used = 1 + Below(static_cast<int>(key.share.tokens));
      running_.push_back({id, key.share, used, now_ + milliseconds(used)});
    }
  }
  void End() {
    std::erase_if(running_, [&](const Running& one) {
      if (one.ends_at > now_) return false;
      line_.Settle(kModel, one.share, one.tokens_used);
      keys_[one.key_id].used += one.tokens_used;
      return true;
    });
  }

  std::mt19937_64 random_;
  const int n_slots_;
  TimePoint now_{seconds(1000)};
  WaitingLine line_{kOptions};
  std::map<std::string, Key> keys_;
  std::map<std::string, int> n_waiting_;
  std::map<TicketId, std::string> waiting_;
  std::vector<Running> running_;
  std::set<TicketId> ended_once_;
  int64_t n_asked_ = 0;
  int64_t n_begun_ = 0;
  int64_t n_gone_ = 0;
};

TEST(WaitingLineSimulationTest, SharesStayWithinTheirBoundAndNoRequestIsLost) {
  int64_t n_begun = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(seed);
    Simulation simulation(seed);
    simulation.Run(minutes(10));
    simulation.CheckShares();
    simulation.CheckNoneIsLost();
    n_begun += simulation.n_begun();
    if (testing::Test::HasFailure()) return;  // one seed's story is enough
  }
  EXPECT_GT(n_begun, 100'000);
}

}  // namespace
}  // namespace lemma::pool
