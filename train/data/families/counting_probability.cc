// Simple probability: favourable over possible, as a reduced fraction.
#include <array>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

// "favourable/possible = reduced" as the last step of a solution; plain where it is reduced.
Problem WrittenProbability(Language language, std::string question,
                           std::vector<std::string> thinking, std::string counts,
                           int64_t favourable, int64_t possible) {
  thinking.push_back(ReduceSteps(favourable, possible));
  return WorkedProblem(language, std::move(question), thinking,
                       {std::move(counts), Cat(In(language, "Probability: ", "概率: "),
                                               "P = ", ReducedFraction(favourable, possible))},
                       FractionText(favourable, possible));
}

std::string CountsText(Language language, int64_t favourable, int64_t possible) {
  return Cat(In(language, "Favourable: ", "有利情况: "), favourable,
             In(language, ", possible: ", ", 所有情况: "), possible);
}

Problem WriteUrn(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"A bag has {r} red, {b} blue and {g} green balls. One is drawn. What is the probability "
        "that it is {colour}?",
        "An urn contains {r} red, {b} blue and {g} green balls. Find the probability of drawing a "
        "{colour} ball.",
        "There are {r} red, {b} blue and {g} green marbles in a box. One is picked at random. Find "
        "P({colour})."},
       {"One ball is drawn from a bag with {r} red, {b} blue and {g} green balls. Find the "
        "probability that it is {colour}."}},
      {{"袋中有 {r} 个红球, {b} 个蓝球和 {g} 个绿球, 任取一个, 取到{colour}球的概率是多少?",
        "盒子里有红球 {r} 个, 蓝球 {b} 个, 绿球 {g} 个. 随机摸一个, 求摸到{colour}球的概率.",
        "一个袋子装有 {r} 个红球, {b} 个蓝球, {g} 个绿球, 从中任意摸出一球, "
        "是{colour}球的概率为多少?"},
       {"从装有 {r} 个红球, {b} 个蓝球, {g} 个绿球的袋中取一个球, 求它是{colour}球的概率."}}};
  const auto [r, b, g] = DrawInSplit(
      split, [&] { return std::array{rng.Int(1, 12), rng.Int(1, 12), rng.Int(1, 12)}; },
      [](int64_t, int64_t, int64_t) { return true; });
  const int64_t which = rng.Int(0, 2);
  const int64_t favourable = which == 0 ? r : which == 1 ? b : g;
  const std::string colour(which == 0   ? In(language, "red", "红")
                           : which == 1 ? In(language, "blue", "蓝")
                                        : In(language, "green", "绿"));
  const int64_t total = r + b + g;
  return WrittenProbability(language,
                            Ask(rng, asks, split, language,
                                {{"r", Cat(r)}, {"b", Cat(b)}, {"g", Cat(g)}, {"colour", colour}}),
                            {SumSteps({r, b, g}), Cat(colour, ": ", favourable)},
                            CountsText(language, favourable, total), favourable, total);
}

Problem WriteTwoDraws(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"A bag has {r} red and {b} blue balls. Two are drawn without replacement. What is the "
        "probability that both are red?",
        "From {r} red and {b} blue cards, two are drawn at random without replacement. Find the "
        "probability that both are red."},
       {"Two balls are drawn without replacement from {r} red and {b} blue balls. Find the "
        "probability that both are red."}},
      {{"袋中有 {r} 个红球和 {b} 个蓝球, 不放回地取两个, 两个都是红球的概率是多少?",
        "从 {r} 张红卡和 {b} 张蓝卡中不放回地抽两张, 求两张都是红色的概率."},
       {"从 {r} 个红球和 {b} 个蓝球中不放回地取两个球, 求都是红球的概率."}}};
  const auto [r, b] = DrawInSplit(
      split, [&] { return std::array{rng.Int(2, 9), rng.Int(1, 9)}; },
      [](int64_t r, int64_t b) { return r + b <= 10; });
  const int64_t n = r + b;
  const int64_t favourable = r * (r - 1), possible = n * (n - 1);
  return WrittenProbability(
      language, Ask(rng, asks, split, language, {{"r", Cat(r)}, {"b", Cat(b)}}),
      {AddSteps(r, b), Cat(r, "/", n, "; ", r - 1, "/", n - 1),
       Cat(MultiplySteps(r, r - 1), "; ", MultiplySteps(n, n - 1))},
      Cat(r, "/", n, " * ", r - 1, "/", n - 1, " = ", favourable, "/", possible), favourable,
      possible);
}

