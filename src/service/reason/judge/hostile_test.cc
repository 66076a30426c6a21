// Property: programs written against the sandbox (tests/hostile) get the verdict that their first
// line names, three times in a row, and leave nothing on the host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "common/base/file.h"
#include "service/reason/judge/test_host.h"

namespace lemma::reason {
namespace {

namespace fs = std::filesystem;

constexpr int kRuns = 3;

// So small that passing them takes no time, and compiling an honest small program stays within.
constexpr BoxLimits kSmallCompileLimits = {.cpu_ms = 1500,
                                           .wall_ms = 60'000,
                                           .memory_bytes = 512ull << 20,
                                           .output_bytes = 16ull << 20,
                                           .tmp_bytes = 16ull << 20};

std::vector<fs::path> HostilePrograms() {
  std::vector<fs::path> programs;
  for (const auto& entry : fs::directory_iterator(fs::path(LEMMA_SOURCE_DIR) / "tests/hostile")) {
    programs.push_back(entry.path());
  }
  std::sort(programs.begin(), programs.end());
  return programs;
}

// What the first lines of a hostile program say.
struct HostileProgram {
  Program program;
  std::vector<std::string> verdicts;  // any of them
  std::string prints = "42";          // expected; most print it where their attack has failed
  std::map<std::string, int64_t> settings;

  static HostileProgram Read(const fs::path& path) {
    HostileProgram hostile;
    hostile.program.language =
        path.extension() == ".py" ? ProgramLanguage::kPython : ProgramLanguage::kCpp;
    hostile.program.source = ReadFile(path, 1 << 20).value();
    std::istringstream lines(hostile.program.source);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string comment, key;
      words >> comment >> key;
      if (key == "verdict:") {
        hostile.ReadVerdicts(words);
      } else if (key == "prints:") {
        std::getline(words >> std::ws, hostile.prints);
      } else {
        break;
      }
    }
    return hostile;
  }

  void ReadVerdicts(std::istringstream& words) {
    for (std::string word; words >> word;) {
      const size_t equals = word.find('=');
      if (equals != std::string::npos) {
        settings[word.substr(0, equals)] = std::stoll(word.substr(equals + 1));
      } else if (word != "or") {
        verdicts.push_back(word);
      }
    }
  }

  JudgeTests Tests() const {
    const auto setting = [&](const char* name, int64_t otherwise) {
      const auto found = settings.find(name);
      return found == settings.end() ? otherwise : found->second;
    };
    JudgeTests tests;
    tests.limits = {.cpu_ms = setting("time_ms", 5000),
                    .wall_ms = setting("wall_ms", 60'000),
                    .memory_bytes = static_cast<uint64_t>(setting("memory_mb", 64)) << 20,
                    .output_bytes = 1 << 20,
                    .tmp_bytes = 16 << 20};
    JudgeTest test;
    test.input = std::string(static_cast<size_t>(setting("input_bytes", 0)), 'x');
    test.output = prints;
    tests.tests.push_back(test);
    return tests;
  }
};

class HostileTest : public testing::TestWithParam<fs::path> {};

TEST_P(HostileTest, GetsItsVerdictAndLeavesNothing) {
  const HostileProgram hostile = HostileProgram::Read(GetParam());
  ASSERT_FALSE(hostile.verdicts.empty()) << "its first line must be a comment 'verdict: ...'";
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
  const HostState before = HostState::Read();
  ASSERT_FALSE(before.has_children);
  {
    const auto judge = Judge::Create({.sandbox = {}, .compile_limits = kSmallCompileLimits});
    LEMMA_SKIP_WITHOUT(judge);
    for (int run = 0; run < kRuns; ++run) {
      const auto report = judge->Run(hostile.program, hostile.Tests());
      ASSERT_TRUE(report.ok()) << report.status().ToString();
      const TestVerdict& test = report->tests.at(0);
      EXPECT_THAT(hostile.verdicts, testing::Contains(VerdictName(test.verdict)))
          << test.message << "\noutput: " << test.output << "\nerrors: " << test.errors
          << "\ncompiler: " << report->compiler_message.substr(0, 2000);
    }
  }
  const HostState after = HostState::Read();
  EXPECT_EQ(after.mounts, before.mounts);
  EXPECT_EQ(after.n_descriptors, before.n_descriptors);
  EXPECT_FALSE(after.has_children);
  EXPECT_EQ(after.files, before.files);
}

INSTANTIATE_TEST_SUITE_P(Programs, HostileTest, testing::ValuesIn(HostilePrograms()),
                         [](const auto& info) { return info.param.stem().string(); });

}  // namespace
}  // namespace lemma::reason
