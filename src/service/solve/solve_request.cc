#include "service/solve/solve_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

#include "common/base/field_reader.h"
#include "common/base/json.h"

namespace lemma::solve {
namespace {

namespace json = boost::json;

constexpr int64_t kTokensMax = 1 << 24;
constexpr int64_t kDeadlineMsMax = 24 * 3600 * 1000;
// What a run says by itself, or asks for itself.
constexpr const char* kOwnFields[] = {
    "problem",      "strategy", "samples",        "min_samples", "max_total_tokens",
    "deadline_ms",  "tests",    "repairs",        "max_tokens",  "max_completion_tokens",
    "seed",         "stream",   "stream_options", "n",           "logprobs",
    "top_logprobs", "verify"};

void ReadPlan(FieldReader& fields, reason::PlanOptions& plan) {
  std::string strategy = reason::StrategyName(plan.strategy);
  fields.ReadString("strategy", strategy);
  if (const auto named = reason::StrategyNamed(strategy)) {
    plan.strategy = *named;
  } else {
    fields.Fail("strategy",
                "must be \"single\", \"majority\", \"adaptive\", \"first_m\", \"confidence\" or "
                "\"clr\"");
  }
  fields.ReadInteger("samples", 1, reason::kSamplesMax, plan.n_samples);
  fields.ReadInteger("min_samples", 1, reason::kSamplesMax, plan.n_min);
}

void ReadLimits(FieldReader& fields, SolveRequest& request) {
  for (const char* name : {"max_tokens", "max_completion_tokens"}) {
    fields.ReadInteger(name, 1, kTokensMax, request.max_tokens);
  }
  fields.ReadInteger("max_total_tokens", kSampleTokensMin, kTokensMax, request.max_total_tokens);
  fields.ReadInteger("repairs", 0, kRepairsMax, request.n_repairs);
  fields.ReadBool("stream", request.stream);
  if (fields.Find("deadline_ms") != nullptr) {
    int64_t deadline_ms = 0;
    fields.ReadInteger("deadline_ms", 1, kDeadlineMsMax, deadline_ms);
    request.deadline = std::chrono::milliseconds(deadline_ms);
  }
  if (fields.Find("seed") != nullptr) {
    request.seed = 0;
    fields.ReadInteger("seed", 0, std::numeric_limits<int64_t>::max(), *request.seed);
  }
}

// What the last user message says, its text parts one after the other.
std::string LastQuestion(const json::array& messages) {
  for (size_t i = messages.size(); i-- > 0;) {
    const json::object* message = messages[i].if_object();
    const json::value* role = message == nullptr ? nullptr : message->if_contains("role");
    if (role == nullptr || *role != "user") continue;
    const json::value* content = message->if_contains("content");
    if (content == nullptr) return "";
    if (content->is_string()) return std::string(content->get_string());
    std::string text;
    const json::array* parts = content->if_array();
    for (const json::value& part : parts == nullptr ? json::array() : *parts) {
      const json::object* object = part.if_object();
      const json::value* piece = object == nullptr ? nullptr : object->if_contains("text");
      if (piece != nullptr && piece->is_string()) text += std::string_view(piece->get_string());
    }
    return text;
  }
  return "";
}

// "problem" is one user message; what "messages" says is for the chat to check.
void ReadProblem(FieldReader& fields, const json::object& body, SolveRequest& request) {
  fields.ReadString("problem", request.problem);
  const bool has_problem = fields.Find("problem") != nullptr;
  const json::value* messages = fields.Find("messages");
  if (has_problem == (messages != nullptr)) {
    return fields.Fail("problem", "either it or \"messages\" must be there");
  }
  request.chat = body;
  if (has_problem) {
    if (request.problem.find_first_not_of(" \t\r\n") == std::string::npos) {
      fields.Fail("problem", "is empty");
    }
    request.chat["messages"] = {{{"role", "user"}, {"content", request.problem}}};
  } else if (const json::array* array = messages->if_array(); array && !array->empty()) {
    request.problem = LastQuestion(*array);
  } else {
    fields.Fail("messages", "must be an array with a message");
  }
  for (const char* name : kOwnFields) request.chat.erase(name);
}

Status CheckTests(const reason::JudgeTests& tests) {
  const auto at_most = [](const char* field, auto most) {
    return InvalidArgument(fmt::format("must be at most {} in a request", most), field);
  };
  if (tests.tests.size() > kRequestTestsMax) return at_most("tests", kRequestTestsMax);
  if (tests.limits.cpu_ms > kRequestTestMsMax) return at_most("time_ms", kRequestTestMsMax);
  if (tests.limits.wall_ms > kRequestWallMsMax) return at_most("wall_ms", kRequestWallMsMax);
  if (tests.limits.memory_bytes > kRequestTestBytesMax) {
    return at_most("memory_mb", kRequestTestBytesMax >> 20);
  }
  return Ok();
}

void ReadVerify(FieldReader& fields, SolveRequest& request) {
  static constexpr std::pair<const char*, Verify> kWords[] = {{"auto", Verify::kAuto},
                                                              {"none", Verify::kNone},
                                                              {"tests", Verify::kTests},
                                                              {"claims", Verify::kClaims}};
  std::string word = "auto";
  fields.ReadString("verify", word);
  const auto* found = std::ranges::find(kWords, word, &std::pair<const char*, Verify>::first);
  if (found == std::end(kWords)) {
    return fields.Fail("verify", "must be auto, none, tests or claims");
  }
  request.verify = found->second;
  const bool has_tests = fields.Find("tests") != nullptr;
  if (request.verify == Verify::kTests && !has_tests) fields.Fail("verify", "needs \"tests\"");
  const bool is_without = request.verify == Verify::kNone || request.verify == Verify::kClaims;
  if (is_without && has_tests) {
    fields.Fail("verify", "is not by tests: leave \"tests\" out, or this");
  }
  if (request.verify == Verify::kNone && request.plan.strategy == reason::Strategy::kClr) {
    fields.Fail("verify", "must not be none with the strategy clr, which checks claims");
  }
}

}  // namespace

Result<SolveRequest> ParseSolveRequest(std::string_view text) {
  LEMMA_ASSIGN_OR_RETURN(const json::object body, ParseJsonObject(text, "the body"));
  Status status;
  FieldReader fields(body, "", status);
  SolveRequest request;
  ReadProblem(fields, body, request);
  ReadPlan(fields, request.plan);
  ReadLimits(fields, request);
  ReadVerify(fields, request);
  LEMMA_RETURN_IF_ERROR(status);
  LEMMA_RETURN_IF_ERROR(reason::SamplingPlan::Make(request.plan).status());
  if (const json::value* tests = fields.Find("tests")) {
    LEMMA_RETURN_IF_ERROR(reason::CheckIntegers(text));
    // Tests alone, or the whole of what a file of tests holds.
    const json::value file = tests->is_array() ? json::value{{"tests", *tests}} : *tests;
    LEMMA_ASSIGN_OR_RETURN(request.tests, reason::ParseJudgeTests(json::serialize(file)));
    LEMMA_RETURN_IF_ERROR(CheckTests(*request.tests));
  }
  return request;
}

}  // namespace lemma::solve
