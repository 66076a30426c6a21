// Who gets a request, with time in the test's hands.
#include "service/pool/replica_table.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace lemma::pool {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ReplicaTableTest : public testing::Test {
 protected:
  ReplicaId AddReady(const std::string& name, const std::string& model = "m") {
    const ReplicaId id = table_.Add(name);
    table_.Find(id)->models = {model};
    Answer(id);
    return id;
  }
  void Answer(ReplicaId id) { table_.OnProbeAnswer(id, /*is_ready=*/true, {}, now_); }
  // Past every warm-up, with probes answered.
  void WarmUp() {
    now_ += seconds(60);
    for (const auto& [id, replica] : table_.replicas()) Answer(id);
  }
  ReplicaId MustChoose(const RouteRequest& request) {
    const auto chosen = table_.Choose(request, now_);
    EXPECT_TRUE(chosen.ok()) << chosen.status().ToString();
    return chosen.ok() ? *chosen : kNoReplica;
  }

  ReplicaTable table_{RoutingOptions()};
  TimePoint now_{};
};

TEST_F(ReplicaTableTest, TheFewestReservedTokensWinNotTheFewestRequests) {
  const ReplicaId a = AddReady("a");
  const ReplicaId b = AddReady("b");
  WarmUp();
  const ReplicaId long_one = MustChoose({.tokens = 40960});
  const ReplicaId other = long_one == a ? b : a;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(MustChoose({.tokens = 1000}), other);
  table_.End(long_one, 40960, Outcome::kAnswered, now_);
  EXPECT_EQ(MustChoose({.tokens = 1000}), long_one);
}

TEST_F(ReplicaTableTest, WhatIsGoneHoldsNothing) {
  const ReplicaId id = AddReady("a");
  Replica& replica = *table_.Find(id);
  replica.resources.kv_usage = 0.97;
  table_.OnProbeFailure(id, /*has_connected=*/true, now_);
  EXPECT_TRUE(replica.resources.kv_usage) << "it is busy";
  table_.OnProbeFailure(id, /*has_connected=*/false, now_);
  EXPECT_FALSE(replica.resources.kv_usage);
  replica.resources.kv_usage = 0.97;
  table_.OnProcess(id);  // another one in its place
  EXPECT_FALSE(replica.resources.kv_usage);
}

TEST_F(ReplicaTableTest, IdleReplicasTakeTurns) {
  AddReady("a");
  AddReady("b");
  AddReady("c");
  WarmUp();
  std::map<ReplicaId, int> n;
  for (int i = 0; i < 30; ++i) {
    const ReplicaId id = MustChoose({.tokens = 100});
    ++n[id];
    table_.End(id, 100, Outcome::kAnswered, now_);
  }
  for (const auto& [id, count] : n) EXPECT_EQ(count, 10) << id;
  EXPECT_EQ(n.size(), 3u);
}

TEST_F(ReplicaTableTest, AConversationStaysUntilItsReplicaIsClearlyBusier) {
  for (const char* name : {"a", "b", "c", "d"}) AddReady(name);
  WarmUp();
  std::set<ReplicaId> used;
  for (uint64_t conversation = 1; conversation <= 64; ++conversation) {
    const RouteRequest request = {.tokens = 500, .conversation = conversation * 7919};
    const ReplicaId first = MustChoose(request);
    table_.End(first, 500, Outcome::kAnswered, now_);
    for (int turn = 0; turn < 5; ++turn) {
      const ReplicaId id = MustChoose(request);
      EXPECT_EQ(id, first);
      table_.End(id, 500, Outcome::kAnswered, now_);
    }
    used.insert(first);
  }
  EXPECT_EQ(used.size(), 4u);  // conversations spread

  const RouteRequest large = {.tokens = 20000, .conversation = 4242};
  const ReplicaId home = MustChoose(large);
  EXPECT_NE(MustChoose(large), home);
}

