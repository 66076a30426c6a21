#include "train/corpus/seen_texts.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "train/corpus/problem_file.h"

namespace lemma::train {
namespace {

uint64_t HashOf(std::string_view text) { return std::hash<std::string_view>()(text); }

// Calls `use` with what stands between separators.
template <typename Use>
void ForEachPart(std::string_view text, std::string_view separator, const Use& use) {
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    use(text.substr(begin, end - begin));
    begin = end + separator.size();
  }
}

}  // namespace

void SeenTexts::AddQuestion(const Problem& problem) { hashes_.insert(HashOf(problem.question)); }

void SeenTexts::Add(const Problem& problem) {
  AddQuestion(problem);
  if (problem.domain != Domain::kMath) return;  // programs of one kind share their thinking
  hashes_.insert(HashOf(problem.thinking));
  AddWorking(problem.thinking);
}

void SeenTexts::AddWorking(std::string_view working) {
  ForEachPart(working, "\n", [&](std::string_view line) {
    hashes_.insert(HashOf(line));
    ForEachPart(line, "; ", [&](std::string_view chain) { hashes_.insert(HashOf(chain)); });
  });
}

Status SeenTexts::AddFolder(const std::filesystem::path& data) {
  LEMMA_RETURN_IF_ERROR(
      ForEachDrill(data / kDrillsFile, [&](std::string_view drill) { AddWorking(drill); }));
  return ForEachProblem(data / kTrainFile, /*n_threads=*/1,
                        [&](int, size_t, Problem&& problem) { Add(problem); });
}

bool SeenTexts::Contains(const Problem& problem) const {
  return hashes_.contains(HashOf(problem.question)) ||
         (problem.domain == Domain::kMath && hashes_.contains(HashOf(problem.thinking)));
}

}  // namespace lemma::train
