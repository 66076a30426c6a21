#include "train/data/drills.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "train/data/family.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

using Pair = std::pair<int64_t, int64_t>;

// Families hash a pair in its order or the smaller number first.
bool IsForTraining(const Pair& pair) {
  const auto [low, high] = std::minmax(pair.first, pair.second);
  return InSplit(HashOf({pair.first, pair.second}), Split::kTrain) &&
         InSplit(HashOf({low, high}), Split::kTrain);
}

template <typename Draw>
Pair DrawPair(const Draw& draw) {
  Pair pair;
  do {
    pair = draw();
  } while (!IsForTraining(pair));
  return pair;
}

// Of one to `digits_max` digits, each length equally often.
int64_t Number(Rng& rng, int digits_max) {
  int64_t low = 1;
  for (int64_t digits = rng.Int(1, digits_max); digits > 1; --digits) low *= 10;
  return rng.Int(low, low * 10 - 1);
}

int64_t Signed(Rng& rng, int64_t n) { return rng.Chance(0.25) ? -n : n; }

std::string Sum(Rng& rng) {
  const Pair pair = DrawPair([&]() -> Pair {
    const int64_t b = Number(rng, 4);
    return {Signed(rng, Number(rng, 4)), rng.Chance(0.5) ? -b : b};
  });
  return AddSteps(pair.first, pair.second);
}

// Of four terms or five: families hold out some of three.
std::string LongSum(Rng& rng) {
  std::vector<int64_t> terms;
  for (int64_t n = rng.Int(4, 5); n > 0; --n) terms.push_back(Number(rng, 3));
  return SumSteps(terms);
}

std::string DecimalSum(Rng& rng) {
  const Pair pair = DrawPair([&]() -> Pair { return {Number(rng, 4), Number(rng, 4)}; });
  const int places = static_cast<int>(rng.Int(1, 2));
  return rng.Chance(0.5) ? AddSteps(pair.first, pair.second, places)
                         : SubtractSteps(pair.first, pair.second, places);
}

std::string Product(Rng& rng) {
  const Pair pair = DrawPair([&]() -> Pair {
    switch (rng.Int(0, 3)) {
      case 0:
        return {rng.Int(2, 99), rng.Int(2, 12)};
      case 1:
        return {Number(rng, 4), rng.Int(2, 9)};
      case 2:
        return {Number(rng, 3), rng.Int(1, 9) * 10};
      default:
        return {rng.Int(2, 99), rng.Int(2, 99)};
    }
  });
  return MultiplySteps(pair.first, pair.second);
}

std::string Division(Rng& rng) {
  const Pair pair = DrawPair([&]() -> Pair {
    if (rng.Chance(0.3)) {  // a quotient of one digit, as Euclid meets it
      const int64_t divisor = rng.Int(2, 99);
      return {rng.Int(divisor, divisor * 10 - 1), divisor};
    }
    return {Number(rng, 4), rng.Chance(0.8) ? rng.Int(2, 12) : rng.Int(13, 25)};
  });
  return DivideSteps(pair.first, pair.second);
}

std::string ExactDivision(Rng& rng) {
  const Pair pair = DrawPair([&]() -> Pair {
    const int64_t divisor = rng.Chance(0.7) ? rng.Int(2, 12) : rng.Int(13, 99);
    return {divisor * Number(rng, 3), divisor};
  });
  return ExactDivideSteps(pair.first, pair.second);
}

std::string CommonDivisor(Rng& rng) {
  Pair pair;
  do {
    pair = DrawPair([&]() -> Pair {
      const int64_t divisor = rng.Int(1, 15);
      return {divisor * rng.Int(1, 20), divisor * rng.Int(1, 20)};
    });
    // The lcm multiplies this pair.
  } while (!IsForTraining({pair.first / std::gcd(pair.first, pair.second), pair.second}));
  switch (rng.Int(0, 2)) {
    case 0:
      return GcdSteps(pair.first, pair.second);
    case 1:
      return ReduceSteps(pair.first, pair.second);
    default:
      return LcmSteps(pair.first, pair.second);
  }
}

std::string Chain(Rng& rng) {
  static const std::vector<std::string (*)(Rng&)> skills = {
      Sum,     Sum,     Sum,      Sum,      LongSum,       DecimalSum,
      Product, Product, Division, Division, ExactDivision, CommonDivisor};
  return rng.Pick(skills)(rng);
}

}  // namespace

std::string WriteDrill(Rng& rng) {
  constexpr size_t kBytes = 160;  // about as many tokens as a problem has
  const std::string separator = rng.Chance(0.5) ? "; " : "\n";
  std::string drill = Chain(rng);
  while (drill.size() < kBytes) drill += separator + Chain(rng);
  return drill;
}

}  // namespace lemma::train