TEST_F(ReplicaTableTest, OnlyTheConversationsOfAReplicaThatGoesMove) {
  const ReplicaId gone = AddReady("a");
  for (const char* name : {"b", "c", "d"}) AddReady(name);
  WarmUp();
  std::map<uint64_t, ReplicaId> homes;
  const auto home_of = [&](uint64_t conversation) {
    const ReplicaId id = MustChoose({.tokens = 1, .conversation = conversation});
    table_.End(id, 1, Outcome::kAnswered, now_);
    return id;
  };
  for (uint64_t c = 1; c <= 200; ++c) homes[c] = home_of(c);
  table_.Remove(gone);
  for (const auto& [conversation, home] : homes) {
    if (home != gone) EXPECT_EQ(home_of(conversation), home);
  }
}

TEST_F(ReplicaTableTest, ANewReplicaGetsLittleAtFirst) {
  AddReady("old");
  WarmUp();
  const ReplicaId fresh = AddReady("new");
  const auto share_of_fresh = [&] {
    int n = 0;
    std::vector<ReplicaId> held;
    for (int i = 0; i < 110; ++i) held.push_back(MustChoose({.tokens = 100}));
    for (const ReplicaId id : held) {
      n += id == fresh;
      table_.End(id, 100, Outcome::kAnswered, now_);
    }
    return n;
  };
  const int at_first = share_of_fresh();
  EXPECT_GE(at_first, 5);
  EXPECT_LE(at_first, 15);
  now_ += seconds(5);
  for (const auto& [id, replica] : table_.replicas()) Answer(id);
  EXPECT_GT(share_of_fresh(), at_first);
  WarmUp();
  EXPECT_NEAR(share_of_fresh(), 55, 1);
}

TEST_F(ReplicaTableTest, AModelIsAskedOfItsOwnReplicasAlone) {
  const ReplicaId math = AddReady("a", "math");
  const ReplicaId code = AddReady("b", "code");
  WarmUp();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(MustChoose({.model = "code", .tokens = 9}), code);
    EXPECT_EQ(MustChoose({.model = "math", .tokens = 9}), math);
    EXPECT_EQ(MustChoose({.tokens = 9}), math);  // the first is the default
  }
  const Status unknown = table_.Choose({.model = "poetry"}, now_).status();
  EXPECT_EQ(unknown.code(), StatusCode::kNotFound);
  EXPECT_EQ(unknown.field(), "model");
  EXPECT_EQ(unknown.message(), "there is no model \"poetry\" here; there are: math, code");
  // One that may yet say so could be the one.
  table_.Add("c");
  EXPECT_EQ(table_.Choose({.model = "poetry"}, now_).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(table_.Choose({.model = "math", .not_on = math}, now_).status().code(),
            StatusCode::kUnavailable);
}

TEST_F(ReplicaTableTest, DrainingLetsFinishAndGivesNothingNew) {
  const ReplicaId a = AddReady("a");
  const ReplicaId b = AddReady("b");
  WarmUp();
  const ReplicaId first = MustChoose({.tokens = 10});
  table_.Find(first)->draining = true;
  const ReplicaId other = first == a ? b : a;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(MustChoose({.tokens = 10}), other);
  EXPECT_EQ(table_.n_ready(now_), 1);
  EXPECT_EQ(table_.Find(first)->n_in_flight, 1);
  table_.End(first, 10, Outcome::kAnswered, now_);
  EXPECT_EQ(table_.Find(first)->n_in_flight, 0);
  table_.Find(first)->draining = false;
  EXPECT_EQ(MustChoose({.tokens = 10}), first);
}

TEST_F(ReplicaTableTest, AReplicaThatWasLostGetsNothingUntilAProbeIsAnswered) {
  for (const Outcome outcome : {Outcome::kLost, Outcome::kUnreachable}) {
    ReplicaTable table{RoutingOptions()};
    const ReplicaId id = table.Add("a");
    table.Find(id)->models = {"m"};
    table.OnProbeAnswer(id, true, {}, now_);
    ASSERT_TRUE(table.Choose({}, now_).ok());
    table.End(id, 0, outcome, now_);
    EXPECT_FALSE(table.Choose({}, now_).ok());
    table.OnProbeAnswer(id, true, {}, now_);
    EXPECT_TRUE(table.Choose({}, now_).ok());
  }
}

// Health.

