#include "service/reason/judge/judge_tests.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <cmath>
#include <initializer_list>

#include "common/base/field_reader.h"
#include "common/base/json.h"

namespace lemma::reason {
namespace {

namespace json = boost::json;

constexpr int64_t kTimeMsMax = 600'000;
constexpr int64_t kMemoryMibMax = 64 << 10;
constexpr int64_t kMemoryMibMin = 16;  // Python alone takes 10
constexpr double kToleranceMax = 1;

// A misspelt field would silently change what is tested.
void AllowOnly(const json::object& object, std::initializer_list<std::string_view> names,
               FieldReader& reader) {
  for (const auto& member : object) {
    const std::string_view key = member.key();
    if (std::find(names.begin(), names.end(), key) == names.end()) {
      reader.Fail(key, fmt::format("is not a field here; there are: {}", fmt::join(names, ", ")));
    }
  }
}

bool IsIdentifier(std::string_view name) {
  return !name.empty() && !std::isdigit(static_cast<unsigned char>(name.front())) &&
         std::all_of(name.begin(), name.end(),
                     [](unsigned char c) { return c == '_' || (c < 128 && std::isalnum(c)); });
}

void ReadComparison(FieldReader& reader, ComparisonRules& rules) {
  std::string how = "lines";
  reader.ReadString("compare", how);
  if (how == "tokens") {
    rules.how = OutputComparison::kTokens;
  } else if (how == "exact") {
    rules.how = OutputComparison::kExact;
  } else if (how != "lines") {
    reader.Fail("compare", "must be \"lines\", \"tokens\" or \"exact\"");
  }
  reader.ReadNumber("float_tolerance", 0, kToleranceMax, rules.float_tolerance);
  if (rules.float_tolerance > 0 && rules.how == OutputComparison::kExact) {
    reader.Fail("float_tolerance", "does not go with \"compare\": \"exact\"");
  }
}

void ReadLimits(FieldReader& reader, BoxLimits& limits) {
  reader.ReadInteger("time_ms", 1, kTimeMsMax, limits.cpu_ms);
  // A program has the processor to itself at least a third of the time, unless the host is far too
  // busy; and a sleeper is found out within seconds.
  limits.wall_ms = 3 * limits.cpu_ms + 3000;
  reader.ReadInteger("wall_ms", 1, 2 * kTimeMsMax, limits.wall_ms);
  auto memory_mib = static_cast<int64_t>(limits.memory_bytes >> 20);
  reader.ReadInteger("memory_mb", kMemoryMibMin, kMemoryMibMax, memory_mib);
  limits.memory_bytes = static_cast<uint64_t>(memory_mib) << 20;
}

// JSON's reader makes a double of an integer beyond 64 bits: its last digits would count for
// nothing.
bool LosesDigits(const json::value& value) {
  if (const double* number = value.if_double()) return std::abs(*number) >= 0x1p63;
  if (const json::array* array = value.if_array()) return std::ranges::any_of(*array, LosesDigits);
  const json::object* object = value.if_object();
  return object != nullptr && std::ranges::any_of(*object, [](const auto& member) {
           return LosesDigits(member.value());
         });
}

JudgeTest ReadCall(const json::object& object, FieldReader& reader) {
  AllowOnly(object, {"name", "args", "result"}, reader);
  JudgeTest test;
  if (const json::value* arguments = reader.Require("args")) {
    if (!arguments->is_array()) reader.Fail("args", "must be an array, one element a parameter");
    test.input = json::serialize(*arguments);
  }
  // null is a result like any other, and so not what Require takes for absent.
  if (const json::value* result = object.if_contains("result")) {
    test.result = *result;
  } else {
    reader.Fail("result", "is missing");
  }
  for (const char* name : {"args", "result"}) {
    const json::value* value = reader.Find(name);
    if (value != nullptr && LosesDigits(*value)) {
      reader.Fail(name, "has a number beyond 64 bits, which would lose digits: use a string");
    }
  }
  return test;
}

JudgeTest ReadRun(const json::object& object, FieldReader& reader) {
  if (object.contains("args")) {
    reader.Fail("args", "needs the field \"function\" beside \"tests\": what to call");
  }
  AllowOnly(object, {"name", "input", "output"}, reader);
  JudgeTest test;
  reader.ReadString("input", test.input);
  if (reader.Require("output")) reader.ReadString("output", test.output);
  return test;
}

}  // namespace

Result<JudgeTests> ParseJudgeTests(std::string_view text) {
  LEMMA_ASSIGN_OR_RETURN(const json::object object, ParseJsonObject(text, "the tests"));
  Status status;
  FieldReader reader(object, "", status);
  AllowOnly(object,
            {"function", "compare", "float_tolerance", "time_ms", "wall_ms", "memory_mb", "tests"},
            reader);
  JudgeTests tests;
  reader.ReadString("function", tests.function);
  if (reader.Find("function") != nullptr && !IsIdentifier(tests.function)) {
    reader.Fail("function", "must be the name of a function: letters, digits and _");
  }
  ReadComparison(reader, tests.comparison);
  ReadLimits(reader, tests.limits);
  const json::value* list = reader.Require("tests");
  if (list != nullptr && (!list->is_array() || list->get_array().empty() ||
                          list->get_array().size() > kJudgeTestsMax)) {
    reader.Fail("tests", fmt::format("must be an array of 1 to {} tests", kJudgeTestsMax));
  }
  if (!status.ok()) return status;
  for (size_t i = 0; i < list->get_array().size(); ++i) {
    const json::value& element = list->get_array()[i];
    const std::string path = fmt::format("tests[{}]", i);
    if (!element.is_object()) return InvalidArgument("must be an object", path);
    FieldReader test_reader = reader.Within(element.get_object(), path);
    JudgeTest test = tests.function.empty() ? ReadRun(element.get_object(), test_reader)
                                            : ReadCall(element.get_object(), test_reader);
    test.name = std::to_string(i + 1);
    test_reader.ReadString("name", test.name);
    if (!status.ok()) return status;
    tests.tests.push_back(std::move(test));
  }
  return tests;
}

}  // namespace lemma::reason
