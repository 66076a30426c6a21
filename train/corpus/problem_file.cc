#include "train/corpus/problem_file.h"

#include <boost/json.hpp>
#include <thread>

#include "common/base/file.h"
#include "common/base/json.h"

namespace lemma::train {
namespace {

namespace json = boost::json;

Result<std::string> StringMember(const json::object& object, std::string_view key,
                                 std::string_view name) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) {
    return DataLoss(std::string(name) + ": \"" + std::string(key) + "\" must be a string");
  }
  return std::string(value->get_string());
}

Result<std::vector<TestCase>> ParseTests(const json::object& object, std::string_view name) {
  std::vector<TestCase> tests;
  const json::value* list = object.if_contains("tests");
  if (list == nullptr) return tests;
  const Status bad = DataLoss(std::string(name) + ": \"tests\" is malformed");
  if (!list->is_array()) return bad;
  for (const json::value& item : list->get_array()) {
    const json::object* test = item.if_object();
    if (test == nullptr) return bad;
    const json::value* arguments = test->if_contains("arguments");
    const json::value* any_order = test->if_contains("any_order");
    if (arguments == nullptr || !arguments->is_array()) return bad;
    TestCase parsed;
    for (const json::value& argument : arguments->get_array()) {
      if (!argument.is_string()) return bad;
      parsed.arguments.emplace_back(argument.get_string());
    }
    LEMMA_ASSIGN_OR_RETURN(parsed.expected, StringMember(*test, "expected", name));
    parsed.any_order = any_order != nullptr && any_order->is_bool() && any_order->get_bool();
    tests.push_back(std::move(parsed));
  }
  return tests;
}

std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

std::string FormatProblem(const Problem& problem) {
  json::object object = {
      {"family", problem.family},
      {"domain", problem.domain == Domain::kMath ? "math" : "algorithm"},
      {"language", problem.language == Language::kEnglish ? "en" : "zh"},
      {"question", problem.question},
      {"thinking", problem.thinking},
      {"solution", problem.solution},
      {"answer", problem.answer},
  };
  if (problem.domain == Domain::kAlgorithm) {
    object["code_language"] = problem.code_language;
    json::array tests;
    for (const TestCase& test : problem.tests) {
      tests.push_back({{"arguments", json::array(test.arguments.begin(), test.arguments.end())},
                       {"expected", test.expected},
                       {"any_order", test.any_order}});
    }
    object["tests"] = std::move(tests);
  }
  return json::serialize(object);
}

Result<Problem> ParseProblem(std::string_view line, std::string_view name) {
  const Result<json::object> object = ParseJsonObject(line, name);
  if (!object.ok()) return DataLoss(object.status().message());
  Problem problem;
  LEMMA_ASSIGN_OR_RETURN(problem.family, StringMember(*object, "family", name));
  LEMMA_ASSIGN_OR_RETURN(const std::string domain, StringMember(*object, "domain", name));
  LEMMA_ASSIGN_OR_RETURN(const std::string language, StringMember(*object, "language", name));
  LEMMA_ASSIGN_OR_RETURN(problem.question, StringMember(*object, "question", name));
  LEMMA_ASSIGN_OR_RETURN(problem.thinking, StringMember(*object, "thinking", name));
  LEMMA_ASSIGN_OR_RETURN(problem.solution, StringMember(*object, "solution", name));
  LEMMA_ASSIGN_OR_RETURN(problem.answer, StringMember(*object, "answer", name));
  if (domain != "math" && domain != "algorithm") {
    return DataLoss(std::string(name) + ": \"domain\" must be \"math\" or \"algorithm\"");
  }
  if (language != "en" && language != "zh") {
    return DataLoss(std::string(name) + ": \"language\" must be \"en\" or \"zh\"");
  }
  problem.domain = domain == "math" ? Domain::kMath : Domain::kAlgorithm;
  problem.language = language == "en" ? Language::kEnglish : Language::kChinese;
  if (problem.domain == Domain::kAlgorithm) {
    LEMMA_ASSIGN_OR_RETURN(problem.code_language, StringMember(*object, "code_language", name));
    LEMMA_ASSIGN_OR_RETURN(problem.tests, ParseTests(*object, name));
  }
  return problem;
}

Status ForEachProblem(const std::filesystem::path& path, int n_threads,
                      const std::function<void(int, size_t, Problem&&)>& on_problem) {
  LEMMA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kProblemFileBytesMax));
  const std::vector<std::string_view> lines = SplitLines(bytes);
  if (lines.empty()) return DataLoss(path.string() + ": holds no problem");
  std::vector<Status> statuses(static_cast<size_t>(n_threads));
  const auto read_part = [&](int thread) {
    const size_t n = static_cast<size_t>(n_threads);
    const size_t t = static_cast<size_t>(thread);
    for (size_t i = lines.size() * t / n; i < lines.size() * (t + 1) / n; ++i) {
      Result<Problem> problem = ParseProblem(lines[i], path.string() + ":" + std::to_string(i + 1));
      if (!problem.ok()) {
        statuses[t] = problem.status();
        return;
      }
      on_problem(thread, i, std::move(problem).value());
    }
  };
  std::vector<std::thread> threads;
  for (int thread = 1; thread < n_threads; ++thread) threads.emplace_back(read_part, thread);
  read_part(0);
  for (std::thread& thread : threads) thread.join();
  for (const Status& status : statuses) LEMMA_RETURN_IF_ERROR(status);
  return Ok();
}

Status ForEachDrill(const std::filesystem::path& path,
                    const std::function<void(std::string_view)>& on_drill) {
  LEMMA_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kProblemFileBytesMax));
  size_t line_number = 0;
  for (const std::string_view line : SplitLines(bytes)) {
    const std::string name = path.string() + ":" + std::to_string(++line_number);
    const Result<json::value> drill = ParseJson(line, name);
    if (!drill.ok()) return DataLoss(drill.status().message());
    if (!drill->is_string()) return DataLoss(name + ": must be a string");
    on_drill(drill->get_string());
  }
  return Ok();
}

Result<std::vector<Problem>> ReadProblems(const std::filesystem::path& path) {
  std::vector<Problem> problems;
  LEMMA_RETURN_IF_ERROR(ForEachProblem(
      path, 1, [&](int, size_t, Problem&& problem) { problems.push_back(std::move(problem)); }));
  return problems;
}

}  // namespace lemma::train