TEST_F(ReplicaTableTest, SilenceIsSlowThenHungAndIsSaidOnce) {
  const ReplicaId a = AddReady("a");
  const ReplicaId b = AddReady("b");
  WarmUp();
  const auto state = [&] { return table_.Find(a)->health.state(now_); };
  const TimePoint heard = now_;
  while (state() != HealthState::kHung) {
    now_ += milliseconds(500);
    Answer(b);
    if ((now_ - heard) % seconds(2) == Duration{}) table_.OnProbeFailure(a, true, now_);
    ASSERT_LT(now_ - heard, seconds(11));
    if (now_ - heard > seconds(3)) {
      EXPECT_EQ(MustChoose({.tokens = 1}), b);  // while another answers
      EXPECT_EQ(table_.Choose({.not_on = b}, now_).ok(), state() == HealthState::kSilent);
    }
  }
  EXPECT_GE(now_ - heard, HealthOptions().hung_after);
  EXPECT_LE(now_ - heard, seconds(10));
  EXPECT_EQ(table_.TakeNewlyHung(now_), std::vector<ReplicaId>{a});
  EXPECT_TRUE(table_.TakeNewlyHung(now_).empty());
  Answer(a);
  EXPECT_EQ(state(), HealthState::kReady);
  EXPECT_TRUE(table_.TakeNewlyHung(now_).empty());
}

TEST_F(ReplicaTableTest, WhatDropsItsConnectionsAndThenSaysNothingHangsToo) {
  const ReplicaId a = AddReady("a");
  const auto probe = [&](bool has_connected) {
    now_ += seconds(3);
    table_.OnProbeFailure(a, has_connected, now_);
    return table_.Find(a)->health.state(now_);
  };
  EXPECT_EQ(probe(false), HealthState::kDown);
  EXPECT_EQ(probe(true), HealthState::kDown);
  EXPECT_EQ(probe(true), HealthState::kDown);
  EXPECT_EQ(probe(true), HealthState::kHung);
  EXPECT_EQ(probe(false), HealthState::kDown) << "its process has ended";
}

TEST_F(ReplicaTableTest, AGatewayThatSleptDoesNotTakeItsReplicasForHung) {
  AddReady("a");
  now_ += seconds(3600);
  EXPECT_TRUE(table_.TakeNewlyHung(now_).empty());
  EXPECT_EQ(table_.n_ready(now_), 1);
}

TEST_F(ReplicaTableTest, AnEngineThatMakesNoStepHangsThoughItsServerAnswers) {
  const ReplicaId a = AddReady("a");
  const Duration limit = HealthOptions().stall_max;
  table_.OnProbeAnswer(a, true, limit, now_);
  EXPECT_TRUE(table_.TakeNewlyHung(now_).empty());
  table_.OnProbeAnswer(a, true, limit + milliseconds(1), now_);
  EXPECT_EQ(table_.TakeNewlyHung(now_).size(), 1u);
  EXPECT_FALSE(table_.Choose({}, now_).ok());
}

TEST_F(ReplicaTableTest, WhoNeedsRoomGetsItOnlyWhereItIsComputedAtOnce) {
  const ReplicaId a = AddReady("a");
  WarmUp();
  table_.Find(a)->capacity = {.requests = 2, .tokens = 1000, .answer_tokens = 300};
  EXPECT_EQ(table_.AnswerTokens("m"), 300);
  const RouteRequest large = {.tokens = 5000, .needs_room = true};
  EXPECT_EQ(MustChoose(large), a) << "alone it is the replica that says no";
  EXPECT_EQ(MustChoose({.tokens = 1, .needs_room = true}), kNoReplica);
  table_.End(a, 5000, Outcome::kAnswered, now_);
  EXPECT_EQ(MustChoose({.tokens = 600, .needs_room = true}), a);
  EXPECT_EQ(MustChoose({.tokens = 401, .needs_room = true}), kNoReplica);
  EXPECT_EQ(MustChoose({.tokens = 400, .needs_room = true}), a);
  EXPECT_EQ(MustChoose({.tokens = 0, .needs_room = true}), kNoReplica) << "no third request";
  EXPECT_EQ(MustChoose({.tokens = 9000}), a) << "what does not need it goes there";
  const ReplicaId b = AddReady("b");
  EXPECT_EQ(MustChoose({.tokens = 400, .needs_room = true}), b);
}

}  // namespace
}  // namespace lemma::pool
