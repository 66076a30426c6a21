// Decimals, as integers in units of 10^-places.
#include <algorithm>

#include "train/data/families/arith_families.h"
#include "train/data/steps.h"
#include "train/data/wording.h"

namespace lemma::train {
namespace {

struct Decimal {
  int64_t units;  // of 10^-places; its last digit is not 0
  int places;
};

std::string Text(Decimal decimal) { return DecimalText(decimal.units, decimal.places); }

Decimal DrawDecimal(Rng& rng, int64_t units_max, int places_min, int places_max) {
  while (true) {
    const Decimal decimal{rng.Int(2, units_max), static_cast<int>(rng.Int(places_min, places_max))};
    if (decimal.places == 0 || decimal.units % 10 != 0) return decimal;
  }
}

// Of two operands, whatever their order and what is done with them.
uint64_t HashOfPair(const Decimal& left, const Decimal& right) {
  const bool in_order =
      left.units != right.units ? left.units < right.units : left.places <= right.places;
  const Decimal &low = in_order ? left : right, &high = in_order ? right : left;
  return HashOf({low.units, low.places, high.units, high.places});
}

int64_t Rescaled(Decimal decimal, int places) {
  for (int i = decimal.places; i < places; ++i) decimal.units *= 10;
  return decimal.units;
}

// "4.10 = 4.1": the zeros at the end go.
std::string WithoutZeros(int64_t units, int places) {
  const std::string full = DecimalText(units, places), brief = ShortDecimalText(units, places);
  return full == brief ? full : full + " = " + brief;
}

}  // namespace

Problem DecimalSum(Rng& rng, Language language, Split split) {
  Decimal left{}, right{};
  bool is_sum = true;
  const auto draw = [&] {
    const int places = static_cast<int>(rng.Int(0, 2));
    return DrawDecimal(rng, places == 0 ? 99 : places == 1 ? 999 : 2999, places, places);
  };
  do {
    left = draw();
    right = draw();
    is_sum = rng.Chance(0.5);
  } while ((left.places == 0 && right.places == 0) || !InSplit(HashOfPair(left, right), split));
  const int places = std::max(left.places, right.places);
  const int64_t a = Rescaled(left, places), b = Rescaled(right, places);
  const int64_t value = is_sum ? a + b : a - b;
  const std::string op = is_sum ? " + " : " - ";
  const std::string expression = Text(left) + op + Text(right);
  const std::string aligned = DecimalText(a, places) + op + DecimalText(b, places);

  Problem problem;
  problem.question = AskExpression(rng, expression, split, language);
  problem.thinking =
      expression + "\n" + (is_sum ? AddSteps(a, b, places) : SubtractSteps(a, b, places));
  problem.answer = ShortDecimalText(value, places);
  const std::string result = DecimalText(value, places);
  if (result != problem.answer) problem.thinking += "\n" + WithoutZeros(value, places);
  problem.solution = NumberedSolution(
      language,
      {std::string(In(language, "Line up the decimal points: ", "小数点对齐: ")) + aligned,
       aligned + " = " + WithoutZeros(value, places)},
      problem.answer);
  return problem;
}

Problem DecimalProduct(Rng& rng, Language language, Split split) {
  Decimal left{}, right{};
  do {
    left = DrawDecimal(rng, 99, 0, 2);
    right = DrawDecimal(rng, rng.Chance(0.5) ? 9 : 99, 0, 2);
  } while ((left.places == 0 && right.places == 0) || !InSplit(HashOfPair(left, right), split));
  const int places = left.places + right.places;
  const int64_t units = left.units * right.units;
  const std::string expression = Text(left) + "*" + Text(right);
  const std::string product = std::to_string(left.units) + "*" + std::to_string(right.units);
  const std::string places_sum = std::to_string(left.places) + " + " +
                                 std::to_string(right.places) + " = " + std::to_string(places);

  Problem problem;
  problem.question = AskExpression(rng, expression, split, language);
  problem.thinking = expression + "\n" + MultiplySteps(left.units, right.units) + "\n" +
                     std::string(In(language, "Decimal places: ", "小数位数: ")) + places_sum +
                     "\n" + expression + " = " + WithoutZeros(units, places);
  problem.answer = ShortDecimalText(units, places);
  problem.solution =
      NumberedSolution(language,
                       {std::string(In(language, "Without the points: ", "先不看小数点: ")) +
                            product + " = " + std::to_string(units),
                        std::string(In(language, "Decimal places: ", "小数位数: ")) + places_sum,
                        expression + " = " + WithoutZeros(units, places)},
                       problem.answer);
  return problem;
}

}  // namespace lemma::train
