// Simple probability: favourable over possible, as a reduced fraction.
#include <array>
#include <numeric>

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
  return ToldProblem(language, std::move(question), thinking,
                     {std::move(counts), Cat(In(language, "Probability: ", "概率: "),
                                             "P = ", ReducedFraction(favourable, possible))},
                     FractionText(favourable, possible));
}

std::string CountsText(Language language, int64_t favourable, int64_t possible) {
  return Cat(In(language, "Favourable: ", "有利情况: "), favourable,
             In(language, ", possible: ", ", 所有情况: "), possible);
}

const BilingualPhrasings& UrnAsks() {
  static const BilingualPhrasings asks = {
      {{"A [bag|box|jar] has {n1} {c1}, {n2} {c2} and {n3} {c3} balls. One is drawn. What is the "
        "probability that it is {colour}?",
        "An urn contains {n1} {c1}, {n2} {c2} and {n3} {c3} balls. Find the probability of drawing "
        "a "
        "{colour} ball.",
        "There are {n1} {c1}, {n2} {c2} and {n3} {c3} [marbles|beads|tokens] in a [box|jar|tin]. "
        "One "
        "is picked at random. Find P({colour}).",
        "What is the probability of [drawing|picking|taking] a {colour} card from a pile of {n1} "
        "{c1}, {n2} {c2} and {n3} {c3} cards?",
        "Find the probability that a marble is {colour} if it is drawn from a jar with {n1} {c1}, "
        "{n2} {c2} and {n3} {c3} marbles.",
        "One [sock|glove|button] is [taken|pulled] at random from a drawer with {n1} {c1}, {n2} "
        "{c2} "
        "and {n3} {c3} ones. What is the [chance|probability] that it is {colour}?",
        "[Balls|Beads|Counters] in a bag: {c1} {n1}, {c2} {n2}, {c3} {n3}. One is drawn[| at "
        "random]. "
        "Probability of {colour}?",
        "If one [sweet|ticket|ball] is taken from a bag of {n1} {c1}, {n2} {c2} and {n3} {c3} "
        "ones, "
        "how likely is it to be {colour}?",
        "Given that a box holds {n1} {c1}, {n2} {c2} and {n3} {c3} [pens|crayons|cards] and one is "
        "drawn, find the probability that it is {colour}.",
        "Without looking, [Tom|Mia|Ben] draws one ball from a bag. In it {n1} are {c1}, {n2} are "
        "{c2} and {n3} are {c3}. Find the probability that the ball is {colour}."},
       {"One ball is drawn from a bag with {n1} {c1}, {n2} {c2} and {n3} {c3} balls. Find the "
        "probability that it is {colour}."}},
      {{"[袋|盒|箱]中有 {n1} 个{c1}球, {n2} 个{c2}球和 {n3} 个{c3}球, 任取一个, "
        "取到{colour}球的概率是多少?",
        "盒子里有{c1}球 {n1} 个, {c2}球 {n2} 个, {c3}球 {n3} 个. 随机摸一个, "
        "求摸到{colour}球的概率.",
        "一个袋子装有 {n1} 个{c1}球, {n2} 个{c2}球, {n3} 个{c3}球, 从中任意摸出一球, "
        "是{colour}球的概率为多少?",
        "从装有 {n1} 张{c1}卡, {n2} 张{c2}卡和 {n3} 张{c3}卡的[盒|箱]中抽一张, "
        "它是{colour}卡的概率是多少?",
        "求摸到{colour}球的概率: [袋|盒|箱]里有 {n1} 个{c1}球, {n2} 个{c2}球, {n3} 个{c3}球, "
        "从中摸一个.",
        "从[罐|袋]中取一颗珠子, 其中{c1}珠 {n1} 颗, {c2}珠 {n2} 颗, {c3}珠 {n3} 颗, "
        "求它是{colour}珠的概率.",
        "{c1}球 {n1} 个, {c2}球 {n2} 个, {c3}球 {n3} 个, [任取|随机取]一球, {colour}球的概率?",
        "如果[抽屉|箱子]里有 {n1} 支{c1}笔, {n2} 支{c2}笔, {n3} 支{c3}笔, 随机取一支, "
        "那么取到{colour}笔的概率是多少?",
        "已知[口袋|布袋]里{c1}球有 {n1} 个, {c2}球有 {n2} 个, {c3}球有 {n3} 个, 闭着眼睛取一个球, "
        "求取到的是{colour}球的概率.",
        "[小明|小华|张伟]从 {n1} 颗{c1}色糖果, {n2} 颗{c2}色糖果, {n3} 颗{c3}色糖果中拿一颗, "
        "拿到{colour}色糖果的概率是多少?"},
       {"从装有 {n1} 个{c1}球, {n2} 个{c2}球, {n3} 个{c3}球的袋中取一个球, "
        "求它是{colour}球的概率."}}};
  return asks;
}

