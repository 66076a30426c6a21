// Property: each shape of a dataset becomes problems that can be asked and graded, the same way
// every time; whatever is wrong is said with file, line and field.
#include "service/eval/dataset.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <string>

#include "service/eval/test_files.h"

namespace lemma::eval {
namespace {

namespace json = boost::json;

json::object Gpqa() {
  return {{"Question", "Which?"},       {"Correct Answer", "the right one"},
          {"Incorrect Answer 1", "w1"}, {"Incorrect Answer 2", "w2"},
          {"Incorrect Answer 3", "w3"}, {"High-level domain", "Physics"}};
}

json::object LiveCode(const std::string& id, const std::string& date) {
  const json::array shown = {{{"input", "1\n"}, {"output", "2\n"}, {"testtype", "stdin"}}};
  const json::array hidden = {{{"input", "4\n"}, {"output", "5\n"}, {"testtype", "stdin"}}};
  return {{"question_content", "Print n + 1."},
          {"question_id", id},
          {"contest_date", date + "T00:00:00"},
          {"starter_code", ""},
          {"difficulty", "easy"},
          {"public_test_cases", json::serialize(shown)},
          {"private_test_cases", json::serialize(hidden)},
          {"metadata", "{}"}};
}

json::object Functional() {
  json::object problem = LiveCode("call", "2025-02-01");
  problem["starter_code"] = "class Solution:\n    def add(self, a, b):";
  problem["metadata"] = R"({"func_name": "add"})";
  const json::array tests = {{{"input", "1\n[2]"}, {"output", "[3]"}, {"testtype", "functional"}}};
  problem["public_test_cases"] = json::serialize(tests);
  problem["private_test_cases"] = json::serialize(tests);
  return problem;
}

std::string Lines(std::initializer_list<json::object> objects) {
  std::string text;
  for (const json::object& object : objects) text += json::serialize(object) + "\n";
  return text;
}

class DatasetTest : public testing::Test {
 protected:
  Result<Dataset> Read(const std::string& text, const DatasetOptions& options = {}) {
    return ReadDataset(folder_.Write("d.jsonl", text), options);
  }
  Dataset MustRead(const std::string& text, const DatasetOptions& options = {}) {
    auto dataset = Read(text, options);
    EXPECT_TRUE(dataset.ok()) << dataset.status().ToString();
    return dataset.ok() ? *dataset : Dataset();
  }

