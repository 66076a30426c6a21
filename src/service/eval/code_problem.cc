#include "service/eval/code_problem.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <string_view>

#include "common/base/json.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

constexpr int kTimeMs = 6000;     // of each test, as LiveCodeBench has it
constexpr int kMemoryMib = 1024;  // it has none; solutions in Python that cache need hundreds

constexpr const char* kStandardInput =
    "\n\nWrite a Python program that reads the input from standard input, solves the problem and "
    "writes the answer to standard output. Do not test it on the examples yourself. Put the whole "
    "program into one block:\n\n```python\n# your program\n```";
constexpr const char* kStarterCode =
    "\n\nWrite a Python program that solves the problem. Begin with this code, keep its names, and "
    "put the whole program into one block:\n\n```python\n{}\n```";

// An array, or a string that holds one.
Result<json::array> ReadTestList(FieldReader& fields, const char* name) {
  const json::value* value = fields.Require(name);
  if (value == nullptr) return InvalidArgument("is missing");
  if (const json::array* array = value->if_array()) return *array;
  const json::string* text = value->if_string();
  if (text == nullptr) return InvalidArgument("must be an array of tests");
  if (text->empty()) return json::array();
  if ((*text)[0] != '[') {
    return InvalidArgument(
        "is pickled, and reading that would run whatever code it holds: turn it into plain JSON "
        "where you trust the file (docs/eval.md shows how)");
  }
  LEMMA_ASSIGN_OR_RETURN(json::value parsed, ParseJson(*text, "it"));
  return std::move(parsed.as_array());
}

// One line of JSON an argument.
Result<json::array> ArgumentsOf(std::string_view input) {
  json::array arguments;
  while (!input.empty()) {
    const size_t end = input.find('\n');
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(end == input.npos ? input.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    LEMMA_ASSIGN_OR_RETURN(json::value argument, ParseJson(line, "an argument of a call"));
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

Result<json::object> JudgeTestOf(const json::value& test, bool is_call) {
  const json::object* object = test.if_object();
  if (object == nullptr) return InvalidArgument("must be an object");
  Status status;
  FieldReader fields(*object, "", status);
  std::string input, output, type;
  fields.ReadString("input", input);
  fields.Require("output");
  fields.ReadString("output", output);
  fields.ReadString("testtype", type);
  if (type != (is_call ? "functional" : "stdin")) {
    fields.Fail("testtype", is_call ? "must be functional, for there is starter code"
                                    : "must be stdin, for there is no func_name to call");
  }
  if (!status.ok()) return InvalidArgument(status.field() + " " + status.message());
  if (!is_call) return json::object{{"input", input}, {"output", output}};
  for (const std::string& text : {input, output}) {
    LEMMA_RETURN_IF_ERROR(reason::CheckIntegers(text));
  }
  LEMMA_ASSIGN_OR_RETURN(json::array arguments, ArgumentsOf(input));
  LEMMA_ASSIGN_OR_RETURN(json::value result, ParseJson(output, "output"));
  return json::object{{"args", std::move(arguments)}, {"result", std::move(result)}};
}

// Appends the tests of one field to `tests`.
void AddTests(FieldReader& fields, const char* name, bool is_call, json::array& tests) {
  const Result<json::array> list = ReadTestList(fields, name);
  if (!list.ok()) return fields.Fail(name, list.status().message());
  for (size_t i = 0; i < list->size(); ++i) {
    Result<json::object> test = JudgeTestOf((*list)[i], is_call);
    if (!test.ok()) {
      return fields.Fail(name, fmt::format("(test {}): {}", i + 1, test.status().message()));
    }
    tests.push_back(std::move(*test));
  }
}

// metadata is an object, or a string that holds one.
std::string FunctionName(FieldReader& fields) {
  const json::value* metadata = fields.Find("metadata");
  if (metadata == nullptr) return "";
  json::object object;
  if (metadata->is_object()) object = metadata->get_object();
  if (const json::string* text = metadata->if_string(); text != nullptr && !text->empty()) {
    Result<json::object> parsed = ParseJsonObject(*text, "it");
    if (!parsed.ok()) {
      fields.Fail("metadata", parsed.status().message());
      return "";
    }
    object = std::move(*parsed);
  }
  std::string name;
  fields.Within(object, "metadata").ReadString("func_name", name);
  return name;
}

json::object TestFile(const std::string& function, json::array tests) {
  json::object file = {
      {"time_ms", kTimeMs}, {"memory_mb", kMemoryMib}, {"tests", std::move(tests)}};
  if (!function.empty()) file["function"] = function;
  return file;
}

}  // namespace

void ReadCodeProblem(FieldReader& fields, Problem& problem, std::string& date) {
  std::string starter;
  fields.ReadString("question_content", problem.prompt);
  fields.ReadString("starter_code", starter);
  fields.ReadString("contest_date", date);
  fields.ReadString("difficulty", problem.family);
  const std::string function = FunctionName(fields);
  problem.prompt += starter.empty() ? kStandardInput : fmt::format(kStarterCode, starter);
  json::array tests;
  AddTests(fields, "public_test_cases", !function.empty(), tests);
  if (!tests.empty()) problem.shown_tests = json::serialize(TestFile(function, tests));
  AddTests(fields, "private_test_cases", !function.empty(), tests);
  if (!fields.ok()) return;
  auto parsed = reason::ParseJudgeTests(json::serialize(TestFile(function, std::move(tests))));
  if (!parsed.ok()) {
    return fields.Fail("public_test_cases", "and private ones: " + parsed.status().field() + " " +
                                                parsed.status().message());
  }
  problem.tests = std::move(*parsed);
}

}  // namespace lemma::eval