// Any three colours in any order; the thinking keeps the question's.
Problem WriteUrn(Rng& rng, Language language, Split split) {
  const auto numbers = DrawInSplit(
      split, [&] { return std::array{rng.Int(1, 12), rng.Int(1, 12), rng.Int(1, 12)}; },
      [](int64_t, int64_t, int64_t) { return true; });
  std::vector<std::string_view> colours =
      language == Language::kEnglish
          ? std::vector<std::string_view>{"red", "blue", "green", "white", "black", "yellow"}
          : std::vector<std::string_view>{"红", "蓝", "绿", "白", "黑", "黄"};
  rng.Shuffle(colours);
  const auto which = static_cast<size_t>(rng.Int(0, 2));
  const std::string colour(colours[which]);
  Variables variables = {{"colour", colour}};
  std::vector<std::string> balls;  // "red 3", "white 5"
  for (size_t i = 0; i < numbers.size(); ++i) {
    variables.emplace_back(std::array{"n1", "n2", "n3"}[i], Cat(numbers[i]));
    variables.emplace_back(std::array{"c1", "c2", "c3"}[i], colours[i]);
    balls.push_back(Cat(colours[i], " ", numbers[i]));
  }
  const int64_t favourable = numbers[which], total = numbers[0] + numbers[1] + numbers[2];
  return WrittenProbability(language, Ask(rng, UrnAsks(), split, language, variables),
                            {Join(balls), balls[which], SumSteps({numbers.begin(), numbers.end()})},
                            CountsText(language, favourable, total), favourable, total);
}

const BilingualPhrasings& TwoDrawsAsks() {
  static const BilingualPhrasings asks = {
      {{"A [bag|box|jar] has {r} red and {b} blue balls. Two are drawn without replacement. What "
        "is the probability that both are red?",
        "From {r} red and {b} blue [cards|chips|tickets], two are drawn at random without "
        "replacement. Find the probability that both are red.",
        "Two [marbles|beads|buttons] are taken one after the other, without replacement, from {b} "
        "blue and {r} red ones. How likely is it that both are red?",
        "What is the probability of [drawing|picking] two red cards in a row, without replacement, "
        "from {b} blue and {r} red cards?",
        "Find the probability that both [socks|gloves] are red if two are [taken|pulled] without "
        "replacement from a drawer with {r} red and {b} blue ones.",
        "An urn holds {b} blue balls and {r} red balls. Two balls are drawn, and the first is not "
        "put back. Find the probability of two red balls.",
        "Given {r} red and {b} blue [pens|crayons|sweets], [Anna|Tom|Liam] picks two without "
        "replacement. Find P(both red).",
        "{b} [marbles|counters] in a bag are blue and {r} are red. Draw two without replacement: "
        "what is the [chance|probability] that both are red?",
        "If two balls are drawn together from a bag of {b} blue and {r} red balls, what is the "
        "probability that both are red?",
        "[Box|Bag]: red {r}, blue {b}. Two [balls|tokens] drawn without replacement. Probability "
        "that both are red?"},
       {"Two balls are drawn without replacement from {r} red and {b} blue balls. Find the "
        "probability that both are red."}},
      {{"[袋|盒|箱]中有 {r} 个红球和 {b} 个蓝球, 不放回地取两个, 两个都是红球的概率是多少?",
        "从 {r} 张红卡和 {b} 张蓝卡中不放回地抽两张, 求两张都是红色的概率.",
        "[盒|箱]里有 {b} 个蓝球, {r} 个红球, 不放回地[连续|先后]摸两个球, 求都是红球的概率.",
        "求两个球都是红球的概率: 从 {b} 个蓝球和 {r} 个红球中取两个球, 取出后不放回.",
        "从装有 {b} 颗蓝珠和 {r} 颗红珠的[罐|袋]中一次取出两颗, 两颗都是红珠的概率是多少?",
        "如果从 {r} 支红笔和 {b} 支蓝笔中任取两支, 不放回, 那么都是红笔的概率是多少?",
        "红球 {r} 个, 蓝球 {b} 个, 不放回取两球, 都是红球的概率?",
        "[抽屉|箱子]里蓝袜有 {b} 只, 红袜有 {r} 只, [随手|随机]拿两只且不放回, "
        "拿到的都是红袜的概率是多少?",
        "已知有 {b} 张蓝票和 {r} 张红票, 不放回地抽取两次, 每次一张, 求两次都抽到红票的概率.",
        "[李雷|小华|小芳]先后取两个球, 取出的不放回. 袋里有 {r} 个红球和 {b} 个蓝球, "
        "求两个都是红球的概率."},
       {"从 {r} 个红球和 {b} 个蓝球中不放回地取两个球, 求都是红球的概率."}}};
  return asks;
}

