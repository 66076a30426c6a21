// A family of short programming tasks, written down as data: how the task is asked, what is
// thought, one canonical program a language, and the cases it must pass.
//
// Texts and programs hold variables: $f the function's name, $a $b $c its arguments, $sig the call
// "f(a, b)", and the words of the drawn variant. A word's text may hold variables too.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "train/data/families/algo_value.h"
#include "train/data/family.h"

namespace lemma::train {

using Words = std::vector<std::pair<std::string_view, std::string_view>>;

// One flavour of a task ("the indices" or "the values"), drawn with equal chance. The question
// tells which one is meant.
struct Variant {
  std::string_view function;               // its name where the question gives none
  std::vector<std::string_view> synonyms;  // other names a question may give
  Words english;
  Words chinese;
  Words code;  // for programs; known to the texts as well
};

// The task in one language. A task is a verb phrase for the shared frames ("returns the sum of
// $a", "返回 $a 的和"); a statement is a whole question.
struct Telling {
  std::vector<std::string_view> tasks;
  std::vector<std::string_view> tasks_held_out;
  std::vector<std::string_view> statements;
  std::vector<std::string_view> statements_held_out;
  std::string_view thinking;
  std::string_view steps;  // "1. ...\n2. ..."
};

struct AlgorithmSpec {
  std::string_view name;
  std::string_view description;
  std::vector<std::vector<std::string_view>> arguments;  // names; the first where none is given
  bool paired = false;  // argument names go together: (list1, list2), (a, b)
  std::vector<Variant> variants;
  Telling english;
  Telling chinese;
  std::string_view python;
  std::string_view cpp = "";  // "": not asked for in C++

  std::vector<Case> (*edges)(int variant);
  // A case whose size is about `size` (4 for examples in texts, up to 9 for tests).
  Case (*draw)(Rng& rng, int variant, int64_t size);
  // A run of the algorithm over small arguments, in symbols that need no language: "x=2, need=7;
  // x=7, need=2". The result is added by the caller.
  std::string (*trace)(const Values& arguments, int variant);
};

class AlgorithmFamily : public Family {
 public:
  explicit AlgorithmFamily(AlgorithmSpec spec) : spec_(std::move(spec)) {}

  std::string_view name() const override { return spec_.name; }
  Domain domain() const override { return Domain::kAlgorithm; }
  std::string_view description() const override { return spec_.description; }
  // In training, one problem in four is asked in C++ where the family has a C++ program.
  Problem Generate(Rng& rng, Language language, Split split) const override;
  // Runs the reply's last fenced block: all tests must pass. False as well if nothing can be run
  // (no python3); a caller that must tell these apart, or that has many, uses RunPrograms.
  bool Check(const Problem& problem, std::string_view reply) const override;

  const AlgorithmSpec& spec() const { return spec_; }

 private:
  AlgorithmSpec spec_;
};

// The families of one file each.
std::span<const AlgorithmFamily> ArrayFamilies();        // algo_arrays.cc
std::span<const AlgorithmFamily> SortedListFamilies();   // algo_sorted.cc
std::span<const AlgorithmFamily> RearrangingFamilies();  // algo_rearranging.cc
std::span<const AlgorithmFamily> SortingFamilies();      // algo_sorting.cc
std::span<const AlgorithmFamily> ProfitFamilies();       // algo_profit.cc
std::span<const AlgorithmFamily> StringFamilies();       // algo_strings.cc
std::span<const AlgorithmFamily> LetterFamilies();       // algo_letters.cc
std::span<const AlgorithmFamily> NumberFamilies();       // algo_numbers.cc
std::span<const AlgorithmFamily> RecurrenceFamilies();   // algo_recurrences.cc
std::span<const AlgorithmFamily> CapacityFamilies();     // algo_capacity.cc
std::span<const AlgorithmFamily> SequenceFamilies();     // algo_sequences.cc
std::span<const AlgorithmFamily> GridFamilies();         // algo_grids.cc
std::span<const AlgorithmFamily> MatrixFamilies();       // algo_matrix.cc

// Names a list or a text argument may have; no program has a local variable of such a name.
inline std::vector<std::string_view> ListNames() {
  return {"nums", "arr", "values", "numbers", "items", "data", "array", "list1", "a"};
}
inline std::vector<std::string_view> TextNames() {
  return {"s", "text", "line", "str1", "word", "sentence", "t"};
}

}  // namespace lemma::train