Problem WriteMultiples(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"A number from 1 to {n} is chosen at random. What is the probability that it is a multiple "
        "of {k}?",
        "Cards are numbered 1 to {n}. One is drawn. Find the probability that its number is "
        "divisible by {k}."},
       {"One card is drawn from cards numbered 1 to {n}. Find the probability that it is a "
        "multiple of {k}."}},
      {{"从 1 到 {n} 中任选一个数, 它是 {k} 的倍数的概率是多少?",
        "卡片上写有 1 到 {n}, 任取一张, 求数字能被 {k} 整除的概率."},
       {"从写有 1 到 {n} 的卡片中取一张, 求它是 {k} 的倍数的概率."}}};
  const auto [n, k] = DrawInSplit(
      split, [&] { return std::array{rng.Int(10, 60), rng.Int(2, 9)}; },
      [](int64_t, int64_t) { return true; });
  return WrittenProbability(
      language, Ask(rng, asks, split, language, {{"n", Cat(n)}, {"k", Cat(k)}}),
      {Cat(DivideSteps(n, k), "; ", n / k, In(language, " multiples", " 个倍数"))},
      CountsText(language, n / k, n), n / k, n);
}

Problem WriteDice(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"Two dice are rolled. What is the probability that the sum is {relation}?",
        "Roll two fair dice. Find the probability that their sum is {relation}."},
       {"Find the probability that two fair dice show a sum that is {relation}."}},
      {{"掷两个骰子, 点数之和{relation}的概率是多少?",
        "同时掷两枚均匀的骰子, 求点数和{relation}的概率."},
       {"求两个均匀骰子的点数之和{relation}的概率."}}};
  const auto [kind, comparison, sum] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{3, rng.Int(-1, 1), rng.Int(2, 12)}; },
      [](int64_t, int64_t comparison, int64_t sum) {
        return comparison == 0 || (comparison < 0 ? sum >= 3 && sum <= 5 : sum >= 9 && sum <= 11);
      });
  const int64_t low = comparison < 0 ? 2 : sum, high = comparison > 0 ? 12 : sum;
  std::vector<std::string> ways;
  std::vector<int64_t> counts;
  int64_t favourable = 0;
  for (int64_t s = low; s <= high; ++s) {
    std::vector<std::string> pairs;
    for (int64_t first = 1; first <= 6; ++first) {
      if (s - first >= 1 && s - first <= 6) pairs.push_back(Cat(first, "+", s - first));
    }
    counts.push_back(static_cast<int64_t>(pairs.size()));
    favourable += counts.back();
    ways.push_back(Cat(s, ": ", Join(pairs), "; ", counts.back()));
  }
  if (counts.size() > 1) ways.push_back(SumSteps(counts));
  const std::string relation = comparison == 0  ? Cat(In(language, "", "等于 "), sum)
                               : comparison < 0 ? Cat(In(language, "at most ", "不超过 "), sum)
                                                : Cat(In(language, "at least ", "至少为 "), sum);
  ways.emplace_back("6*6 = 36");
  return WrittenProbability(language, Ask(rng, asks, split, language, {{"relation", relation}}),
                            ways, CountsText(language, favourable, 36), favourable, 36);
}

Problem WriteCoins(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"A fair coin is tossed {n} times. What is the probability that the number of heads is {k}?",
        "{n} fair coins are tossed. Find the probability that exactly {k} of them show heads."},
       {"Find the probability that the number of heads is exactly {k} when a fair coin is tossed "
        "{n} times."}},
      {{"一枚均匀硬币抛 {n} 次, 恰好 {k} 次正面的概率是多少?",
        "抛 {n} 枚均匀硬币, 求恰好 {k} 枚正面朝上的概率."},
       {"均匀硬币抛 {n} 次, 求正面恰好出现 {k} 次的概率."}}};
  const auto [kind, n, k] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{4, rng.Int(2, 6), rng.Int(0, 6)}; },
      [](int64_t, int64_t n, int64_t k) { return k <= n; });
  // Pascal's triangle, row by row, down to the row of n.
  std::vector<int64_t> row = {1, 1};
  std::vector<std::string> thinking = {"1, 1"};
  for (int64_t i = 2; i <= n; ++i) {
    std::vector<int64_t> next = {1};
    for (size_t j = 1; j < row.size(); ++j) next.push_back(row[j - 1] + row[j]);
    next.push_back(1);
    row = next;
    thinking.push_back(Join(row));
  }
  const int64_t favourable = row[static_cast<size_t>(k)], possible = int64_t{1} << n;
  thinking.push_back(Cat(In(language, "heads ", ""), k, In(language, ": ", " 次正面: "), favourable,
                         "; 2^", n, " = ", possible));
  return WrittenProbability(
      language, Ask(rng, asks, split, language, {{"n", Cat(n)}, {"k", Cat(k)}}), thinking,
      CountsText(language, favourable, possible), favourable, possible);
}

Problem WriteProbability(Rng& rng, Language language, Split split) {
  static const std::vector<MathFamily::Writer> kinds = {WriteUrn,       WriteUrn,  WriteTwoDraws,
                                                        WriteMultiples, WriteDice, WriteCoins};
  return rng.Pick(kinds)(rng, language, split);
}

}  // namespace

std::vector<const Family*> ProbabilityFamilies() {
  static const MathFamily probability(
      "simple-probability",
      "One ball from up to 36 in three colours, two draws without replacement from up to 10, "
      "multiples of k among 1..n up to 60, the sum of two dice, heads among up to 6 coins",
      &WriteProbability);
  return {&probability};
}

}  // namespace lemma::train
