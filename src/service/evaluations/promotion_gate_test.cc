// Properties: production moves to a version only where a finished evaluation shows no significant
// loss against the version that is there, or where somebody overrides it, which is written down;
// what is missing of production is run.
#include "service/evaluations/promotion_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/evaluations/test_evaluations.h"

namespace lemma::evaluations {
namespace {

using store::ProfileShare;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class PromotionGateTest : public EvaluationsTest {
 protected:
  void SetUp() override {
    EvaluationsTest::SetUp();
    gate_ = std::make_unique<PromotionGate>(GateStores{*profiles_, *gates_, *sets_, *store_});
    for (const char* text : {"two", "three"}) ASSERT_TRUE(profiles_->Save("math", text, 2).ok());
    SetGate(0);
  }
  void SetGate(double tolerance) {
    ASSERT_TRUE(gates_->Set("math", store::ProfileGate{set_.id, tolerance}, by_).ok());
  }
  std::string Promote(std::vector<ProfileShare> shares, bool overrides = false) {
    return *gate_->Promote({"math", "production", std::move(shares), overrides}, by_);
  }
  std::vector<ProfileShare> InProduction() {
    const auto snapshot = *profiles_->Snapshot();
    return snapshot.labels.empty() ? std::vector<ProfileShare>() : snapshot.labels[0].shares;
  }
  std::vector<store::Evaluation> Waiting() {
    return *store_->List({.status = store::JobStatus::kQueued}, "", 9);
  }

  std::unique_ptr<PromotionGate> gate_;
};
LEMMA_FOR_BOTH_DATABASES(PromotionGateTest);

TEST_P(PromotionGateTest, WithoutAnEvaluationItIsRefusedAndSaysWhichIsMissing) {
  EXPECT_THAT(Promote({{2, 1}}),
              HasSubstr("math@2 has no finished evaluation on the set \"sums\""));
  EXPECT_THAT(Waiting(), IsEmpty()) << "of the version itself people decide";
  const std::string candidate = Done(2, kProblems);
  EXPECT_THAT(Promote({{2, 1}}), HasSubstr("math@1, which is in production, has no evaluation"));
  const auto waiting = Waiting();
  ASSERT_EQ(waiting.size(), 1u) << "that of production is run";
  EXPECT_EQ(waiting[0].version, 1);
  EXPECT_EQ(waiting[0].set_id, set_.id);
  EXPECT_THAT(Promote({{2, 1}}), HasSubstr(waiting[0].id + " is under way"));
  EXPECT_EQ(Waiting().size(), 1u) << "once";
  EXPECT_THAT(InProduction(), IsEmpty());
}

TEST_P(PromotionGateTest, AWorseVersionIsRefusedAndAGoodOnePasses) {
  Done(1, kProblems);
  const std::string bad = Done(2, 1);
  EXPECT_THAT(Promote({{2, 1}}), HasSubstr("math@2 does worse than math@1 on the set \"sums\": "
                                           "pass@1 12.5 % against 100.0 %"));
  EXPECT_THAT(Promote({{1, 99}, {2, 1}}), HasSubstr("worse")) << "a small share is production too";
  const auto verdict = *gate_->Judge("math", 2);
  EXPECT_EQ(verdict->evaluation, bad);
  EXPECT_TRUE(verdict->comparison->IsRegression());
  Done(3, kProblems - 1);
  EXPECT_EQ(Promote({{3, 1}}), "") << "one problem of eight may be chance";
  EXPECT_THAT(InProduction(), ElementsAre(ProfileShare{3, 1}));
  EXPECT_THAT(Promote({{2, 1}}), HasSubstr("math@3")) << "against what is in production now";
  EXPECT_EQ((*gate_->Judge("math", 3))->refusal, "") << "what is there may stay";
}

TEST_P(PromotionGateTest, TheNewestEvaluationCounts) {
  Done(1, kProblems);
  Done(2, 0);
  Done(2, kProblems);
  EXPECT_EQ(Promote({{2, 1}}), "");
}

TEST_P(PromotionGateTest, ALossWithinTheToleranceIsAccepted) {
  Done(1, kProblems);
  Done(2, 1);
  SetGate(0.9);
  EXPECT_EQ(Promote({{2, 1}}), "");
}

TEST_P(PromotionGateTest, WhatIsAskedOtherwiseThanUsersAskDoesNotCount) {
  Done(1, 0, {{"max_tokens", 1}});
  Done(2, 0, {{"max_tokens", 1}});
  EXPECT_THAT(Promote({{2, 1}}), HasSubstr("math@2 has no finished evaluation"));
  auto imported = *ImportedEvaluation(set_, boost::json::parse(ReportOf(kProblems)).as_object());
  imported.profile = "math";
  imported.version = 2;
  ASSERT_TRUE(store_->Create(imported, by_).ok());
  EXPECT_THAT(Promote({{2, 1}}), HasSubstr("math@2 has no finished evaluation"));
}

TEST_P(PromotionGateTest, AnOverrideMovesItAndTheAuditLogSaysAgainstWhat) {
  EXPECT_EQ(Promote({{2, 1}}, /*overrides=*/true), "");
  EXPECT_THAT(InProduction(), ElementsAre(ProfileShare{2, 1}));
  EXPECT_THAT(Waiting(), IsEmpty());
  const auto entries = *store::AuditLog(*database_, clock_).Query({.action = "profile.move_label"});
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_THAT(entries[0].details, HasSubstr("\"overridden\":\"math@2 has no finished"));
  Done(2, kProblems);
  Done(3, kProblems);
  EXPECT_EQ(Promote({{3, 1}}, /*overrides=*/true), "");
  EXPECT_THAT(store::AuditLog(*database_, clock_).Query({.limit = 1})->at(0).details,
              Not(HasSubstr("overridden")))
      << "the gate was open";
}

TEST_P(PromotionGateTest, OtherLabelsAndProfilesAndRollBacksPass) {
  EXPECT_EQ(*gate_->Promote({"math", "staging", {{2, 1}}}, by_), "");
  ASSERT_EQ(*profiles_->Save("own", "x", 1), 1);
  EXPECT_EQ(*gate_->Promote({"own", "production", {{1, 1}}}, by_), "");
  EXPECT_FALSE(*gate_->Judge("own", 1));
  ASSERT_TRUE(gates_->Set("own", store::ProfileGate{set_.id, 0}, by_).ok());
  EXPECT_EQ((*gate_->Judge("own", 1))->production, 1);
  ASSERT_TRUE(profiles_->RollBack("own", "production", by_).ok());
  EXPECT_EQ((*gate_->Judge("own", 1))->refusal, "") << "nothing runs that it could be worse than";
  EXPECT_EQ(gate_->Promote({"own", "production", {{9, 1}}}, by_).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace lemma::evaluations
