// Sets of problems, and evaluations of versions on them: begun, followed, compared.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <limits>

#include "service/admin/evaluation_json.h"
#include "service/admin/parts.h"
#include "service/admin/query_reader.h"
#include "service/admin/routes.h"
#include "service/evaluations/evaluation_report.h"
#include "service/evaluations/evaluation_request.h"
#include "service/gateway/live_profiles.h"

namespace lemma::admin {
namespace {

namespace json = boost::json;
using access::AdminRole;

// A file for the reader to keep: the console's own policy allows none of what is in it.
net::HttpResponse Download(const std::string& type, const std::string& name, std::string body) {
  return {200,
          {{"Content-Type", type},
           {"Content-Disposition", "attachment; filename=\"" + name + "\""},
           {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"}},
          std::move(body)};
}

Result<net::HttpResponse> ListSets(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const auto sets, call.parts.sets.List());
  json::array list;
  for (const store::ProblemSet& set : sets) list.push_back(ProblemSetJson(set));
  return JsonResponse(json::object{{"sets", std::move(list)}});
}

Result<net::HttpResponse> GetSet(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const store::ProblemSet set, call.parts.sets.Find(call.path.at("id")));
  if (call.query_text("format") == "jsonl") {
    return Download("application/jsonl", set.id + ".jsonl", set.lines);
  }
  return JsonResponse(ProblemSetJson(set));
}

Result<net::HttpResponse> CreateSet(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const store::ProblemSet set,
                         evaluations::NewProblemSet(call.text("name"), call.text("problems")));
  LEMMA_ASSIGN_OR_RETURN(const store::ProblemSet made, call.parts.sets.Create(set, call.actor()));
  return JsonResponse(ProblemSetJson(made), 201);
}

Result<net::HttpResponse> DeleteSet(Call& call) {
  LEMMA_RETURN_IF_ERROR(call.parts.sets.Delete(call.path.at("id"), call.actor()));
  return Done();
}

Result<net::HttpResponse> List(Call& call) {
  store::EvaluationSearch search;
  search.profile = call.query_text("profile");
  search.set_id = call.query_text("set");
  LEMMA_ASSIGN_OR_RETURN(search.version,
                         NumberOf(call, "version", 1, std::numeric_limits<int32_t>::max(), 0));
  LEMMA_ASSIGN_OR_RETURN(search.status, StatusOf(call));
  LEMMA_ASSIGN_OR_RETURN(const int64_t limit, PageLimitOf(call));
  LEMMA_ASSIGN_OR_RETURN(auto found,
                         call.parts.evaluations.List(search, call.query_text("after"), limit + 1));
  json::value next = TakeNext(found, limit);
  json::array list;
  for (const store::Evaluation& evaluation : found) list.push_back(EvaluationJson(evaluation));
  return JsonResponse(json::object{{"evaluations", std::move(list)}, {"next", std::move(next)}});
}

Result<net::HttpResponse> Shown(const Call& call, const std::string& id, int status = 200) {
  LEMMA_ASSIGN_OR_RETURN(const store::Evaluation evaluation, call.parts.evaluations.Find(id));
  return JsonResponse(EvaluationJson(evaluation), status);
}

Result<net::HttpResponse> Get(Call& call) { return Shown(call, call.path.at("id")); }

// kInvalidArgument, field "set".
Result<store::ProblemSet> NamedSet(const Call& call) {
  auto set = call.parts.sets.Find(call.text("set"));
  if (set.status().code() == StatusCode::kNotFound) {
    return InvalidArgument(set.status().message(), "set");
  }
  return set;
}

Result<net::HttpResponse> Create(Call& call) {
  const std::string profile = call.text("profile");
  const int64_t version = call.body.at("version").get_int64();
  LEMMA_ASSIGN_OR_RETURN(const store::ProfileSnapshot snapshot, call.parts.profiles.Snapshot());
  LEMMA_RETURN_IF_ERROR(
      gateway::ProfilesOf(snapshot)->Find(fmt::format("{}@{}", profile, version)).status());
  LEMMA_ASSIGN_OR_RETURN(const store::ProblemSet set, NamedSet(call));
  const json::value* samples = call.body.if_contains("samples");
  const json::value* settings = call.body.if_contains("settings");
  LEMMA_ASSIGN_OR_RETURN(
      const store::Evaluation evaluation,
      evaluations::NewEvaluation(profile, version, set, samples ? samples->get_int64() : 1,
                                 settings ? settings->get_object() : json::object()));
  LEMMA_ASSIGN_OR_RETURN(const store::Evaluation made,
                         call.parts.evaluations.Create(evaluation, call.actor()));
  return Shown(call, made.id, 201);
}

Result<net::HttpResponse> Import(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const store::ProblemSet set, NamedSet(call));
  LEMMA_ASSIGN_OR_RETURN(const store::Evaluation evaluation,
                         evaluations::ImportedEvaluation(set, call.body.at("report").get_object()));
  LEMMA_ASSIGN_OR_RETURN(const store::Evaluation made,
                         call.parts.evaluations.Create(evaluation, call.actor()));
  return Shown(call, made.id, 201);
}

Result<net::HttpResponse> Cancel(Call& call) {
  const std::string& id = call.path.at("id");
  LEMMA_RETURN_IF_ERROR(call.parts.evaluations.Cancel(id, call.actor()));
  return Shown(call, id);
}

