// Counting: permutations, combinations, the multiplication rule.
#include <array>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

// n(n - 1)...(n - k + 1)
int64_t FallingProduct(int64_t n, int64_t k) {
  int64_t product = 1;
  for (int64_t i = 0; i < k; ++i) product *= n - i;
  return product;
}

// "8*7*6": k factors from n down.
std::string FallingText(int64_t n, int64_t k) {
  std::vector<int64_t> factors;
  for (int64_t i = 0; i < k; ++i) factors.push_back(n - i);
  return Join(factors, "*");
}

// The factors multiplied one after another: "8*7 = 56; 56*6 = 336".
std::string ProductSteps(const std::vector<int64_t>& factors) {
  std::vector<std::string> chains;
  int64_t product = factors[0];
  for (size_t i = 1; i < factors.size(); ++i) {
    chains.push_back(MultiplySteps(product, factors[i]));
    product *= factors[i];
  }
  return chains.empty() ? Cat(product) : Join(chains, "; ");
}

std::string FallingSteps(int64_t n, int64_t k) {
  std::vector<int64_t> factors;
  for (int64_t i = 0; i < k; ++i) factors.push_back(n - i);
  return ProductSteps(factors);
}

int64_t Choose(int64_t n, int64_t k) { return FallingProduct(n, k) / FallingProduct(k, k); }

// Multiplies and divides in turn, so that all stays small: "C(8, 3): 8*7 = 56; 56/2 = 28;
// 28*6 = 168; ...; 168/3 = 56".
std::string ChooseSteps(int64_t n, int64_t k) {
  if (k == 1) return Cat("C(", n, ", 1) = ", n);
  std::vector<std::string> chains;
  int64_t value = n;
  for (int64_t i = 2; i <= k; ++i) {
    const int64_t product = value * (n - i + 1);
    chains.push_back(MultiplySteps(value, n - i + 1));
    chains.push_back(ExactDivideSteps(product, i));
    value = product / i;
  }
  return Cat("C(", n, ", ", k, "): ", Join(chains, "; "));
}

std::string ChooseFormula(int64_t n, int64_t k) {
  return Cat("C(", n, ", ", k,
             ") = ", k == 1 ? "" : Cat(FallingText(n, k), "/(", FallingText(k, k), ") = "),
             Choose(n, k));
}

const BilingualPhrasings& PermutationAsks() {
  static const BilingualPhrasings asks = {
      {{"In how many ways can {k} of {n} people stand in a row?", "Compute P({n}, {k}).",
        "{k} of {n} runners win different medals. How many results are possible?",
        "How many arrangements of {k} out of {n} different books on a shelf are there?"},
       {"In how many ways can {k} of {n} different books be arranged in a row?"}},
      {{"从 {n} 个人中选 {k} 个排成一排, 有多少种排法?", "计算排列数 A({n}, {k}).",
        "{n} 名选手争夺 {k} 个不同的奖牌, 有多少种结果?",
        "从 {n} 本不同的书中取 {k} 本排在书架上, 有多少种排法?"},
       {"从 {n} 个不同的人中选出 {k} 个排成一排, 共有几种排法?"}}};
  return asks;
}

const BilingualPhrasings& CombinationAsks() {
  static const BilingualPhrasings asks = {
      {{"In how many ways can {k} of {n} people be chosen?", "Compute C({n}, {k}).",
        "How many ways are there to choose {k} out of {n} books?",
        "A team of {k} is chosen from {n} players. How many teams are possible?"},
       {"In how many ways can a team of {k} be chosen from {n} people?"}},
      {{"从 {n} 个人中选 {k} 个, 有多少种选法?", "计算组合数 C({n}, {k}).",
        "从 {n} 本书中选出 {k} 本, 有多少种选法?",
        "从 {n} 名队员中选 {k} 人组队, 有多少种不同的队伍?"},
       {"从 {n} 个不同的人中选出 {k} 人组队, 共有几种选法?"}}};
  return asks;
}

const BilingualPhrasings& CommitteeAsks() {
  static const BilingualPhrasings asks = {
      {{"In how many ways can {a} of {m} men and {b} of {w} women be chosen?",
        "From {m} boys and {w} girls, choose {a} of the boys and {b} of the girls. How many ways "
        "are there?",
        "A committee has {a} of {m} men and {b} of {w} women. How many committees are possible?"},
       {"A team is chosen: {a} of {m} boys and {b} of {w} girls. In how many ways is that "
        "possible?"}},
      {{"有 {m} 名男生和 {w} 名女生, 选 {a} 名男生和 {b} 名女生, 有多少种选法?",
        "从 {m} 名男生中选 {a} 名, 从 {w} 名女生中选 {b} 名, 共有多少种选法?",
        "小组有 {m} 男 {w} 女, 选出 {a} 男 {b} 女, 有多少种选法?"},
       {"在 {m} 名男生和 {w} 名女生中选出 {a} 名男生, {b} 名女生, 共有几种选法?"}}};
  return asks;
}

