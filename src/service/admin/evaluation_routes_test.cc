// Properties: sets are checked on arrival, with the line; evaluations are begun, found, compared
// and downloaded; a gate refuses with 409 until somebody who may overrides it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "service/admin/test_admin.h"
#include "service/eval/figures.h"
#include "service/eval/report.h"
#include "service/store/evaluation_store.h"
#include "service/store/profile_store.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;
using testing::HasSubstr;

constexpr int kProblems = 8;

std::string Lines() {
  std::string lines;
  for (int i = 0; i < kProblems; ++i) {
    lines += R"({"problem": "What?", "answer": ")" + std::to_string(i) + "\"}\n";
  }
  return lines;
}

json::object ReportOf(int n_right) {
  const eval::Dataset dataset = *eval::ParseDataset(Lines(), "sums", {});
  eval::Samples samples(kProblems, std::vector<eval::SampleResult>(1));
  for (int i = 0; i < n_right; ++i) samples[i][0].outcome = eval::Outcome::kRight;
  eval::RunSettings settings;
  settings.profile = "math@2";
  const eval::Figures figures = eval::ComputeFigures(dataset, settings, samples);
  return eval::RenderReport({dataset, settings, samples, figures});
}

class EvaluationRoutesTest : public AdminTest {
 protected:
  void SetUp() override {
    AdminTest::SetUp();
    store_.emplace(*database_, clock_);
    editor_ = NewPerson("editor", AdminRole::kPromptEditor);
    admin_ = NewPerson("admin", AdminRole::kAdmin);
    store::ProfileStore profiles(*database_, clock_);
    ASSERT_TRUE(
        profiles.Save("math", "name = \"math\"\ntask = \"math\"\n[system]\nen = \"x\"\n", 2).ok());
    const auto made = AskAs(editor_, "POST", "/problem-sets",
                            json::serialize(json::object{{"name", "sums"}, {"problems", Lines()}}));
    ASSERT_EQ(made.status, 201) << made.body;
    set_ = Parse(made).at("id").as_string().c_str();
  }

  net::HttpResponse Begin(int version) {
    return AskAs(
        editor_, "POST", "/evaluations",
        json::serialize(json::object{{"profile", "math"}, {"version", version}, {"set", set_}}));
  }
  std::string Done(int version, int n_right) {
    clock_.Advance(1);
    const std::string id = Parse(Begin(version)).at("id").as_string().c_str();
    EXPECT_TRUE(*store_->Claim(id, "run", 1000));
    EXPECT_TRUE(*store_->End(id, "run", {kProblems, n_right, kProblems},
                             {.report = json::serialize(ReportOf(n_right))}));
    return id;
  }
  net::HttpResponse Promote(const Person& who, bool overrides) {
    const std::string body = overrides ? R"({"shares": [{"version": 2}], "override": true})"
                                       : R"({"shares": [{"version": 2}]})";
    return AskAs(who, "PUT", "/profiles/math/labels/production", body);
  }

  std::optional<store::EvaluationStore> store_;
  Person editor_, admin_;
  std::string set_;
};

TEST_F(EvaluationRoutesTest, ASetIsCheckedOnArrivalAndKeptAsItWas) {
  const auto post = [&](const std::string& name, const std::string& problems) {
    return AskAs(editor_, "POST", "/problem-sets",
                 json::serialize(json::object{{"name", name}, {"problems", problems}}));
  };
  EXPECT_THAT(post("x", Lines() + "{}").body, HasSubstr("problems: line 9: problem is missing"));
  EXPECT_THAT(post("sums", Lines()).body, HasSubstr("name: a set has the name"));
  EXPECT_EQ(post("large", std::string((2 << 20) + 1, '"')).status, 413);
  EXPECT_EQ(Parse(AskAs(editor_, "GET", "/problem-sets")).at("sets").at(0).at("problems"),
            kProblems);
  const auto file = AskAs(editor_, "GET", "/problem-sets/" + set_ + "?format=jsonl");
  EXPECT_EQ(file.body, Lines());
  EXPECT_THAT(file.header("content-disposition"), HasSubstr("attachment"));
  EXPECT_EQ(AskAs(editor_, "DELETE", "/problem-sets/" + set_).status, 204);
  EXPECT_EQ(AskAs(editor_, "GET", "/problem-sets/" + set_).status, 404);
}

