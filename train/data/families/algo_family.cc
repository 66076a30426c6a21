#include "train/data/families/algo_family.h"

#include <cctype>

#include "train/data/families.h"
#include "train/data/families/algo_wording.h"
#include "train/data/program_runner.h"

namespace lemma::train {
namespace {

constexpr double kCppShare = 0.25;
constexpr double kExampleShare = 0.35;  // questions that show a case
constexpr double kTrialShare = 0.4;     // thoughts that try a case of their own
constexpr int64_t kExampleSize = 4;
constexpr int64_t kTestSizeMax = 9;
constexpr int kDrawnTests = 4;  // beside the edge cases

uint64_t HashOfText(std::string_view text) {
  uint64_t hash = 0;
  for (const char c : text) hash = Rng(hash ^ static_cast<unsigned char>(c)).Next();
  return hash;
}

// What a question asks for.
struct Request {
  int variant = 0;
  bool cpp = false;
  bool has_example = false;
  Case example;
  Names names;
  Words words;
  std::string question;
};

Request DrawRequest(Rng& rng, const AlgorithmSpec& spec, Language language, Split split) {
  Request request;
  request.variant = static_cast<int>(rng.Int(0, std::ssize(spec.variants) - 1));
  const Variant& variant = spec.variants[static_cast<size_t>(request.variant)];
  const bool english = language == Language::kEnglish;
  request.words = english ? variant.english : variant.chinese;
  request.words.insert(request.words.end(), variant.code.begin(), variant.code.end());
  request.cpp = !spec.cpp.empty() && rng.Chance(kCppShare);
  request.example = spec.draw(rng, request.variant, kExampleSize);
  request.has_example = rng.Chance(kExampleShare);
  std::string pattern =
      DrawQuestionPattern(rng, english ? spec.english : spec.chinese, language, split, request.cpp);
  if (request.has_example) {
    pattern += DrawExample(rng, request.example, language, split, request.cpp);
  }
  // Words may name arguments too ("the index of $b").
  std::string named = pattern;
  for (const auto& [key, text] : request.words) {
    if (pattern.find("$" + std::string(key)) != std::string::npos) named += text;
  }
  request.names = DrawNames(rng, spec, variant, named);
  request.question = Render(pattern, request.names, request.words);
  for (const auto& [key, text] : request.words) {
    // A sentence may start with a word ("$do a string."), and then needs a capital.
    if (pattern.starts_with("$" + std::string(key))) {
      char& first = request.question[0];
      first = static_cast<char>(std::toupper(static_cast<unsigned char>(first)));
    }
  }
  return request;
}

// Settles the names first: the program then copies them from here.
std::string Opening(const Request& request, Language language) {
  const std::string call = request.names.Signature() + (request.cpp ? ", C++" : ", Python");
  if (language == Language::kEnglish) {
    return (request.names.function_is_given ? "Write " : "No name is given, so write ") + call +
           ". ";
  }
  return (request.names.function_is_given ? "要写 " : "没有指定函数名, 写 ") + call + "。";
}

std::string Trial(const AlgorithmSpec& spec, const Request& request, Language language) {
  std::string inputs;
  for (const Value& value : request.example.arguments) {
    inputs += (inputs.empty() ? "" : ", ") + ToSource(value, !request.cpp);
  }
  return (language == Language::kEnglish ? " Try " : "试算 ") + inputs + ": " +
         spec.trace(request.example.arguments, request.variant) + " -> " +
         ToSource(request.example.expected, !request.cpp) +
         (language == Language::kEnglish ? "." : "。");
}

std::vector<TestCase> DrawTests(Rng& rng, const AlgorithmSpec& spec, int variant) {
  std::vector<Case> cases = spec.edges(variant);
  for (int i = 0; i < kDrawnTests; ++i) {
    cases.push_back(spec.draw(rng, variant, rng.Int(kExampleSize, kTestSizeMax)));
  }
  std::vector<TestCase> tests;
  for (const Case& drawn : cases) {
    TestCase test{{}, ToJson(drawn.expected), drawn.any_order};
    for (const Value& argument : drawn.arguments) test.arguments.push_back(ToJson(argument));
    tests.push_back(std::move(test));
  }
  return tests;
}

}  // namespace

Problem AlgorithmFamily::Generate(Rng& rng, Language language, Split split) const {
  Request request = DrawRequest(rng, spec_, language, split);
  while (!InSplit(HashOfText(request.question), split)) {
    request = DrawRequest(rng, spec_, language, split);
  }
  const Telling& telling = language == Language::kEnglish ? spec_.english : spec_.chinese;
  Problem problem;
  problem.family = spec_.name;
  problem.domain = Domain::kAlgorithm;
  problem.language = language;
  problem.question = request.question;
  problem.thinking =
      Opening(request, language) + Render(telling.thinking, request.names, request.words);
  if (request.has_example || rng.Chance(kTrialShare)) {
    problem.thinking += Trial(spec_, request, language);
  }
  problem.code_language = request.cpp ? "cpp" : "python";
  const std::string_view program = request.cpp ? spec_.cpp : spec_.python;
  problem.solution = Render(telling.steps, request.names, request.words) + "\n\n```" +
                     problem.code_language + Render(program, request.names, request.words) + "```";
  problem.tests = DrawTests(rng, spec_, request.variant);
  return problem;
}

bool AlgorithmFamily::Check(const Problem& problem, std::string_view reply) const {
  const Job job = JobFor(problem, reply);
  const auto verdicts = RunProgram(job.code, job.language, job.tests);
  return verdicts.ok() && AllPassed(*verdicts);
}

std::vector<const Family*> AlgorithmFamilies() {
  std::vector<const Family*> families;
  for (const auto& group : {ArrayFamilies(), SortedListFamilies(), RearrangingFamilies(),
                            SortingFamilies(), ProfitFamilies(), StringFamilies(), LetterFamilies(),
                            NumberFamilies(), RecurrenceFamilies(), CapacityFamilies(),
                            SequenceFamilies(), GridFamilies(), MatrixFamilies()}) {
    for (const AlgorithmFamily& family : group) families.push_back(&family);
  }
  return families;
}

}  // namespace lemma::train
