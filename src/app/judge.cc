#include "service/reason/judge/judge.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "app/commands.h"
#include "common/base/cpu.h"
#include "common/base/file.h"
#include "common/text/unicode.h"

namespace lemma::app {
namespace {

// Nothing was judged: wrong usage, unreadable files, no sandbox.
constexpr int kNotJudged = 2;

struct JudgeCommandOptions {
  std::string program;
  std::string tests;
  std::string language;
  int n_parallel = DetectCpu().n_cores;
  bool json = false;
};

int NotJudged(const Status& status, const std::string& file) {
  const std::string field = status.field().empty() ? "" : status.field() + " ";
  std::fprintf(stderr, "lemma: %s: %s%s\n", file.c_str(), field.c_str(), status.message().c_str());
  return kNotJudged;
}

// A file that is a program by its name, or a reply that holds one.
Result<reason::Program> ReadProgram(const JudgeCommandOptions& options) {
  LEMMA_ASSIGN_OR_RETURN(std::string text,
                         ReadFile(options.program, reason::kProgramReplyBytesMax));
  const size_t dot = options.program.rfind('.');
  const std::string ending = dot == std::string::npos ? "" : options.program.substr(dot + 1);
  const std::string& name = options.language.empty() ? ending : options.language;
  if (const auto language = reason::ProgramLanguageOfName(name)) {
    return reason::Program{*language, std::move(text)};
  }
  if (!options.language.empty()) {
    return InvalidArgument("must be python or c++", "--language");
  }
  auto program = reason::ExtractProgram(text);
  if (!program) {
    return InvalidArgument(
        "holds no program in Python or C++; a file that is one ends in .py or "
        ".cpp, or give --language");
  }
  return *std::move(program);
}

boost::json::string Utf8(const std::string& bytes) {
  std::string storage;
  return boost::json::string(text::ValidUtf8(bytes, storage));
}

void PrintJson(const reason::JudgeReport& report) {
  boost::json::array tests;
  for (const reason::TestVerdict& test : report.tests) {
    tests.push_back({{"name", test.name},
                     {"verdict", reason::VerdictName(test.verdict)},
                     {"message", Utf8(test.message)},
                     {"cpu_ms", test.cpu_ms},
                     {"wall_ms", test.wall_ms},
                     {"memory_bytes", test.memory_bytes},
                     {"output", Utf8(test.output)},
                     {"errors", Utf8(test.errors)}});
  }
  const boost::json::object object = {{"verdict", reason::VerdictName(report.verdict)},
                                      {"language", reason::ProgramLanguageName(report.language)},
                                      {"accepted", report.n_accepted},
                                      {"total", report.tests.size()},
                                      {"compile_ms", report.compile_ms},
                                      {"compiler_message", Utf8(report.compiler_message)},
                                      {"tests", std::move(tests)}};
  std::printf("%s\n", boost::json::serialize(object).c_str());
}

void PrintLines(const reason::JudgeReport& report) {
  for (const reason::TestVerdict& test : report.tests) {
    std::string storage;
    const std::string line = fmt::format(
        "{}: {} ({} ms, {} MiB){}{}", test.name, reason::VerdictName(test.verdict), test.cpu_ms,
        test.memory_bytes >> 20, test.message.empty() ? "" : ": ", test.message);
    std::printf("%s\n", std::string(text::ValidUtf8(line, storage)).c_str());
  }
  if (!report.compiler_message.empty()) {
    std::printf("%s\n", Utf8(report.compiler_message).c_str());
  }
  std::printf("%s: %d of %zu\n", reason::VerdictName(report.verdict), report.n_accepted,
              report.tests.size());
}

int RunJudge(const JudgeCommandOptions& options) {
  const auto program = ReadProgram(options);
  if (!program.ok()) return NotJudged(program.status(), options.program);
  const auto text = ReadFile(options.tests, reason::kJudgeTestsBytesMax);
  if (!text.ok()) return NotJudged(text.status(), options.tests);
  const auto tests = reason::ParseJudgeTests(*text);
  if (!tests.ok()) return NotJudged(tests.status(), options.tests);
  reason::JudgeOptions judge_options;
  judge_options.n_parallel = options.n_parallel;
  const auto judge = reason::Judge::Create(judge_options);
  if (!judge.ok()) return NotJudged(judge.status(), "judge");
  const auto report = judge->Run(*program, *tests);
  if (!report.ok()) return NotJudged(report.status(), "judge");
  options.json ? PrintJson(*report) : PrintLines(*report);
  return report->verdict == reason::Verdict::kAccepted ? 0 : 1;
}

}  // namespace

void AddJudge(CLI::App& app, ExitStatus& exit_status) {
  auto options = std::make_shared<JudgeCommandOptions>();
  CLI::App* command = app.add_subcommand(
      "judge",
      "Run a program against tests in a sandbox, one verdict a test; exit status 0 if all are "
      "accepted, 1 if not, 2 if nothing could be judged");
  command
      ->add_option("program", options->program,
                   "A program (.py, .cpp), or a reply of a model that holds one")
      ->required();
  command->add_option("--tests", options->tests, "The tests, a JSON file: docs/judge.md")
      ->required();
  command->add_option(
      "--language", options->language,
      "python or c++, where the file's name does not say: all of it is the program");
  command->add_option("--parallel", options->n_parallel, "Tests at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->add_flag("--json", options->json, "One JSON object");
  command->footer("Example:\n  lemma judge solution.py --tests tests.json");
  command->callback([options, &exit_status] { exit_status.value = RunJudge(*options); });
}

}  // namespace lemma::app