Result<store::Evaluation> FindDone(const Call& call, const std::string& id) {
  LEMMA_ASSIGN_OR_RETURN(store::Evaluation evaluation, call.parts.evaluations.Find(id));
  if (evaluation.status == store::JobStatus::kDone) return evaluation;
  return NotFound("the evaluation " + id + " has no report: it is " +
                  store::JobStatusName(evaluation.status));
}

Result<net::HttpResponse> Report(Call& call) {
  const std::string format = call.query_text("format");
  if (!format.empty() && format != "json" && format != "html") {
    return InvalidArgument("must be json or html", "format");
  }
  LEMMA_ASSIGN_OR_RETURN(const store::Evaluation evaluation, FindDone(call, call.path.at("id")));
  if (format != "html") {
    return Download("application/json", evaluation.id + ".json", evaluation.report);
  }
  LEMMA_ASSIGN_OR_RETURN(const store::ProblemSet set, call.parts.sets.Find(evaluation.set_id));
  LEMMA_ASSIGN_OR_RETURN(std::string html, evaluations::HtmlOf(evaluation.report, set));
  return Download("text/html; charset=utf-8", evaluation.id + ".html", std::move(html));
}

Result<net::HttpResponse> Compare(Call& call) {
  LEMMA_ASSIGN_OR_RETURN(const store::Evaluation a, FindDone(call, call.query_text("a")));
  LEMMA_ASSIGN_OR_RETURN(const store::Evaluation b, FindDone(call, call.query_text("b")));
  LEMMA_ASSIGN_OR_RETURN(const eval::Comparison comparison, evaluations::CompareEvaluations(a, b));
  return JsonResponse(eval::RenderComparison(comparison));
}

std::vector<Route> SetRoutes() {
  return {
      {"GET", "/problem-sets", AdminRole::kViewer, ListSets, "All sets of problems"},
      {.method = "GET",
       .path = "/problem-sets/{id}",
       .least = AdminRole::kViewer,
       .handler = GetSet,
       .summary = "One of them",
       .query = {{"format", FieldType::kString, false, "jsonl: its problems, as a file"}}},
      {.method = "POST",
       .path = "/problem-sets",
       .least = AdminRole::kPromptEditor,
       .handler = CreateSet,
       .summary = "A new set, which never changes",
       .body = {{"name", FieldType::kString, true, "For people; unique"},
                {"problems", FieldType::kString, true,
                 "Lines of JSON as `lemma eval` takes them, at most 2 MiB"}}},
      {"DELETE", "/problem-sets/{id}", AdminRole::kPromptEditor, DeleteSet,
       "Deletes it with all its evaluations; not while a gate needs it"},
  };
}

Route CreateRoute() {
  return {
      .method = "POST",
      .path = "/evaluations",
      .least = AdminRole::kPromptEditor,
      .handler = Create,
      .summary = "Evaluates a version of a profile, in the background",
      .body = {{"profile", FieldType::kString, true, "Its name"},
               {"version", FieldType::kInteger, true, "Promoted or not"},
               {"set", FieldType::kString, true, "The id of a set of problems"},
               {"samples", FieldType::kInteger, false, "Of each problem, 1 to 64; 1"},
               {"settings", FieldType::kObject, false,
                "seed, temperature, max_tokens, deadline_ms, language, suffix, strategy, votes, "
                "loop_guard, as docs/eval.md has them"}}};
}

Route ListRoute() {
  return {
      .method = "GET",
      .path = "/evaluations",
      .least = AdminRole::kViewer,
      .handler = List,
      .summary = "Evaluations, the newest first",
      .query = {{"profile", FieldType::kString, false, "Of this profile"},
                {"version", FieldType::kInteger, false, "Of this version"},
                {"set", FieldType::kString, false, "On this set, by its id"},
                {"status", FieldType::kString, false, "queued, running, done, failed, cancelled"},
                {"limit", FieldType::kInteger, false, "1 to 100, 50 by default"},
                {"after", FieldType::kString, false, "The `next` of the page before"}}};
}

}  // namespace

std::vector<Route> EvaluationRoutes() {
  std::vector<Route> routes = SetRoutes();
  routes.push_back(ListRoute());
  routes.push_back(CreateRoute());
  // Before the routes whose second segment is an id.
  routes.push_back({.method = "GET",
                    .path = "/evaluations/compare",
                    .least = AdminRole::kViewer,
                    .handler = Compare,
                    .summary = "What has changed from one evaluation to another of the same set",
                    .query = {{"a", FieldType::kString, true, "The earlier one's id"},
                              {"b", FieldType::kString, true, "The later one's"}}});
  routes.push_back({.method = "POST",
                    .path = "/evaluations/import",
                    .least = AdminRole::kPromptEditor,
                    .handler = Import,
                    .summary = "A report that `lemma eval` has written; no gate counts it",
                    .body = {{"set", FieldType::kString, true, "The set it is of"},
                             {"report", FieldType::kObject, true, "OUT.json"}}});
  routes.push_back({"GET", "/evaluations/{id}", AdminRole::kViewer, Get, "One, and how far it is"});
  routes.push_back({.method = "GET",
                    .path = "/evaluations/{id}/report",
                    .least = AdminRole::kViewer,
                    .handler = Report,
                    .summary = "The report of one that is done, as a file",
                    .query = {{"format", FieldType::kString, false, "json, or html"}}});
  routes.push_back({"POST", "/evaluations/{id}/cancel", AdminRole::kPromptEditor, Cancel,
                    "Cancels it; one that has ended stays as it is"});
  return routes;
}

}  // namespace lemma::admin