  const TestFolder folder_;
};

TEST_F(DatasetTest, ProblemsWithAnswers) {
  const Dataset dataset =
      MustRead(R"({"id": "a", "problem": "1 + 1?", "answer": "2", "family": "sums"})"
               "\n\n"
               R"({"question": "Half?", "answer": 0.5})"
               "\n");
  ASSERT_EQ(dataset.problems.size(), 2u);
  EXPECT_EQ(dataset.name, "d.jsonl");
  EXPECT_EQ(dataset.problems[0].id, "a");
  EXPECT_EQ(dataset.problems[0].family, "sums");
  EXPECT_EQ(dataset.problems[0].gold, "2");
  EXPECT_EQ(dataset.problems[1].id, "3") << "the line's number";
  EXPECT_EQ(dataset.problems[1].prompt, "Half?");
}

TEST_F(DatasetTest, ANumberIsTheGoldAsPeopleWriteIt) {
  const std::pair<const char*, const char*> cases[] = {
      {"0.5", "0.5"},      {"2.5", "2.5"},
      {"-0.25", "-0.25"},  {"0.00001", "0.00001"},
      {"3.0", "3"},        {"1e3", "1000"},
      {"0.1", "0.1"},      {"123456.789012345", "123456.789012345"},
      {"-7", "-7"},        {"18446744073709551615", "18446744073709551615"},
      {"\"1e5 \"", "1e5"},
  };
  for (const auto& [number, gold] : cases) {
    const Dataset dataset =
        MustRead(R"({"question": "?", "answer": )" + std::string(number) + "}\n");
    EXPECT_EQ(dataset.problems.at(0).gold, gold) << number;
  }
}

// GSM8K has the working before it.
TEST_F(DatasetTest, TheAnswerBehindAMarkIsTheGold) {
  const Dataset dataset = MustRead(
      Lines({{{"question", "Sum?"}, {"answer", "7 * 10 = <<7*10=70>>70\n70 + 2 = 72\n#### 72"}},
             {{"question", "Sum?"}, {"answer", "#### 5\nno:\n#### 1,200 \n"}}}));
  EXPECT_EQ(dataset.problems.at(0).gold, "72");
  EXPECT_EQ(dataset.problems.at(1).gold, "1,200");
}

TEST_F(DatasetTest, ChoicesAreShuffledBySeedAndTheGoldMovesWithThem) {
  const std::string text = Lines({Gpqa()});
  std::set<std::string> golds;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    const Dataset dataset = MustRead(text, {.seed = seed});
    const Problem& problem = dataset.problems.at(0);
    EXPECT_NE(problem.prompt.find(problem.gold + ". the right one\n"), std::string::npos);
    EXPECT_EQ(problem.prompt, MustRead(text, {.seed = seed}).problems[0].prompt);
    EXPECT_EQ(problem.family, "Physics");
    EXPECT_EQ(dataset.digest, MustRead(text).digest) << "the same problems, whatever the order";
    golds.insert(problem.gold);
  }
  EXPECT_EQ(golds, (std::set<std::string>{"A", "B", "C", "D"}));
}

TEST_F(DatasetTest, AChoiceIsNamedByLetterIndexOrText) {
  for (const json::value& answer : {json::value("C"), json::value(2), json::value("red")}) {
    const Dataset dataset = MustRead(Lines(
        {{{"question", "Which?"}, {"choices", {"green", "blue", "red"}}, {"answer", answer}}}));
    const Problem& problem = dataset.problems.at(0);
    EXPECT_NE(problem.prompt.find(problem.gold + ". red\n"), std::string::npos);
  }
}

TEST_F(DatasetTest, AChoicesOwnTextIsMeantBeforeALetter) {
  const Dataset dataset =
      MustRead(Lines({{{"question", "Which?"}, {"choices", {"B", "A", "C"}}, {"answer", "A"}},
                      {{"question", "Which?"}, {"choices", {"I", "II", "III"}}, {"answer", "C"}}}));
  EXPECT_NE(dataset.problems[0].prompt.find(dataset.problems[0].gold + ". A\n"), std::string::npos);
  EXPECT_NE(dataset.problems[1].prompt.find(dataset.problems[1].gold + ". III\n"),
            std::string::npos);
}

TEST_F(DatasetTest, MmluProHasOptionsAndAnIndexThatDecides) {
  json::object row = {{"question_id", 70},
                      {"question", "Which element?"},
                      {"options", {"C", "N", "the third"}},
                      {"answer", "C"},
                      {"answer_index", 2},
                      {"category", "chemistry"}};
  const Dataset dataset = MustRead(Lines({row}));
  const Problem& problem = dataset.problems.at(0);
  EXPECT_NE(problem.prompt.find(problem.gold + ". the third\n"), std::string::npos)
      << problem.prompt << problem.gold;
  EXPECT_EQ(problem.id, "70");
  EXPECT_EQ(problem.family, "chemistry");
  row.erase("answer");
  EXPECT_EQ(MustRead(Lines({row})).problems[0].gold, problem.gold);
}

TEST_F(DatasetTest, ColumnsOfLettersAreChoices) {
  const Dataset dataset = MustRead(
      Lines({{{"question", "Which?"}, {"A", "x"}, {"B", "A"}, {"C", "z"}, {"answer", "A"}}}));
  const Problem& problem = dataset.problems.at(0);
  EXPECT_NE(problem.prompt.find(problem.gold + ". x\n"), std::string::npos) << problem.prompt;
}

TEST_F(DatasetTest, ProgramsHaveAllTestsAndShowThePublicOnes) {
  const Dataset dataset = MustRead(Lines({LiveCode("s", "2025-02-01"), Functional()}));
  const Problem& program = dataset.problems.at(0);
  ASSERT_TRUE(program.tests);
  ASSERT_EQ(program.tests->tests.size(), 2u);
  EXPECT_EQ(program.tests->tests[1].input, "4\n");
  EXPECT_EQ(program.shown_tests.find("4\\n"), std::string::npos);
  EXPECT_NE(program.shown_tests.find("1\\n"), std::string::npos);
  EXPECT_EQ(program.family, "easy");
  const Problem& call = dataset.problems.at(1);
  EXPECT_EQ(call.tests->function, "add");
  EXPECT_EQ(call.tests->tests[0].input, "[1,[2]]");
  EXPECT_NE(call.prompt.find("def add(self, a, b):"), std::string::npos);
}

TEST_F(DatasetTest, TheWindowHoldsBothItsDays) {
  const std::string text = Lines({LiveCode("a", "2025-01-31"), LiveCode("b", "2025-02-01"),
                                  LiveCode("c", "2025-03-01"), LiveCode("d", "2025-03-02")});
  const Dataset dataset = MustRead(text, {.from = "2025-02-01", .to = "2025-03-01"});
  ASSERT_EQ(dataset.problems.size(), 2u);
  EXPECT_EQ(dataset.problems[0].id, "b");
  EXPECT_EQ(dataset.problems[1].id, "c");
  EXPECT_NE(dataset.digest, MustRead(text).digest);
  EXPECT_EQ(MustRead(text, {.n_max = 3}).problems.size(), 3u);
  const auto none = Read(text, {.from = "2026-01-01"});
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.status().message().find("--from"), std::string::npos);
}

