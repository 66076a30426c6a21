// For tests: a database with a set of sums, and evaluations in it.
#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/json.h"
#include "service/eval/figures.h"
#include "service/eval/report.h"
#include "service/evaluations/evaluation_request.h"
#include "service/store/evaluation_store.h"
#include "service/store/gate_store.h"
#include "service/store/problem_set_store.h"
#include "service/store/profile_store.h"
#include "service/store/test_databases.h"

namespace lemma::evaluations {

inline constexpr int kProblems = 8;

// What is 0 + 0? 0; 1 + 1? 2; ...
inline std::string Sums() {
  std::string lines;
  for (int i = 0; i < kProblems; ++i) {
    const std::string n = std::to_string(i);
    lines += R"({"id": "p)" + n + R"(", "problem": "What is )" + n + " + " + n +
             R"(?", "answer": ")" + std::to_string(2 * i) + "\"}\n";
  }
  return lines;
}

class EvaluationsTest : public store::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    database_ = Open();
    store_ = std::make_unique<store::EvaluationStore>(*database_, clock_);
    sets_ = std::make_unique<store::ProblemSetStore>(*database_, clock_);
    gates_ = std::make_unique<store::GateStore>(*database_, clock_);
    profiles_ = std::make_unique<store::ProfileStore>(*database_, clock_);
    set_ = *sets_->Create(*NewProblemSet("sums", Sums()), by_);
  }

  // Of the version, to be run.
  std::string Ask(int64_t version, const boost::json::object& settings = {},
                  int64_t n_samples = 1) {
    clock_.Advance(1);
    const auto made =
        store_->Create(*NewEvaluation("math", version, set_, n_samples, settings), by_);
    LEMMA_CHECK(made.ok(), made.status().ToString().c_str());
    return made->id;
  }

  // Of the version, done: the first so many problems are right. Each on weights of its own.
  std::string Done(int64_t version, int n_right, const boost::json::object& settings = {}) {
    const std::string id = Ask(version, settings);
    LEMMA_CHECK(*store_->Claim(id, "run", 1000), "another one runs");
    auto asked = ParseJsonObject(store_->Find(id)->settings, "the settings").value();
    asked["model"] = "lemma-mini";
    asked["system_fingerprint"] = "weights of " + id;
    LEMMA_CHECK(store_->Begin(id, boost::json::serialize(asked)).ok(), "it can begin");
    LEMMA_CHECK(
        *store_->End(id, "run", {kProblems, n_right, kProblems}, {.report = ReportOf(n_right)}),
        "it has been lost");
    return id;
  }

  std::string ReportOf(int n_right) const {
    const eval::Dataset dataset = *eval::ParseDataset(set_.lines, set_.name, {});
    eval::Samples samples(kProblems, std::vector<eval::SampleResult>(1));
    for (int i = 0; i < kProblems; ++i) {
      samples[i][0].outcome = i < n_right ? eval::Outcome::kRight : eval::Outcome::kWrong;
    }
    const eval::RunSettings settings;
    const eval::Figures figures = eval::ComputeFigures(dataset, settings, samples);
    return boost::json::serialize(eval::RenderReport({dataset, settings, samples, figures}));
  }

  ManualUnixClock clock_{1'800'000'000'000};
  const store::Actor by_{"alice", "", access::AdminRole::kAdmin};
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::EvaluationStore> store_;
  std::unique_ptr<store::ProblemSetStore> sets_;
  std::unique_ptr<store::GateStore> gates_;
  std::unique_ptr<store::ProfileStore> profiles_;
  store::ProblemSet set_;
};

}  // namespace lemma::evaluations