Problem WriteTwoDraws(Rng& rng, Language language, Split split) {
  const auto [r, b] = DrawInSplit(
      split, [&] { return std::array{rng.Int(2, 9), rng.Int(1, 9)}; },
      [](int64_t r, int64_t b) { return r + b <= 10; });
  const int64_t n = r + b;
  const int64_t favourable = r * (r - 1), possible = n * (n - 1);
  return WrittenProbability(
      language, Ask(rng, TwoDrawsAsks(), split, language, {{"r", Cat(r)}, {"b", Cat(b)}}),
      {Cat(In(language, "red ", "红 "), r, In(language, ", blue ", ", 蓝 "), b), AddSteps(r, b),
       Cat(r, "/", n, "; ", r - 1, "/", n - 1),
       Cat(MultiplySteps(r, r - 1), "; ", MultiplySteps(n, n - 1))},
      Cat(r, "/", n, " * ", r - 1, "/", n - 1, " = ", favourable, "/", possible), favourable,
      possible);
}

const BilingualPhrasings& MultiplesAsks() {
  static const BilingualPhrasings asks = {
      {{"A number from 1 to {n} is chosen at random. What is the probability that it is a multiple "
        "of {k}?",
        "Cards are numbered 1 to {n}. One is drawn. Find the probability that its number is "
        "divisible by {k}.",
        "What is the probability that a [random|randomly chosen] number from 1 to {n} is [a "
        "multiple of|divisible by] {k}?",
        "Find the probability of drawing a multiple of {k} from [cards|balls|tokens] numbered 1 to "
        "{n}.",
        "If one [whole number|integer] from 1 to {n} is [picked|chosen] at random, how likely is "
        "it to be divisible by {k}?",
        "One ticket is drawn from {n} tickets numbered 1 to {n}. What is the [chance|probability] "
        "that {k} divides its number?",
        "[Balls|Chips|Tiles] in a bag carry the numbers 1 to {n}. One of them is drawn: find the "
        "probability that it shows a multiple of {k}.",
        "Multiples of {k} win a prize. One [card|ticket] is drawn, and it shows a number from 1 to "
        "{n}. Find the probability that it wins.",
        "Numbers 1 to {n}, one drawn at random: probability of a multiple of {k}?",
        "[Tom|Mia|Ben] opens a book with pages numbered 1 to {n} at a random page. Find the "
        "probability that the page number is a multiple of {k}."},
       {"One card is drawn from cards numbered 1 to {n}. Find the probability that it is a "
        "multiple of {k}."}},
      {{"从 1 到 {n} 中任选一个数, 它是 {k} 的倍数的概率是多少?",
        "卡片上写有 1 到 {n}, 任取一张, 求数字能被 {k} 整除的概率.",
        "从写有 1 到 {n} 的[小球|木块]中取一个, 上面的数是 {k} 的倍数的概率是多少?",
        "求取到 {k} 的倍数的概率: 卡片编号为 1 到 {n}, 从中取一张.",
        "在 1 到 {n} 的整数中随机取一个, 求它能被 {k} 整除的概率.",
        "有 {n} 张[奖券|门票|卡片], 号码是 1 到 {n}, 抽一张, 号码是 {k} 的倍数的概率为多少?",
        "如果从 1 到 {n} 中任取一个[整数|自然数], 那么它能被 {k} 整除的概率是多少?",
        "从编号 1 到 {n} 的奖券中抽一张, 是 {k} 的倍数就中奖, 求中奖的概率.",
        "1 到 {n} 中[随机|任意]一个数, 是 {k} 的倍数的概率?",
        "[小明|小丽|张伟]随手翻开一本书, 页码从 1 到 {n}, 求翻到的页码是 {k} 的倍数的概率."},
       {"从写有 1 到 {n} 的卡片中取一张, 求它是 {k} 的倍数的概率."}}};
  return asks;
}