TEST_F(EvaluationRoutesTest, AreBegunFoundAndCancelled) {
  EXPECT_EQ(Begin(9).status, 404) << "no such version";
  const auto begun = Begin(2);
  ASSERT_EQ(begun.status, 201) << begun.body;
  const json::object evaluation = Parse(begun);
  EXPECT_EQ(evaluation.at("status"), "queued");
  EXPECT_EQ(evaluation.at("asked_by"), "editor");
  const std::string path = "/evaluations/" + std::string(evaluation.at("id").as_string());
  EXPECT_EQ(AskAs(editor_, "GET", path + "/report").status, 404);
  EXPECT_EQ(Parse(AskAs(editor_, "POST", path + "/cancel")).at("status"), "cancelled");
  const auto list = Parse(
      AskAs(editor_, "GET", "/evaluations?profile=math&version=2&status=cancelled&set=" + set_));
  EXPECT_EQ(list.at("evaluations").as_array().size(), 1u);
  EXPECT_THAT(AskAs(editor_, "GET", "/evaluations?status=lost").body, HasSubstr("status: must be"));
  EXPECT_THAT(AskAs(editor_, "POST", "/evaluations",
                    R"({"profile": "math", "version": 2, "set": "set_no"})")
                  .body,
              HasSubstr("set: there is no set"));
}

TEST_F(EvaluationRoutesTest, ReportsAreDownloadsAndCompared) {
  const std::string good = Done(1, kProblems), bad = Done(2, 1);
  const auto file = AskAs(editor_, "GET", "/evaluations/" + bad + "/report");
  EXPECT_EQ(Parse(file).at("lemma_eval"), 1);
  const auto page = AskAs(editor_, "GET", "/evaluations/" + bad + "/report?format=html");
  EXPECT_THAT(page.body, HasSubstr("<!DOCTYPE html>"));
  for (const net::HttpResponse& each : {file, page}) {
    EXPECT_THAT(each.header("content-disposition"), HasSubstr("attachment; filename=\"" + bad));
    EXPECT_THAT(each.header("content-security-policy"), HasSubstr("sandbox"));
  }
  const auto comparison =
      Parse(AskAs(editor_, "GET", "/evaluations/compare?a=" + good + "&b=" + bad));
  EXPECT_EQ(comparison.at("regression"), true);
  EXPECT_EQ(comparison.at("worse"), kProblems - 1);
  EXPECT_EQ(AskAs(editor_, "GET", "/evaluations/compare?a=" + good + "&b=eval_no").status, 404);
  const auto imported =
      Parse(AskAs(editor_, "POST", "/evaluations/import",
                  json::serialize(json::object{{"set", set_}, {"report", ReportOf(kProblems)}})));
  EXPECT_EQ(imported.at("imported"), true);
  EXPECT_EQ(imported.at("version"), 2);
  EXPECT_EQ(imported.at("right"), kProblems);
}

TEST_F(EvaluationRoutesTest, AGateRefusesUntilItIsPassedOrOverridden) {
  const std::string gate = R"({"set": ")" + set_ + R"(", "tolerance": 0.01})";
  EXPECT_EQ(AskAs(editor_, "PUT", "/profiles/math/gate", gate).status, 403);
  EXPECT_THAT(AskAs(admin_, "PUT", "/profiles/math/gate", R"({"set": "set_no"})").body,
              HasSubstr("set: there is no set"));
  EXPECT_EQ(AskAs(admin_, "PUT", "/profiles/none/gate", gate).status, 404);
  ASSERT_EQ(AskAs(admin_, "PUT", "/profiles/math/gate", gate).status, 200);
  EXPECT_THAT(AskAs(editor_, "DELETE", "/problem-sets/" + set_).body, HasSubstr("gate"));
  Done(1, kProblems);
  Done(2, 1);
  const auto refused = Promote(editor_, false);
  EXPECT_EQ(refused.status, 409) << refused.body;
  EXPECT_EQ(CodeOf(refused), "gate_refused");
  EXPECT_THAT(refused.body, HasSubstr("does worse than math@1"));
  const auto state = Parse(AskAs(editor_, "GET", "/profiles/math/gate?version=2"));
  EXPECT_EQ(state.at("gate").at("tolerance"), 0.01);
  EXPECT_EQ(state.at("verdict").at("is_open"), false);
  EXPECT_EQ(state.at("verdict").at("comparison").at("regression"), true);
  EXPECT_EQ(Promote(editor_, true).status, 403);
  EXPECT_EQ(Promote(admin_, true).status, 200);
  const auto entry =
      Parse(AskAs(admin_, "GET", "/audit?action=profile.move_label")).at("entries").at(0);
  EXPECT_EQ(entry.at("actor"), "admin");
  EXPECT_THAT(json::serialize(entry.at("details")), HasSubstr("does worse than math@1"));
  EXPECT_EQ(AskAs(admin_, "DELETE", "/profiles/math/gate").status, 204);
  EXPECT_TRUE(Parse(AskAs(admin_, "GET", "/profiles/math/gate")).at("gate").is_null());
}

}  // namespace
}  // namespace lemma::admin
