#include "service/store/profile_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "service/store/test_databases.h"

namespace lemma::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr int64_t kNow = 1'800'000'000'000;
constexpr const char* kProduction = "production";

class ProfileStoreTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (HasFatalFailure()) return;
    database_ = Open();
    store_ = std::make_unique<ProfileStore>(*database_, clock_);
  }

  // What the label names, as every process sees it.
  std::vector<ProfileShare> SharesOf(const std::string& label, const std::string& name = "math") {
    const ProfileSnapshot snapshot = *store_->Snapshot();
    for (const ProfileLabel& row : snapshot.labels) {
      if (row.name == name && row.label == label) return row.shares;
    }
    return {};
  }

  ManualUnixClock clock_{kNow};
  std::unique_ptr<Database> database_;
  std::unique_ptr<ProfileStore> store_;
};
LEMMA_FOR_BOTH_DATABASES(ProfileStoreTest);

TEST_P(ProfileStoreTest, SavingMakesVersionsAndMovesNoLabel) {
  EXPECT_EQ(*store_->Save("math", "one", 2), 2);
  ASSERT_TRUE(store_->MoveLabel("math", kProduction, {{2, 1}}).ok());
  clock_.Advance(5);
  EXPECT_EQ(*store_->Save("math", "two\n'''; DROP TABLE profile_versions; -- :name 你好", 2), 3);
  EXPECT_EQ(*store_->Save("own", "x", 1), 1);
  EXPECT_THAT(SharesOf(kProduction), ElementsAre(ProfileShare{2, 1}));
  const ProfileSnapshot snapshot = *store_->Snapshot();
  ASSERT_EQ(snapshot.versions.size(), 3u);
  EXPECT_EQ(snapshot.versions[0].text, "one");
  EXPECT_EQ(snapshot.versions[0].created_ms, kNow);
  EXPECT_EQ(snapshot.versions[1].version, 3);
  EXPECT_EQ(snapshot.versions[1].text, "two\n'''; DROP TABLE profile_versions; -- :name 你好");
  EXPECT_EQ(snapshot.versions[1].created_ms, kNow + 5);
  EXPECT_EQ(snapshot.versions[2].name, "own");
}

TEST_P(ProfileStoreTest, TheSameTextAgainIsTheSameVersion) {
  EXPECT_EQ(*store_->Save("math", "one", 2), 2);
  EXPECT_EQ(*store_->Save("math", "one", 2), 2);
  EXPECT_EQ(*store_->Save("math", "two", 2), 3);
  EXPECT_EQ(*store_->Save("math", "one", 2), 4) << "only the newest counts";
}

TEST_P(ProfileStoreTest, RollingBackUndoesMoveByMove) {
  for (const char* text : {"a", "b", "c"}) ASSERT_TRUE(store_->Save("math", text, 2).ok());
  for (const int32_t version : {2, 3}) {
    ASSERT_TRUE(store_->MoveLabel("math", kProduction, {{version, 1}}).ok());
  }
  EXPECT_THAT(store_->RollBack("math", kProduction)->shares, ElementsAre(ProfileShare{2, 1}));
  ASSERT_TRUE(store_->MoveLabel("math", kProduction, {{4, 1}}).ok());
  EXPECT_THAT(store_->RollBack("math", kProduction)->shares, ElementsAre(ProfileShare{2, 1}))
      << "what was rolled back does not come back";
  EXPECT_THAT(SharesOf(kProduction), ElementsAre(ProfileShare{2, 1}));
  EXPECT_THAT(store_->RollBack("math", kProduction)->shares, IsEmpty());
  EXPECT_THAT(SharesOf(kProduction), IsEmpty());
  EXPECT_EQ(store_->RollBack("math", kProduction).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store_->RollBack("own", kProduction).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(store_->MoveLabel("math", kProduction, {{3, 1}}).ok());
  EXPECT_THAT(store_->RollBack("math", kProduction)->shares, IsEmpty());
}

TEST_P(ProfileStoreTest, LabelsNameVersionsThatExist) {
  ASSERT_TRUE(store_->Save("math", "a", 2).ok());
  const auto refusal = [&](const std::vector<ProfileShare>& shares,
                           const std::vector<int32_t>& unsaved = {}) {
    const Status status = store_->MoveLabel("math", "staging", shares, unsaved);
    EXPECT_TRUE(status.ok() || status.code() == StatusCode::kInvalidArgument);
    return status.message();
  };
  EXPECT_THAT(refusal({{3, 1}}), HasSubstr("no version 3"));
  EXPECT_THAT(refusal({{1, 1}}), HasSubstr("no version 1"));
  EXPECT_THAT(refusal({{2, 0}}), HasSubstr("weight"));
  EXPECT_THAT(refusal({{2, kShareWeightMax + 1}}), HasSubstr("weight"));
  EXPECT_THAT(refusal({{2, 1}, {2, 1}}), HasSubstr("twice"));
  EXPECT_THAT(refusal({}), HasSubstr("1 to 16"));
  EXPECT_THAT(SharesOf("staging"), IsEmpty());
  EXPECT_EQ(refusal({{1, 90}, {2, 10}}, {1}), "");
  EXPECT_THAT(SharesOf("staging"), ElementsAre(ProfileShare{1, 90}, ProfileShare{2, 10}));
}

TEST_P(ProfileStoreTest, EveryChangeIsCountedForOtherProcesses) {
  const auto other = Open();
  ProfileStore elsewhere(*other, clock_);
  int64_t change = *elsewhere.Change();
  const auto has_changed = [&] {
    const int64_t before = std::exchange(change, *elsewhere.Change());
    return change > before;
  };
  ASSERT_TRUE(store_->Save("math", "a", 2).ok());
  EXPECT_TRUE(has_changed());
  ASSERT_TRUE(store_->MoveLabel("math", kProduction, {{2, 1}}).ok());
  EXPECT_TRUE(has_changed());
  ASSERT_TRUE(store_->RollBack("math", kProduction).ok());
  EXPECT_TRUE(has_changed());
  ASSERT_FALSE(store_->MoveLabel("math", kProduction, {{9, 1}}).ok());
  EXPECT_FALSE(has_changed()) << "what failed is undone as a whole";
  EXPECT_EQ(elsewhere.Snapshot()->change, change);
}

TEST_P(ProfileStoreTest, ManyThatSaveAtOnceGetVersionsOfTheirOwn) {
  std::vector<int32_t> versions(12);
  InThreads(12, [&](int i) {
    const auto saved = store_->Save("math", "text " + std::to_string(i), 2);
    ASSERT_TRUE(saved.ok()) << saved.status().message();
    versions[static_cast<size_t>(i)] = *saved;
  });
  const std::set<int32_t> distinct(versions.begin(), versions.end());
  EXPECT_EQ(distinct.size(), 12u);
  EXPECT_EQ(*distinct.begin(), 2);
  EXPECT_EQ(*distinct.rbegin(), 13);
}

}  // namespace
}  // namespace lemma::store
