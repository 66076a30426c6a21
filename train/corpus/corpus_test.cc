// From problems to batches: what is written is read, what is learnt is what should be.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "common/base/file.h"
#include "train/corpus/documents.h"
#include "train/corpus/problem_counts.h"
#include "train/corpus/problem_file.h"
#include "train/corpus/samples.h"
#include "train/corpus/seen_texts.h"
#include "train/tokenizer/bpe_trainer.h"

namespace lemma::train {
namespace {

Problem SomeProblem() {
  Problem problem;
  problem.family = "two-sum";
  problem.domain = Domain::kAlgorithm;
  problem.language = Language::kChinese;
  problem.question = "给定 <|im_end|> \"nums\"\n";  // spelled control tokens are text
  problem.thinking = "first\nsecond";
  problem.solution = "```python\ndef f(): pass\n```";
  problem.code_language = "python";
  problem.tests = {{{"[1,2]", "3"}, "[0,1]", true}, {{"[]", "0"}, "[]", false}};
  return problem;
}

// In a name of the test's own: tests may run at the same time.
std::filesystem::path TestPath(const std::string& name) {
  const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
  return std::filesystem::path(testing::TempDir()) / (test + "_" + name);
}

Vocabulary SmallVocabulary() {
  const std::filesystem::path directory = TestPath("vocabulary");
  std::filesystem::create_directories(directory);
  const std::string json = TrainBpe({"first second def pass system user assistant"}, 300).value();
  EXPECT_TRUE(WriteFileAtomically(directory / "tokenizer.json", json).ok());
  return Vocabulary::Load(directory).value();
}

TEST(ProblemFile, ReadsWhatItWrote) {
  const Problem problem = SomeProblem();
  const std::string line = FormatProblem(problem);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const Result<Problem> read = ParseProblem(line, "f:1");
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(FormatProblem(*read), line);
  EXPECT_EQ(read->question, problem.question);
  EXPECT_EQ(read->tests[0].arguments, problem.tests[0].arguments);
  EXPECT_TRUE(read->tests[0].any_order);
}

TEST(ProblemFile, AWrongLineIsNamed) {
  const std::filesystem::path path = TestPath("problems.jsonl");
  const std::string good = FormatProblem(SomeProblem());
  for (const std::string bad : {"{", "[]", R"({"family":"x"})", R"({"family":7})"}) {
    ASSERT_TRUE(WriteFileAtomically(path, good + "\n" + bad + "\n").ok());
    const Result<std::vector<Problem>> read = ReadProblems(path);
    EXPECT_EQ(read.status().code(), StatusCode::kDataLoss) << bad;
    EXPECT_NE(read.status().message().find("problems.jsonl:2"), std::string::npos)
        << read.status().message();
  }
}

TEST(ProblemFile, ThreadsTakeEveryLineOnce) {
  const std::filesystem::path path = TestPath("many.jsonl");
  std::string lines;
  for (int i = 0; i < 10; ++i) lines += FormatProblem(SomeProblem()) + "\n";
  ASSERT_TRUE(WriteFileAtomically(path, lines).ok());
  std::vector<std::vector<size_t>> seen(3);
  ASSERT_TRUE(ForEachProblem(path, 3, [&](int thread, size_t line, Problem&&) {
                seen[static_cast<size_t>(thread)].push_back(line);
              }).ok());
  std::vector<size_t> all;
  for (const auto& part : seen) all.insert(all.end(), part.begin(), part.end());
  EXPECT_EQ(all, (std::vector<size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(ChatSample, LearnsExactlyTheAssistantsTokens) {
  const Vocabulary vocabulary = SmallVocabulary();
  const Problem problem = SomeProblem();
  const Sample sample = ChatSample(problem, "Be brief.", vocabulary);
  const auto decode = [&](size_t begin, size_t end) {
    return vocabulary.tokenizer.Decode({sample.ids.begin() + static_cast<ptrdiff_t>(begin),
                                        sample.ids.begin() + static_cast<ptrdiff_t>(end)},
                                       /*skip_special=*/false);
  };
  EXPECT_EQ(decode(0, sample.n_context),
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n" + problem.question +
                "<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(decode(sample.n_context, sample.ids.size()),
            "<think>\nfirst\nsecond\n</think>\n\n" + problem.solution + "<|im_end|>");
  EXPECT_EQ(sample.ids[sample.n_context], vocabulary.control.think_open);
  EXPECT_EQ(sample.ids.back(), vocabulary.control.end_of_turn);
  // The question spells <|im_end|>; only the three turns' own ends are the token.
  EXPECT_EQ(std::count(sample.ids.begin(), sample.ids.end(), vocabulary.control.end_of_turn), 3);
}

TEST(ChatSample, NoSystemTextIsNoSystemTurn) {
  const Vocabulary vocabulary = SmallVocabulary();
  const std::vector<text::TokenId> ids = PromptIds("", "hi", vocabulary);
  EXPECT_EQ(vocabulary.tokenizer.Decode(ids, /*skip_special=*/false),
            "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
}

TEST(PlainSample, LearnsAllOfIt) {
  const Vocabulary vocabulary = SmallVocabulary();
  const Sample sample = PlainSample(SomeProblem(), vocabulary);
  EXPECT_EQ(sample.n_context, 1u);
  EXPECT_EQ(sample.ids.back(), vocabulary.control.end_of_text);
}

TEST(Profiles, PromptsAreDrawnAsTheRecipeSays) {
  const Profiles profiles = Profiles::Load("train/recipe/profiles.json").value();
  Rng rng(1);
  std::map<std::string, int> counts;
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) ++counts[profiles.Draw(Domain::kMath, rng)];
  const auto part = [&](const std::string& system) { return 100.0 * counts[system] / kDraws; };
  EXPECT_NEAR(part(profiles.System(Domain::kMath, Language::kEnglish)), 70, 2);
  EXPECT_NEAR(part(profiles.System(Domain::kMath, Language::kChinese)), 10, 2);
  EXPECT_NEAR(part(profiles.System(Domain::kAlgorithm, Language::kEnglish)), 5, 1);
  EXPECT_NEAR(part(""), 10, 2);
  EXPECT_EQ(counts.size(), 5u);
}

TEST(Profiles, AMissingPromptIsAnError) {
  const std::filesystem::path path = TestPath("profiles.json");
  ASSERT_TRUE(
      WriteFileAtomically(path, R"([{"name":"math","language":"en","system":"Think."}])").ok());
  EXPECT_EQ(Profiles::Load(path).status().code(), StatusCode::kDataLoss);
}

DocumentSet RandomDocuments(size_t n) {
  DocumentSet documents;
  Rng rng(3);
  for (size_t i = 0; i < n; ++i) {
    documents.Add(std::vector<text::TokenId>(static_cast<size_t>(rng.Int(2, 300)), 1), 1);
  }
  return documents;
}

TEST(BatchStream, AnEpochVisitsEveryDocumentOnceWithinTheBudget) {
  const DocumentSet documents = RandomDocuments(500);
  BatchStream stream(documents, 1024, /*seed=*/1, {});
  for (int epoch = 0; epoch < 2; ++epoch) {
    std::set<uint32_t> seen;
    int64_t n_padded = 0;
    const size_t n_batches = stream.batches_in_epoch();
    for (size_t i = 0; i < n_batches; ++i) {
      int64_t length = 0;
      const std::vector<uint32_t>& batch = stream.Next();
      for (const uint32_t index : batch) {
        EXPECT_TRUE(seen.insert(index).second);
        length = std::max(length, PaddedLength(documents[index].n_tokens));
      }
      EXPECT_LE(length * static_cast<int64_t>(batch.size()), 1024);
      n_padded += length * static_cast<int64_t>(batch.size());
    }
    EXPECT_EQ(seen.size(), documents.size());
    EXPECT_LT(n_padded, documents.n_tokens() * 5 / 4);  // near-equal lengths waste little
  }
}

TEST(BatchStream, GoesOnFromAPosition) {
  const DocumentSet documents = RandomDocuments(60);
  BatchStream straight(documents, 1024, /*seed=*/1, {});
  for (int i = 0; i < 37; ++i) straight.Next();  // into a later epoch
  ASSERT_GT(straight.position().epoch, 0u);
  BatchStream resumed(documents, 1024, /*seed=*/1, straight.position());
  for (int i = 0; i < 40; ++i) EXPECT_EQ(straight.Next(), resumed.Next());
}

TEST(BatchStream, SeedsAndEpochsDiffer) {
  const DocumentSet documents = RandomDocuments(60);
  BatchStream one(documents, 1024, 1, {}), other(documents, 1024, 2, {});
  BatchStream later(documents, 1024, 1, {1, 0});
  const std::vector<uint32_t> first = one.Next();
  EXPECT_NE(first, other.Next());
  EXPECT_NE(first, later.Next());
}

TEST(Drills, AreLearntWhole) {
  const Vocabulary vocabulary = SmallVocabulary();
  const std::filesystem::path path = TestPath("drills.jsonl");
  ASSERT_TRUE(WriteFileAtomically(path, "\"1 + 1 = 2\\n2*3 = 6\"\n\"7\"\n").ok());
  DocumentSet documents;
  ASSERT_TRUE(AddDrills(path, vocabulary, documents).ok());
  ASSERT_EQ(documents.size(), 2u);
  const DocumentSet::Document first = documents[0];
  EXPECT_EQ(first.n_context, 1);
  EXPECT_EQ(vocabulary.tokenizer.Decode({first.tokens, first.tokens + first.n_tokens - 1},
                                        /*skip_special=*/false),
            "1 + 1 = 2\n2*3 = 6");
  EXPECT_EQ(first.tokens[first.n_tokens - 1], vocabulary.control.end_of_text);

  ASSERT_TRUE(WriteFileAtomically(path, "\"1\"\n7\n").ok());
  EXPECT_NE(AddDrills(path, vocabulary, documents).message().find("drills.jsonl:2"),
            std::string::npos);
}

TEST(ProblemCounts, FollowTheErrorsOfAnEvaluation) {
  const std::filesystem::path path = TestPath("eval.json");
  const ProblemCounts even = EvenCounts(1000);
  std::string families;
  for (size_t i = 0; i < even.size(); ++i) {
    EXPECT_EQ(even[i], AllFamilies()[i]->domain() == Domain::kMath ? 1000 : 500);
    // The first is never right, the second always, the others at times.
    const char* right = i == 0 ? "0.0" : i == 1 ? "1" : "0.5";
    families += (i == 0 ? "\"" : ",\"") + std::string(AllFamilies()[i]->name()) +
                "\":{\"right\":" + right + "}";
  }
  ASSERT_TRUE(WriteFileAtomically(path, "{\"families\":{" + families + "}}").ok());
  const Result<ProblemCounts> focused = FocusedCounts(1000, path);
  ASSERT_TRUE(focused.ok()) << focused.status().message();
  EXPECT_EQ((*focused)[0], 2000);
  EXPECT_EQ((*focused)[1], 800);
  EXPECT_EQ((*focused)[2], 1000);

  ASSERT_TRUE(WriteFileAtomically(path, "{\"families\":{}}").ok());
  const Status lacking = FocusedCounts(1000, path).status();
  EXPECT_EQ(lacking.code(), StatusCode::kDataLoss);
  EXPECT_NE(lacking.message().find(AllFamilies()[0]->name()), std::string::npos);
}

TEST(SeenTexts, KnowWorkingsWhateverAsksForThem) {
  Problem trained = SomeProblem();
  trained.domain = Domain::kMath;
  trained.thinking = "0.47*3.6\n47*36 = 47*30 + 47*6 = 1410 + 282 = 1692; 1 + 1 = 2";
  SeenTexts seen;
  seen.Add(trained);
  seen.AddWorking("3*4 = 12; 5*6 = 30\n7*8 = 56");

  Problem asked = trained;
  asked.question = "another";
  EXPECT_TRUE(seen.Contains(asked));  // the same working
  asked.thinking = "47*36 = 47*30 + 47*6 = 1410 + 282 = 1692";
  EXPECT_TRUE(seen.Contains(asked));  // a step of another's
  asked.thinking = "5*6 = 30";
  EXPECT_TRUE(seen.Contains(asked));  // a drill
  asked.thinking = "47*36 = 47*30";
  EXPECT_FALSE(seen.Contains(asked));
  seen.AddQuestion(asked);
  EXPECT_TRUE(seen.Contains(asked));
  // Programs of one kind share their thinking; their questions tell them apart.
  Problem program = SomeProblem();
  seen.Add(program);
  EXPECT_TRUE(seen.Contains(program));
  program.question = "in other words";
  EXPECT_FALSE(seen.Contains(program));
}

}  // namespace
}  // namespace lemma::train