// So that the products stay below 2000.
bool IsSmallArrangement(int64_t n, int64_t k) {
  return k < n && n <= (k == 2 ? 40 : k == 3 ? 13 : 8);
}

Problem WritePermutation(Rng& rng, Language language, Split split) {
  const auto [kind, n, k] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{0, rng.Int(4, 40), rng.Int(2, 4)}; },
      [](int64_t, int64_t n, int64_t k) { return IsSmallArrangement(n, k); });
  const std::string value = Cat(FallingText(n, k), " = ", FallingProduct(n, k));
  return WorkedProblem(
      language, Ask(rng, PermutationAsks(), split, language, {{"n", Cat(n)}, {"k", Cat(k)}}),
      {Cat(In(language, "order matters; ", "有顺序; "), k,
           In(language, " factors from ", " 个因数, 从 "), n, ": ", FallingText(n, k)),
       FallingSteps(n, k)},
      {Cat(In(language, "The order matters: ", "有顺序, 用排列: "), k,
           In(language, " factors from ", " 个因数, 从 "), n),
       value},
      Cat(FallingProduct(n, k)));
}

Problem WriteCombination(Rng& rng, Language language, Split split) {
  const auto [kind, n, k] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{1, rng.Int(4, 40), rng.Int(2, 4)}; },
      [](int64_t, int64_t n, int64_t k) { return IsSmallArrangement(n, k); });
  return WorkedProblem(
      language, Ask(rng, CombinationAsks(), split, language, {{"n", Cat(n)}, {"k", Cat(k)}}),
      {Cat(In(language, "no order; ", "无顺序; "), FallingText(n, k), "/(", FallingText(k, k), ")"),
       ChooseSteps(n, k)},
      {std::string(In(language, "The order does not matter: a combination", "无顺序, 用组合")),
       ChooseFormula(n, k)},
      Cat(Choose(n, k)));
}

Problem WriteCommittee(Rng& rng, Language language, Split split) {
  const auto [m, w, a, b] = DrawInSplit(
      split,
      [&] { return std::array{rng.Int(3, 10), rng.Int(3, 10), rng.Int(1, 3), rng.Int(1, 3)}; },
      [](int64_t m, int64_t w, int64_t a, int64_t b) {
        return a < m && b < w && (a < 3 || m <= 7) && (b < 3 || w <= 7);
      });
  const int64_t men = Choose(m, a), women = Choose(w, b);
  return WorkedProblem(
      language,
      Ask(rng, CommitteeAsks(), split, language,
          {{"m", Cat(m)}, {"w", Cat(w)}, {"a", Cat(a)}, {"b", Cat(b)}}),
      {ChooseSteps(m, a), ChooseSteps(w, b), MultiplySteps(men, women)},
      {ChooseFormula(m, a), ChooseFormula(w, b),
       Cat(In(language, "Multiply: ", "相乘: "), men, "*", women, " = ", men * women)},
      Cat(men * women));
}

Problem WriteArrangement(Rng& rng, Language language, Split split) {
  static const std::vector<MathFamily::Writer> kinds = {WritePermutation, WriteCombination,
                                                        WriteCommittee};
  return rng.Pick(kinds)(rng, language, split);
}

Problem WriteMenu(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"Tom has {a} shirts, {b} pairs of trousers and {c} pairs of shoes. How many outfits are "
        "possible?",
        "A menu has {a} starters, {b} main dishes and {c} desserts. How many different meals are "
        "there?",
        "There are {a} roads from A to B, {b} from B to C and {c} from C to D. How many ways lead "
        "from A to D?",
        "You choose one of {a} hats, one of {b} coats and one of {c} scarves. How many choices are "
        "there?"},
       {"Anna has {a} hats, {b} shirts and {c} skirts. How many different outfits can she wear?"}},
      {{"小明有 {a} 件上衣, {b} 条裤子和 {c} 双鞋, 有多少种搭配?",
        "菜单上有 {a} 种前菜, {b} 种主菜和 {c} 种甜点, 各选一种, 有多少种套餐?",
        "从 A 到 B 有 {a} 条路, 从 B 到 C 有 {b} 条路, 从 C 到 D 有 {c} 条路, 从 A 到 D "
        "有多少种走法?",
        "从 {a} 顶帽子, {b} 件外套和 {c} 条围巾中各选一件, 有多少种选法?"},
       {"小红有 {a} 顶帽子, {b} 件上衣和 {c} 条裙子, 一共有几种搭配?"}}};
  const auto [a, b, c] = DrawInSplit(
      split, [&] { return std::array{rng.Int(2, 12), rng.Int(2, 9), rng.Int(2, 9)}; },
      [](int64_t, int64_t, int64_t) { return true; });
  return WorkedProblem(
      language, Ask(rng, asks, split, language, {{"a", Cat(a)}, {"b", Cat(b)}, {"c", Cat(c)}}),
      {Cat(a, "*", b, "*", c), ProductSteps({a, b, c})},
      {std::string(In(language, "Independent choices multiply.", "各步选择相乘.")),
       Cat(a, "*", b, "*", c, " = ", a * b, "*", c, " = ", a * b * c)},
      Cat(a * b * c));
}

