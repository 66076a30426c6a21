#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "train/data/families.h"
#include "train/data/families/algo_family.h"
#include "train/data/program_runner.h"

namespace lemma::train {
namespace {

constexpr Language kLanguages[] = {Language::kEnglish, Language::kChinese};
constexpr Split kSplits[] = {Split::kTrain, Split::kHeldOut};
constexpr int kProblemsEach = 25;
constexpr std::string_view kKeptForEvaluation =
    "给定一个整数数组 nums 和一个目标值 target, 请你在该数组中找出和为目标值的两个整数,"
    "并返回它们的索引。";

std::vector<Problem> Draw(const Family& family, Language language, Split split, int count) {
  Rng rng(HashOf({static_cast<int64_t>(language), static_cast<int64_t>(split), count}));
  std::vector<Problem> problems;
  for (int i = 0; i < count; ++i) problems.push_back(family.Generate(rng, language, split));
  return problems;
}

std::vector<Problem> DrawOfAllKinds(int count) {
  std::vector<Problem> problems;
  for (const Family* family : AlgorithmFamilies()) {
    for (const Language language : kLanguages) {
      for (const Split split : kSplits) {
        for (Problem& p : Draw(*family, language, split, count)) problems.push_back(std::move(p));
      }
    }
  }
  return problems;
}

// About what a trained tokenizer of 3,000 ids counts (4 % above it on average): digits and runs of
// marks are tokens, words take one per four letters, Chinese characters one each.
double TokensAbout(std::string_view text) {
  enum Kind { kSpace, kLetter, kDigit, kMark, kChinese, kInsideCharacter };
  double tokens = 0;
  Kind before = kSpace;
  for (const char byte : text) {
    const auto c = static_cast<unsigned char>(byte);
    const Kind kind = c >= 0xc0         ? kChinese
                      : c >= 0x80       ? kInsideCharacter
                      : std::isalpha(c) ? kLetter
                      : std::isdigit(c) ? kDigit
                      : std::isspace(c) ? kSpace
                                        : kMark;
    if (kind == kLetter) tokens += 0.25;
    if (kind == kChinese || kind == kDigit || (kind == kMark && before != kMark)) tokens += 1;
    before = kind;
  }
  return tokens;
}

TEST(AlgorithmFamilies, AreAtLeastEighteenWithUniqueNamesAndFiveAlsoInCpp) {
  std::set<std::string_view> names;
  int in_cpp = 0;
  for (const Family* family : AlgorithmFamilies()) {
    EXPECT_TRUE(names.insert(family->name()).second) << family->name();
    EXPECT_EQ(family->domain(), Domain::kAlgorithm);
    EXPECT_FALSE(family->description().empty());
    in_cpp += !static_cast<const AlgorithmFamily*>(family)->spec().cpp.empty();
  }
  EXPECT_GE(names.size(), 18u);
  std::set<std::string_view> all;  // evaluations tell families apart by their names alone
  for (const Family* family : AllFamilies()) {
    EXPECT_TRUE(all.insert(family->name()).second) << family->name();
  }
  EXPECT_GE(in_cpp, 5);
}

TEST(AlgorithmFamilies, SolutionsPassTheirTestsWhenRun) {
  std::vector<Job> jobs;
  std::map<std::string, size_t> known;  // equal programs run once, with the tests of all
  for (const Problem& problem : DrawOfAllKinds(kProblemsEach)) {
    Job job = JobFor(problem, problem.solution);
    // Compiling is slow: one C++ program a family and variant (variants differ in what they
    // expect).
    const std::string shape = problem.family + problem.tests[0].expected;
    const auto [at, is_new] = known.emplace(job.language == "cpp" ? shape : job.code, jobs.size());
    if (is_new) {
      jobs.push_back(std::move(job));
    } else if (job.language == "python") {
      std::ranges::move(job.tests, std::back_inserter(jobs[at->second].tests));
    }
  }
  const auto verdicts = RunPrograms(jobs, 2);
  ASSERT_TRUE(verdicts.ok()) << verdicts.status().ToString();
  for (size_t i = 0; i < jobs.size(); ++i) {
    ASSERT_EQ((*verdicts)[i].size(), jobs[i].tests.size());
    for (size_t t = 0; t < jobs[i].tests.size(); ++t) {
      const Verdict& verdict = (*verdicts)[i][t];
      ASSERT_EQ(verdict.outcome, Outcome::kPassed)
          << jobs[i].code << "test " << t << " wants " << jobs[i].tests[t].expected << ", "
          << verdict.detail;
    }
  }
}

TEST(AlgorithmFamilies, WriteProblemsOfTheContractsShapeAndSize) {
  for (const Problem& problem : DrawOfAllKinds(kProblemsEach)) {
    const std::string all = problem.question + problem.thinking + problem.solution;
    const std::string code = LastFencedBlock(problem.solution);
    EXPECT_GE(problem.tests.size(), 5u) << problem.family;
    EXPECT_EQ(all.find('$'), std::string::npos) << all;
    EXPECT_TRUE(problem.solution.starts_with("1. ")) << problem.solution;
    EXPECT_TRUE(problem.solution.ends_with("```")) << problem.solution;
    EXPECT_LE(std::ranges::count(code, '\n'), 17) << code;
    EXPECT_LE(TokensAbout(all), 420) << problem.family << "\n" << all;
    EXPECT_LE(TokensAbout(problem.thinking), 195) << problem.family << "\n" << problem.thinking;
  }
}

// Every name the question shows as code is the program's.
TEST(AlgorithmFamilies, DefineTheFunctionTheQuestionNames) {
  int named = 0;
  for (const Problem& problem : DrawOfAllKinds(kProblemsEach)) {
    const std::string code = LastFencedBlock(problem.solution);
    if (problem.code_language != "python") continue;
    const size_t at = code.rfind("\ndef ") == std::string::npos ? 4 : code.rfind("\ndef ") + 5;
    const std::string signature = code.substr(at, code.find(':', at) - at);
    const std::string function = signature.substr(0, signature.find('('));
    EXPECT_NE(problem.thinking.find(signature), std::string::npos) << problem.thinking;
    const bool given = problem.question.find(signature) != std::string::npos ||
                       problem.question.find(function) != std::string::npos;
    named += given;
    const bool says_free = problem.thinking.starts_with("No name is given") ||
                           problem.thinking.starts_with("没有指定函数名");
    if (!says_free) {
      EXPECT_TRUE(given) << problem.question << "\n" << code;
    }
  }
  EXPECT_GT(named, 300);
}

TEST(AlgorithmFamilies, KeepWordingsApart) {
  for (const Family* family : AlgorithmFamilies()) {
    const AlgorithmSpec& spec = static_cast<const AlgorithmFamily*>(family)->spec();
    for (const Telling* telling : {&spec.english, &spec.chinese}) {
      std::set<std::string_view> seen(telling->tasks.begin(), telling->tasks.end());
      seen.insert(telling->statements.begin(), telling->statements.end());
      EXPECT_GE(seen.size(), 10u) << spec.name;
      const size_t trained = seen.size();
      EXPECT_EQ(trained, telling->tasks.size() + telling->statements.size()) << spec.name;
      seen.insert(telling->tasks_held_out.begin(), telling->tasks_held_out.end());
      seen.insert(telling->statements_held_out.begin(), telling->statements_held_out.end());
      EXPECT_GE(seen.size() - trained, 3u) << spec.name;
      EXPECT_EQ(seen.size() - trained,
                telling->tasks_held_out.size() + telling->statements_held_out.size())
          << spec.name;
    }
  }
}

TEST(AlgorithmFamilies, NeverTrainOnAHeldOutQuestion) {
  for (const Family* family : AlgorithmFamilies()) {
    for (const Language language : kLanguages) {
      std::set<std::string> held_out;
      for (const Problem& p : Draw(*family, language, Split::kHeldOut, 200)) {
        held_out.insert(p.question);
      }
      for (const Problem& p : Draw(*family, language, Split::kTrain, 400)) {
        EXPECT_FALSE(held_out.contains(p.question)) << p.question;
        EXPECT_EQ(p.question.find(kKeptForEvaluation), std::string::npos);
      }
    }
  }
}

TEST(AlgorithmFamilies, AskTheQuestionKeptForEvaluation) {
  const auto problems = Draw(*AlgorithmFamilies()[0], Language::kChinese, Split::kHeldOut, 4000);
  const auto asked = std::ranges::count_if(problems, [](const Problem& p) {
    return p.question.find(kKeptForEvaluation) != std::string::npos;
  });
  EXPECT_GT(asked, 0);
}

TEST(AlgorithmFamilies, CheckRejectsAWrongOrMissingProgram) {
  const Family& family = *AlgorithmFamilies()[0];
  const Problem problem = Draw(family, Language::kEnglish, Split::kTrain, 1)[0];
  ASSERT_EQ(problem.code_language, "python");
  EXPECT_TRUE(family.Check(problem, problem.solution));
  EXPECT_FALSE(family.Check(problem, "```python\ndef f(a, b):\n    return [0, 1]\n```"));
  EXPECT_FALSE(family.Check(problem, "I do not know."));
  EXPECT_FALSE(family.Check(problem, ""));
}

}  // namespace
}  // namespace lemma::train
