// A family: one narrow kind of problem, with a generator and a checker. The heart of the recipe:
// everything the model learns is written by families, so every step they write must be true.
//
// Families are stateless and thread-safe; a problem depends only on the Rng's state.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "train/data/rng.h"

namespace lemma::train {

enum class Language { kEnglish, kChinese };
enum class Domain { kMath, kAlgorithm };

// Training never sees what evaluation asks: of each family's operand space a fixed tenth (by a hash
// of the operands) is held out, and so are some phrasings.
enum class Split { kTrain, kHeldOut };

struct TestCase {
  std::vector<std::string> arguments;  // Python literals (also valid JSON): "[2,7,11,15]", "9"
  std::string expected;                // likewise
  bool any_order = false;              // the result is compared as a multiset
};

struct Problem {
  std::string family;  // "fraction-addition"
  Domain domain = Domain::kMath;
  Language language = Language::kEnglish;
  std::string question;       // the user's turn
  std::string thinking;       // what stands between <think> and </think>
  std::string solution;       // the visible answer: numbered steps, ending in \boxed{...}; or a few
                              // sentences and one fenced program
  std::string answer;         // Domain::kMath: what stands in the box, canonical
  std::string code_language;  // Domain::kAlgorithm: "python" or "cpp"
  std::vector<TestCase> tests;  // Domain::kAlgorithm: at least 5, edge cases included
};

class Family {
 public:
  virtual ~Family() = default;
  virtual std::string_view name() const = 0;  // kebab-case, unique
  virtual Domain domain() const = 0;
  // One line for the model card: what it asks and over which ranges.
  virtual std::string_view description() const = 0;
  virtual Problem Generate(Rng& rng, Language language, Split split) const = 0;
  // Is `reply` (the visible part after </think>) a right answer? The default for mathematics
  // compares the last \boxed{...} with problem.answer exactly after dropping white space; families
  // whose answers have several right forms override it. Programs are run (program_runner.h).
  virtual bool Check(const Problem& problem, std::string_view reply) const;
};

// All families, in a fixed order.
const std::vector<const Family*>& AllFamilies();

// The content of the last \boxed{...} with balanced braces; "" if there is none.
std::string LastBoxed(std::string_view text);

// Reports whether operands that hash to `operand_hash` belong to the split: draw operands until
// true. One tenth is held out.
bool InSplit(uint64_t operand_hash, Split split);

}  // namespace lemma::train