Problem WriteHandshakes(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"{n} people shake hands, each with every other once. How many handshakes are there?",
        "{n} teams play each other once. How many games are played?",
        "How many segments join {n} points, no three of them on a line?"},
       {"Each of {n} people shakes hands once with every other. How many handshakes is that?"}},
      {{"{n} 个人两两握手一次, 一共握手多少次?", "{n} 支球队进行单循环比赛, 一共多少场?",
        "平面上 {n} 个点, 任意三点不共线, 可连多少条线段?"},
       {"有 {n} 个人, 每两人握手一次, 共握手几次?"}}};
  const auto [kind, n] = DrawInSplit(
      split, [&] { return std::array<int64_t, 2>{1, rng.Int(4, 60)}; },
      [](int64_t, int64_t) { return true; });
  const bool even = n % 2 == 0;
  const int64_t factor1 = even ? n - 1 : n, factor2 = even ? n / 2 : (n - 1) / 2;
  return WorkedProblem(
      language, Ask(rng, asks, split, language, {{"n", Cat(n)}}),
      {Cat("n*(n - 1)/2: ", n, " - 1 = ", n - 1), even ? Quotient(n, 2) : Quotient(n - 1, 2),
       MultiplySteps(factor1, factor2)},
      {Cat(In(language, "Each pair counts once: ", "每对只算一次: "), n, "*", n - 1, "/2"),
       Cat(factor1, "*", factor2, " = ", factor1 * factor2)},
      Cat(factor1 * factor2));
}

Problem WriteCodes(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"How many codes of length {k} can be made from {n} symbols if they may repeat?",
        "A lock has {k} wheels with {n} symbols each. How many codes are possible?",
        "Each of {k} questions has {n} possible answers. In how many ways can the test be "
        "answered?"},
       {"A code has {k} places and each place is one of {n} symbols. How many codes are there?"}},
      {{"用 {n} 种符号组成长度为 {k} 的密码, 可以重复, 有多少个?",
        "密码锁有 {k} 个转轮, 每个有 {n} 种符号, 有多少种密码?",
        "{k} 道题, 每题有 {n} 个选项, 有多少种答法?"},
       {"密码有 {k} 位, 每位是 {n} 种符号之一, 一共有几个密码?"}}};
  const auto [kind, n, k] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{2, rng.Int(2, 20), rng.Int(2, 5)}; },
      [](int64_t, int64_t n, int64_t k) {
        return n <= (k == 2 ? 20 : k == 3 ? 9 : k == 4 ? 5 : 3);
      });
  const std::vector<int64_t> factors(static_cast<size_t>(k), n);
  int64_t value = 1;
  for (const int64_t factor : factors) value *= factor;
  return WorkedProblem(language, Ask(rng, asks, split, language, {{"n", Cat(n)}, {"k", Cat(k)}}),
                       {Cat(n, "^", k, " = ", Join(factors, "*")), ProductSteps(factors)},
                       {Cat(In(language, "Choices for each place: ", "每位的选择数: "), n),
                        Cat(n, "^", k, " = ", Join(factors, "*"), " = ", value)},
                       Cat(value));
}

Problem WriteChoices(Rng& rng, Language language, Split split) {
  static const std::vector<MathFamily::Writer> kinds = {WriteMenu, WriteMenu, WriteHandshakes,
                                                        WriteCodes};
  return rng.Pick(kinds)(rng, language, split);
}

}  // namespace

std::vector<const Family*> ArrangementFamilies() {
  static const MathFamily arrangement(
      "permutations-combinations",
      "P(n, k), C(n, k) for k in 2..4 and n up to 40, 13, 8; choosing from two groups of up to 10",
      &WriteArrangement);
  static const MathFamily choices(
      "counting-choices",
      "The multiplication rule with three factors up to 12, handshakes of up to 60 people, codes "
      "with repetition",
      &WriteChoices);
  return {&arrangement, &choices};
}

}  // namespace lemma::train