Problem WriteMultiples(Rng& rng, Language language, Split split) {
  const auto [n, k] = DrawInSplit(
      split, [&] { return std::array{rng.Int(10, 60), rng.Int(2, 9)}; },
      [](int64_t, int64_t) { return true; });
  return WrittenProbability(
      language, Ask(rng, MultiplesAsks(), split, language, {{"n", Cat(n)}, {"k", Cat(k)}}),
      {Cat("n = ", n, ", k = ", k),
       Cat(DivideSteps(n, k), "; ", n / k, In(language, " multiples", " 个倍数"))},
      CountsText(language, n / k, n), n / k, n);
}

const BilingualPhrasings& DiceAsks() {
  static const BilingualPhrasings asks = {
      {{"Two dice are rolled. What is the probability that the sum is {relation}?",
        "Roll two fair dice. Find the probability that their sum is {relation}.",
        "What is the [chance|probability] of a [sum|total] of {relation} when two [fair |]dice are "
        "[rolled|thrown]?",
        "If two fair dice are thrown[| together], how likely is a [sum|total] that is {relation}?",
        "Find the probability that the [numbers|points] on two dice add up to {relation}.",
        "[Tom|Emma|Ava] throws a pair of fair dice. Find the probability that they show a total of "
        "{relation}.",
        "You win if two [fair |]dice show a sum that is {relation}. What is the probability of "
        "winning?",
        "Given two fair six-sided dice, [find|compute] the probability of rolling a sum of "
        "{relation}.",
        "In a game two dice are [cast|rolled]. What is the probability that their total is "
        "{relation}?",
        "Two [fair |]dice, sum {relation}: probability?"},
       {"Find the probability that two fair dice show a sum that is {relation}."}},
      {{"掷两个骰子, 点数之和{relation}的概率是多少?",
        "同时掷两枚均匀的骰子, 求点数和{relation}的概率.",
        "求掷两枚骰子时点数之和{relation}的概率.",
        "如果[同时|一起]掷两个均匀骰子, 那么点数之和{relation}的概率是多少?",
        "两个均匀骰子, 点数[的和|总和]{relation}的概率?",
        "[小明|小芳|刘洋]掷了两颗骰子, 求两颗骰子的点数的和{relation}的概率.",
        "点数之和{relation}就算赢, 掷两个均匀的骰子, 求赢的概率.",
        "投掷两枚质地均匀的骰子, 朝上的点数之和{relation}的概率为多少?",
        "已知两个骰子都是均匀的, 各掷一次, 两个点数的和{relation}的概率是多少?"},
       {"求两个均匀骰子的点数之和{relation}的概率."}}};
  return asks;
}

