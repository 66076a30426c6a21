#include "train/classifier/examples.h"

#include "common/base/file.h"

namespace lemma::train {
namespace {

constexpr uint64_t kPhrasesFileBytesMax = 1 << 20;
constexpr int kOfEachPhrase = 16;
constexpr int kOfEachFamily = 6;  // in each language

bool Has(std::string_view text, std::string_view word) { return text.find(word) != text.npos; }

// The profile that a problem is for; some families of mathematics ask for proofs.
const char* LabelOf(const Problem& problem) {
  const std::string_view question = problem.question;
  if (problem.domain == Domain::kAlgorithm) return "algorithm";
  if (Has(question, "nduction") || Has(question, "归纳")) return "induction";
  const bool is_proof = Has(question, "Prove") || Has(question, "prove") || Has(question, "证");
  return is_proof ? "math-proof" : "math";
}

void AddProblems(Split split, Rng& rng, std::vector<LabelledText>& examples) {
  for (const Family* family : AllFamilies()) {
    for (const Language language : {Language::kEnglish, Language::kChinese}) {
      for (int i = 0; i < kOfEachFamily; ++i) {
        const Problem problem = family->Generate(rng, language, split);
        examples.push_back({LabelOf(problem), problem.question});
      }
    }
  }
}

}  // namespace

Result<std::vector<LabelledText>> ClassifierExamples(const std::filesystem::path& root,
                                                     Split split) {
  const auto path = root / (split == Split::kTrain ? kPhrasesFile : kHeldOutPhrasesFile);
  LEMMA_ASSIGN_OR_RETURN(const std::string file, ReadFile(path, kPhrasesFileBytesMax));
  const Result<Phrases> phrases = Phrases::Parse(file);
  if (!phrases.ok()) return InvalidArgument(path.string() + ": " + phrases.status().message());
  Rng rng(HashOf({static_cast<int64_t>(split)}));
  std::vector<LabelledText> examples = phrases->Write(kOfEachPhrase, rng);
  AddProblems(split, rng, examples);
  return examples;
}

}  // namespace lemma::train
