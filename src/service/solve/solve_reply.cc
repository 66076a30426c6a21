#include "service/solve/solve_reply.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "common/base/error_body.h"
#include "common/net/retry_after.h"
#include "common/net/sse.h"
#include "service/reason/consensus/sampling_plan.h"
#include "service/reason/consensus/vote_forecast.h"

namespace lemma::solve {
namespace {

namespace json = boost::json;

json::object RenderSample(const Sample& sample) {
  json::object object = {{"index", sample.index},
                         {"state", SampleStateName(sample.state)},
                         {"answer", nullptr},
                         {"finish_reason", nullptr},
                         {"completion_tokens", sample.n_tokens}};
  if (sample.answer) object["answer"] = *sample.answer;
  if (!sample.finish_reason.empty()) object["finish_reason"] = sample.finish_reason;
  TellInterventions(sample, object);
  if (const auto lowest = sample.confidence.Lowest()) object["confidence"] = *lowest;
  if (sample.report) object["tests"] = RenderReport(*sample.report);
  return object;
}

// The chance that so many votes as may ever be asked for would choose the same answer: of as many
// votes as there were, shared out by weight.
double Confidence(const reason::AnswerVote& vote) {
  std::vector<int> counts;
  for (const auto& cluster : vote.clusters()) {
    counts.push_back(
        static_cast<int>(std::lround(cluster.weight / vote.weight() * vote.n_votes())));
  }
  counts[0] = std::max(counts[0], 1);
  return reason::ChanceThatTheFirstWins(counts, reason::kSamplesMax);
}

// How the answer was checked; null: by nothing but the samples themselves.
json::value RenderVerified(const Sample* best) {
  if (best != nullptr && best->was_examined) {
    json::object verified = RenderClaims(*best);
    verified["by"] = "claims";
    return verified;
  }
  if (best == nullptr || !best->report) return nullptr;
  json::object verified = RenderReport(*best->report);
  verified["by"] = "tests";
  return verified;
}

std::vector<net::Header> Headers(const std::string& profile) {
  if (profile.empty()) return {};
  return {{"x-lemma-profile", profile}};
}

}  // namespace

json::object RenderReport(const reason::JudgeReport& report) {
  json::object object = {{"verdict", reason::VerdictName(report.verdict)},
                         {"passed", report.n_accepted},
                         {"total", report.tests.size()}};
  json::array verdicts;
  for (const reason::TestVerdict& test : report.tests) {
    verdicts.push_back({{"test", test.name}, {"verdict", reason::VerdictName(test.verdict)}});
  }
  object["verdicts"] = std::move(verdicts);
  for (const reason::TestVerdict& test : report.tests) {
    if (test.verdict == reason::Verdict::kAccepted) continue;
    object["failed"] = {{"test", test.name},
                        {"verdict", reason::VerdictName(test.verdict)},
                        {"message", test.message}};
    break;
  }
  return object;
}

json::object RenderClaims(const Sample& sample) {
  json::array claims;
  for (const Claim& claim : sample.claims) {
    claims.push_back({{"claim", claim.text}, {"holds", claim.holds}});
  }
  return {{"claims", std::move(claims)}, {"reliability", Reliability(sample)}};
}

void TellInterventions(const Sample& sample, json::object& object) {
  if (!sample.thinking_closed.empty()) object["thinking_closed"] = sample.thinking_closed;
  if (!sample.loop.empty()) object["loop"] = sample.loop;
  if (sample.is_salvaged) object["answer_salvaged"] = true;
}

json::array RenderVotes(const reason::AnswerVote& vote) {
  json::array votes;
  for (const auto& cluster : vote.clusters()) {
    votes.push_back({{"answer", cluster.answer},
                     {"count", cluster.samples.size()},
                     {"weight", cluster.weight},
                     {"samples", json::value_from(cluster.samples)}});
  }
  return votes;
}

json::object RenderResult(const SolveResult& result) {
  json::array samples;
  for (const auto& sample : *result.samples) samples.push_back(RenderSample(*sample));
  const auto& clusters = result.vote->clusters();
  const bool has_voted = !clusters.empty() && result.vote->weight() > 0;
  json::object object = {
      {"id", result.id},
      {"object", "solve"},
      {"model", result.model},
      {"profile", result.profile},
      {"answer", nullptr},
      {"solution", result.best == nullptr ? "" : result.best->text},
      {"reasoning", result.best == nullptr ? "" : result.best->reasoning},
      {"strategy", result.strategy},
      {"stopped", result.stopped},
      {"votes", RenderVotes(*result.vote)},
      {"agreement", nullptr},
      {"confidence", nullptr},
      {"verified", RenderVerified(result.best)},
      {"repairs", result.n_repairs},
      {"samples", std::move(samples)},
      {"tokens_saved", result.tokens_saved},
      {"usage",
       {{"prompt_tokens", result.usage.prompt_tokens},
        {"completion_tokens", result.usage.completion_tokens},
        {"total_tokens", result.usage.prompt_tokens + result.usage.completion_tokens}}}};
  if (has_voted) {
    object["agreement"] = clusters[0].weight / result.vote->weight();
    object["confidence"] = Confidence(*result.vote);
  }
  object["solution_sample"] =
      result.best == nullptr ? json::value(nullptr) : json::value(result.best->index);
  if (result.best != nullptr && result.best->answer) object["answer"] = *result.best->answer;
  return object;
}

bool SolveWriter::Begin(const std::string& profile) {
  if (!is_stream_ || std::exchange(has_begun_, true)) return false;
  net::HttpResponse head{200, Headers(profile), ""};
  head.headers.push_back({"Content-Type", "text/event-stream; charset=utf-8"});
  head.headers.push_back({"Cache-Control", "no-cache"});
  head.headers.push_back({"X-Accel-Buffering", "no"});
  exchange_->Start(std::move(head));
  return true;
}

void SolveWriter::Event(json::object event) {
  if (has_begun_) exchange_->Write(net::SseEvent(json::serialize(event)));
}

void SolveWriter::Ping() {
  if (has_begun_) exchange_->Write(": ping\n\n");
}

void SolveWriter::End(const SolveResult& result) {
  json::object object = RenderResult(result);
  if (!is_stream_) {
    net::HttpResponse response = net::HttpResponse::Json(200, json::serialize(object));
    for (net::Header& header : Headers(result.profile)) {
      response.headers.push_back(std::move(header));
    }
    return exchange_->Send(std::move(response));
  }
  Begin(result.profile);
  object["type"] = "result";
  Event(std::move(object));
  exchange_->Write(net::SseEvent("[DONE]"));
  exchange_->Finish();
}

void SolveWriter::Fail(const Status& status) {
  net::HttpResponse response = net::HttpResponse::Json(HttpStatusOf(status), ErrorBody(status));
  if (response.status == 504) net::AddNoRetry(response);
  Fail(std::move(response));
}

void SolveWriter::Fail(net::HttpResponse response) {
  if (!has_begun_) return exchange_->Send(std::move(response));
  exchange_->Write(net::SseEvent(response.body, "error"));
  exchange_->Finish();
}

}  // namespace lemma::solve