// How a sum may compare with a number: the sign, its words, and those training has beside them.
struct Relation {
  std::string_view sign;
  std::string_view english, chinese;
  std::string_view english_varied, chinese_varied;
  // The numbers it is asked with: so that at most six sums of two dice are counted.
  int64_t least, most;
};

constexpr std::array<Relation, 5> kRelations = {{
    {"=", "{s}", "等于 {s}", "[{s}|{s}|exactly {s}|equal to {s}]",
     "[等于 {s}|等于 {s}|为 {s}|恰好是 {s}|是 {s}]", 2, 12},
    {"<=", "at most {s}", "不超过 {s}", "[at most {s}|at most {s}|no more than {s}|{s} or less]",
     "[不超过 {s}|不超过 {s}|不大于 {s}|最多为 {s}]", 2, 7},
    {">=", "at least {s}", "至少为 {s}", "[at least {s}|at least {s}|no less than {s}|{s} or more]",
     "[至少为 {s}|至少为 {s}|不小于 {s}|大于或等于 {s}]", 7, 12},
    {"<", "less than {s}", "小于 {s}", "[less than {s}|less than {s}|below {s}|smaller than {s}]",
     "[小于 {s}|小于 {s}|低于 {s}|不到 {s}]", 3, 8},
    {">", "greater than {s}", "大于 {s}",
     "[greater than {s}|greater than {s}|more than {s}|above {s}|larger than {s}]",
     "[大于 {s}|大于 {s}|超过 {s}|多于 {s}]", 6, 11},
}};

// The sums of two dice that the relation allows, in order.
std::vector<int64_t> AllowedSums(const Relation& relation, int64_t sum) {
  const bool below = relation.sign[0] == '<', above = relation.sign[0] == '>';
  const int64_t strict = relation.sign.size() == 1 ? 1 : 0;
  const int64_t low = above ? sum + strict : below ? 2 : sum;
  const int64_t high = below ? sum - strict : above ? 12 : sum;
  std::vector<int64_t> sums;
  for (int64_t s = low; s <= high; ++s) sums.push_back(s);
  return sums;
}

Problem WriteDice(Rng& rng, Language language, Split split) {
  const auto [kind, which, sum] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{3, rng.Int(0, 4), rng.Int(2, 12)}; },
      [](int64_t, int64_t which, int64_t sum) {
        const Relation& relation = kRelations[static_cast<size_t>(which)];
        return sum >= relation.least && sum <= relation.most;
      });
  const Relation& relation = kRelations[static_cast<size_t>(which)];
  const auto ways = [](int64_t s) { return s <= 7 ? s - 1 : 13 - s; };
  std::vector<std::string> table, chosen;  // "2:1", "3:2": a sum and its ways
  for (int64_t s = 2; s <= 12; ++s) table.push_back(Cat(s, ":", ways(s)));
  const std::vector<int64_t> sums = AllowedSums(relation, sum);
  std::vector<int64_t> counts;
  for (const int64_t s : sums) {
    chosen.push_back(Cat(s, ":", ways(s)));
    counts.push_back(ways(s));
  }
  const int64_t favourable = std::accumulate(counts.begin(), counts.end(), int64_t{0});
  // "s < 6; 2 to 5: 2:1 3:2 4:3 5:4": where they begin and end is decided before they are listed.
  std::vector<std::string> thinking = {
      Join(table, " "), Cat("s ", relation.sign, " ", sum, "; ", sums.front(),
                            In(language, " to ", " 到 "), sums.back(), ": ", Join(chosen, " "))};
  if (counts.size() > 1) thinking.push_back(SumSteps(counts));
  thinking.emplace_back("6*6 = 36");
  const bool varied = split == Split::kTrain;
  const std::string words =
      Fill(ChooseTexts(rng, In(language, varied ? relation.english_varied : relation.english,
                               varied ? relation.chinese_varied : relation.chinese)),
           {{"s", Cat(sum)}});
  return WrittenProbability(language, Ask(rng, DiceAsks(), split, language, {{"relation", words}}),
                            thinking, CountsText(language, favourable, 36), favourable, 36);
}

