// Expressions with brackets and precedence, worked out one operation after another.
#include <optional>
#include <string>

#include "train/data/families/arith_families.h"
#include "train/data/steps.h"
#include "train/data/wording.h"
#include "train/data/working.h"

namespace lemma::train {
namespace {

// Each letter is an operand of its own.
const std::vector<std::string>& Forms() {
  static const std::vector<std::string> forms = {
      "a + b*c",     "a - b*c",       "a*b - c",         "(a + b)*c", "(a - b)*c + d",
      "a*(b + c)",   "a*(b + c) - d", "(a + b)*(c - d)", "a*b + c*d", "a*b - c*d",
      "a - (b - c)", "a - (b - c)*d", "a + b/c",         "a/b + c*d", "(a + b)/c",
      "(a - b)/c*d", "a/b - c",       "a*b/c",           "a/(b - c)", "a - b + c*d"};
  return forms;
}

// Works out a form for given operands by recursive descent: sum of products of factors. What the
// working could not show in small operations is no value: an inexact or long division, a product of
// more than two digits by one, a negative number anywhere but in a sum.
class FormEvaluator {
 public:
  FormEvaluator(const std::string& form, const std::vector<int64_t>& operands)
      : form_(form), operands_(operands) {}

  std::optional<int64_t> Value() {
    const int64_t value = Sum();
    return possible_ ? std::optional<int64_t>(value) : std::nullopt;
  }
  const Working& working() const { return working_; }

 private:
  bool Take(const char* token) {
    const std::string_view text(token);
    if (form_.compare(at_, text.size(), text) != 0) return false;
    at_ += text.size();
    return true;
  }

  int64_t Sum() {
    int64_t value = Product();
    while (possible_) {
      if (Take(" + ")) {
        value = working_.Add(value, Product());
      } else if (Take(" - ")) {
        value = working_.Subtract(value, Product());
      } else {
        return value;
      }
    }
    return 0;
  }

  int64_t Product() {
    int64_t value = Factor();
    while (possible_) {
      if (Take("*")) {
        const int64_t right = Factor();
        possible_ = possible_ && value > 0 && right > 0 && value < 100 && right < 100 &&
                    (value < 10 || right < 10);
        if (possible_) value = working_.Multiply(value, right);
      } else if (Take("/")) {
        const int64_t right = Factor();
        possible_ =
            possible_ && right > 1 && right < 10 && value > 0 && value < 100 && value % right == 0;
        if (possible_) value = working_.DivideExactly(value, right);
      } else {
        return value;
      }
    }
    return 0;
  }

  int64_t Factor() {
    if (!Take("(")) return operands_[static_cast<size_t>(form_[at_++] - 'a')];
    const int64_t value = Sum();
    possible_ = possible_ && Take(")") && value > 0;
    return value;
  }

  const std::string& form_;
  const std::vector<int64_t>& operands_;
  size_t at_ = 0;
  bool possible_ = true;
  Working working_;
};

std::string Written(const std::string& form, const std::vector<int64_t>& operands) {
  std::string text;
  for (const char c : form) {
    text += c >= 'a' && c <= 'd' ? std::to_string(operands[static_cast<size_t>(c - 'a')])
                                 : std::string(1, c);
  }
  return text;
}

}  // namespace

Problem MixedExpression(Rng& rng, Language language, Split split) {
  const size_t form = static_cast<size_t>(rng.Int(0, static_cast<int64_t>(Forms().size()) - 1));
  while (true) {
    std::vector<int64_t> operands(4);
    for (int64_t& n : operands) n = rng.Chance(0.5) ? rng.Int(2, 9) : rng.Int(10, 99);
    const std::string expression = Written(Forms()[form], operands);
    // Unused letters must not matter to the split.
    if (Forms()[form].find('d') == std::string::npos) operands[3] = 0;
    if (!InSplit(HashOf({static_cast<int64_t>(form), operands[0], operands[1], operands[2],
                         operands[3]}),
                 split)) {
      continue;
    }
    FormEvaluator evaluator(Forms()[form], operands);
    const std::optional<int64_t> value = evaluator.Value();
    if (!value) continue;

    Problem problem;
    problem.question = AskExpression(rng, expression, split, language);
    problem.thinking = expression + "\n" + Join(evaluator.working().chains(), "\n");
    problem.answer = std::to_string(*value);
    problem.solution = NumberedSolution(language, evaluator.working().equations(), problem.answer);
    return problem;
  }
}

}  // namespace lemma::train
