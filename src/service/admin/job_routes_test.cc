// Properties: jobs of all owners are found and followed; nothing of what was asked or answered is
// shown where the key does not keep it, nor ever a webhook's secret or more of its address than the
// host; a cancel is audited.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/admin/test_admin.h"
#include "service/store/job_store.h"

namespace lemma::admin {
namespace {

using access::AdminRole;
using testing::HasSubstr;
using testing::Not;

class JobRoutesTest : public AdminTest {
 protected:
  void SetUp() override {
    AdminTest::SetUp();
    jobs_.emplace(*database_, keys_->secret(), clock_);
  }

  std::string Key(const std::string& name, bool keeps_content) {
    access::KeySpec spec;
    spec.name = name;
    spec.keeps_content = keeps_content;
    return keys_->Create(spec)->key.id;
  }

  void Create(const std::string& id, const std::string& key_id,
              const std::string& target = "/v1/solve") {
    clock_.Advance(1);
    store::Job job;
    job.id = id;
    job.key_id = key_id;
    job.digest = "d";
    job.target = target;
    job.body = R"({"problem": "the question"})";
    job.webhook.url = "https://judge.example/planted-path?access_token=planted";
    job.webhook.secret = "webhook-secret";
    ASSERT_TRUE(jobs_->Create(job, {}).ok());
  }

  void End(const std::string& run) {
    const std::string id = (*jobs_->Claim(run, 1000))->id;
    const store::JobNews news = {
        R"({"tokens": 7, "samples_ended": 1, "votes": [{"answer": "the vote", "count": 1}]})", "",
        0};
    ASSERT_TRUE(
        *jobs_->End(id, run, news, {store::JobStatus::kDone, 200, R"({"answer": "the reply"})"}));
  }

  std::vector<std::string> Ids(const std::string& query) {
    std::vector<std::string> ids;
    const auto page = Parse(AskAs(viewer_, "GET", "/jobs" + query));
    for (const auto& job : page.at("jobs").as_array()) {
      ids.emplace_back(job.at("id").as_string());
    }
    return ids;
  }

  std::optional<store::JobStore> jobs_;
  Person viewer_;
};

TEST_F(JobRoutesTest, AreFoundByStatusKeyAndTargetAPageAtATime) {
  viewer_ = NewPerson("viewer", AdminRole::kViewer);
  const std::string key = Key("a", false);
  Create("job-1", key);
  Create("job-2", "", "/generate");
  Create("job-3", key);
  End("run");  // the oldest
  using Texts = std::vector<std::string>;
  EXPECT_EQ(Ids(""), (Texts{"job-3", "job-2", "job-1"}));
  EXPECT_EQ(Ids("?status=done"), Texts{"job-1"});
  EXPECT_EQ(Ids("?key_id=" + key), (Texts{"job-3", "job-1"}));
  EXPECT_EQ(Ids("?key_id="), Texts{"job-2"});
  EXPECT_EQ(Ids("?target=/generate"), Texts{"job-2"});
  const auto first = Parse(AskAs(viewer_, "GET", "/jobs?limit=2"));
  EXPECT_EQ(first.at("next"), "job-2");
  EXPECT_EQ(Ids("?limit=2&after=job-2"), Texts{"job-1"});
  EXPECT_TRUE(Parse(AskAs(viewer_, "GET", "/jobs?limit=2&after=job-2")).at("next").is_null());
  EXPECT_THAT(AskAs(viewer_, "GET", "/jobs?status=lost").body, HasSubstr("status: must be"));
  EXPECT_THAT(AskAs(viewer_, "GET", "/jobs?after=job-9").body, HasSubstr("after: there is no"));
}

TEST_F(JobRoutesTest, ContentIsForAdminsWhereItsKeyKeepsIt) {
  viewer_ = NewPerson("viewer", AdminRole::kViewer);
  const Person admin = NewPerson("admin", AdminRole::kAdmin);
  Create("job-kept", Key("kept", true));
  End("one");
  Create("job-not", Key("not", false));
  End("two");
  Create("job-none", "");
  End("three");
  for (const std::string id : {"job-kept", "job-not", "job-none"}) {
    for (const auto& [who, is_admin] : {std::pair(viewer_, false), std::pair(admin, true)}) {
      for (const std::string& path : {"/jobs/" + id, std::string("/jobs")}) {
        const net::HttpResponse answer = AskAs(who, "GET", path);
        EXPECT_EQ(answer.status, 200);
        EXPECT_THAT(answer.body, Not(HasSubstr("webhook-secret")));
        EXPECT_THAT(answer.body, Not(HasSubstr("planted")));
        EXPECT_THAT(answer.body, HasSubstr("\"url\":\"https://judge.example/…\""));
        const bool is_shown = is_admin && path == "/jobs/job-kept";
        for (const char* content : {"the question", "the reply"}) {
          EXPECT_EQ(answer.body.find(content) != std::string::npos, is_shown) << path << content;
        }
        EXPECT_THAT(answer.body, Not(HasSubstr("the vote")));
        EXPECT_THAT(answer.body, HasSubstr("\"samples_ended\":1"));
        EXPECT_THAT(answer.body, HasSubstr("\"state\":\"waiting\""));
      }
    }
  }
  EXPECT_EQ(AskAs(viewer_, "GET", "/jobs/job-9").status, 404);
}

TEST_F(JobRoutesTest, ACancelIsAuditedAndOneThatHasEndedStays) {
  const Person admin = NewPerson("admin", AdminRole::kAdmin);
  Create("job-1", "");
  Create("job-2", "");
  End("run");
  EXPECT_EQ(Parse(AskAs(admin, "POST", "/jobs/job-1/cancel")).at("status"), "done");
  EXPECT_EQ(Parse(AskAs(admin, "POST", "/jobs/job-2/cancel")).at("status"), "cancelled");
  EXPECT_EQ(AskAs(admin, "POST", "/jobs/job-9/cancel").status, 404);
  const auto entries = Parse(AskAs(admin, "GET", "/audit?action=job.cancel")).at("entries");
  ASSERT_EQ(entries.as_array().size(), 1u);
  EXPECT_EQ(entries.at(0).at("target"), "job-2");
  EXPECT_EQ(entries.at(0).at("actor"), "admin");
}

}  // namespace
}  // namespace lemma::admin