const BilingualPhrasings& CoinsAsks() {
  static const BilingualPhrasings asks = {
      {{"A fair coin is tossed {n} times. What is the probability that the number of heads is {k}?",
        "{n} fair coins are tossed. Find the probability that exactly {k} of them show heads.",
        "What is the probability of [getting |]exactly {k} heads when a [fair |]coin is "
        "[flipped|thrown|tossed] {n} times?",
        "If {n} coins are [flipped|thrown|tossed], how likely is it that exactly {k} of them land "
        "on heads?",
        "Find the probability that heads [appears|comes up] exactly {k} times when a coin is "
        "tossed {n} times.",
        "[Emma|Jack|Sara] flips a fair coin {n} times. How likely is it that the number of heads "
        "is {k}?",
        "Heads exactly {k} times in {n} tosses of a fair coin: what is the probability?",
        "Exactly {k} heads with {n} fair coins: probability?",
        "The heads are counted when {n} fair coins are thrown. Find the probability that their "
        "number is exactly {k}.",
        "Given {n} tosses of a fair coin, [find|compute] the probability of {k} heads and the rest "
        "tails."},
       {"Find the probability that the number of heads is exactly {k} when a fair coin is tossed "
        "{n} times."}},
      {{"一枚均匀硬币抛 {n} 次, 恰好 {k} 次正面的概率是多少?",
        "抛 {n} 枚均匀硬币, 求恰好 {k} 枚正面朝上的概率.",
        "连续[抛|掷]一枚硬币 {n} 次, 正面[恰好|正好]出现 {k} 次的概率是多少?",
        "求恰有 {k} 次正面的概率: 把一枚均匀硬币[抛|掷] {n} 次.",
        "如果同时[抛|掷] {n} 枚硬币, 那么[恰好|恰]有 {k} 枚是正面的概率是多少?",
        "[小明|小美|张伟]把均匀硬币抛了 {n} 次, 求正面次数等于 {k} 的概率.",
        "正面恰好 {k} 次, 硬币共抛 {n} 次, 概率是多少?",
        "均匀硬币 {n} 枚, 一起抛出, {k} 枚正面其余反面的概率?",
        "已知硬币是均匀的, [投掷|抛] {n} 次, 正面出现的次数恰好为 {k} 的概率为多少?",
        "在 {n} 次抛硬币中恰好得到 {k} 次正面, 求这件事的概率."},
       {"均匀硬币抛 {n} 次, 求正面恰好出现 {k} 次的概率."}}};
  return asks;
}

Problem WriteCoins(Rng& rng, Language language, Split split) {
  const auto [kind, n, k] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{4, rng.Int(2, 8), rng.Int(0, 8)}; },
      [](int64_t, int64_t n, int64_t k) { return k <= n; });
  // Pascal's triangle, row by row, down to the row of n.
  std::vector<int64_t> row = {1, 1};
  std::vector<std::string> thinking = {Cat("n = ", n, ", k = ", k), "1, 1"};
  for (int64_t i = 2; i <= n; ++i) {
    std::vector<int64_t> next = {1};
    for (size_t j = 1; j < row.size(); ++j) next.push_back(row[j - 1] + row[j]);
    next.push_back(1);
    row = next;
    thinking.push_back(Join(row));
  }
  const int64_t favourable = row[static_cast<size_t>(k)], possible = int64_t{1} << n;
  std::vector<std::string> ways;  // "0:1", "1:6": heads and how often
  for (size_t i = 0; i < row.size(); ++i) ways.push_back(Cat(i, ":", row[i]));
  thinking.push_back(Join(ways, " "));
  thinking.push_back(Cat(k, ":", favourable, "; 2^", n, " = ", possible));
  return WrittenProbability(
      language, Ask(rng, CoinsAsks(), split, language, {{"n", Cat(n)}, {"k", Cat(k)}}), thinking,
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
      "multiples of k among 1..n up to 60, the sum of two dice, heads among up to 8 coins",
      &WriteProbability);
  return {&probability};
}

}  // namespace lemma::train