TEST_F(DatasetTest, WhatIsWrongIsSaidWithFileLineAndField) {
  const std::string good = R"({"id": "a", "problem": "p", "answer": "1"})"
                           "\n";
  json::object pickled = LiveCode("x", "2025-02-01");
  pickled["private_test_cases"] = "eJxrYJmayAABNRJMhQ==";
  json::object mixed = Functional();
  mixed["metadata"] = "{}";
  json::object no_gpqa_answer = Gpqa();
  no_gpqa_answer["Incorrect Answer 2"] = nullptr;
  const std::pair<std::string, const char*> cases[] = {
      {"{", "valid JSON"},
      {R"({"answer": "1"})", "problem is missing"},
      {R"({"problem": "p"})", "answer is missing"},
      {R"({"problem": "p", "answer": " "})", "answer is empty"},
      {R"({"problem": "p", "answer": [1]})", "answer must be a string or a number"},
      {R"({"problem": "p", "answer": {"a": 1}})", "answer must be a string or a number"},
      {R"({"problem": "p", "answer": true})", "answer must be a string or a number"},
      {R"({"problem": "p", "answer": "so\n#### "})", "answer is empty behind its last ####"},
      {R"({"problem": "p", "answer": 10000000000000000000001})", "put it in quotes"},
      {R"({"problem": "p", "answer": -1e300})", "put it in quotes"},
      {R"({"problem": "p", "answer": "1", "id": [1]})", "id must be"},
      {R"({"problem": "p", "answer": "1", "id": "a"})", "the id a has been there before"},
      {R"({"question": "p", "choices": ["x"], "answer": "A"})", "choices must be"},
      {R"({"question": "p", "choices": ["x", "y"], "answer": "C"})", "names none"},
      {R"({"question": "p", "choices": ["x", "y"], "answer": -1})", "names none"},
      {R"({"question": "p", "choices": ["x", "y"], "answer": ["x"]})", "answer must be a letter"},
      {R"({"question": "p", "options": ["x", 2], "answer": "A"})", "options must be an array"},
      {R"({"question": "p", "options": "x, y", "answer": "A"})", "options must be an array"},
      {R"({"question": "p", "options": ["x", "y"], "answer": "Z"})", "answer names none"},
      {R"({"question": "p", "A": "x", "B": "y", "answer": "y"})", "answer names none"},
      {R"({"question": "p", "A": "x", "B": 2, "answer": "A"})", "B must be a string"},
      {R"({"question": "p", "options": ["x", "y"], "answer_index": 2})", "answer_index names none"},
      {R"({"question": "p", "options": ["x", "y"], "answer_index": 0, "answer": "B"})",
       "answer is not the choice that answer_index names"},
      {R"({"choices": ["x", "y"], "answer": 0})", "question is missing"},
      {json::serialize(no_gpqa_answer), "Incorrect Answer 2 is missing"},
      {json::serialize(pickled), "private_test_cases is pickled"},
      {json::serialize(mixed), "testtype must be stdin"},
  };
  for (const auto& [line, what] : cases) {
    const auto dataset = Read(good + line + "\n");
    ASSERT_FALSE(dataset.ok()) << line;
    EXPECT_NE(dataset.status().message().find("d.jsonl:2: "), std::string::npos)
        << dataset.status().message();
    EXPECT_NE(dataset.status().message().find(what), std::string::npos)
        << dataset.status().message();
  }
  EXPECT_EQ(ParseDataset(good + "\n{\"problem\": \"p\"}", "d", {}).status().message(),
            "line 3: answer is missing");
  EXPECT_EQ(ParseDataset(good, "d", {})->digest, Read(good)->digest);
  const auto undated = Read(good, {.from = "2025-01-01"});
  ASSERT_FALSE(undated.ok());
  EXPECT_NE(undated.status().message().find("contest_date"), std::string::npos);
  EXPECT_FALSE(Read("").ok());
  EXPECT_EQ(ReadDataset(folder_ / "none.jsonl", {}).status().code(), StatusCode::kIo);
}

// The published problems, where they are at hand.
TEST(DatasetFiles, AimeAndHmmtAreRead) {
  const std::filesystem::path root =
      std::filesystem::path(LEMMA_SOURCE_DIR) / "../shared/data/benchmarks";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no ../shared/data here";
  for (const char* name : {"aime24.jsonl", "aime25.jsonl", "hmmt25.jsonl"}) {
    const auto dataset = ReadDataset(root / name, {});
    ASSERT_TRUE(dataset.ok()) << dataset.status().ToString();
    EXPECT_EQ(dataset->problems.size(), 30u);
  }
}

}  // namespace
}  // namespace lemma::eval
