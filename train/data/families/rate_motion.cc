// Speed, distance and time; rates of work.
#include <array>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/steps.h"
#include "train/data/working.h"

namespace lemma::train {
namespace {

// A problem of one calculation after another: a formula, then one visible step an operation.
Problem WrittenRate(Language language, std::string question, std::string formula,
                    const Working& working, std::string answer) {
  std::vector<std::string> thinking = {formula}, steps = {std::move(formula)};
  thinking.insert(thinking.end(), working.chains().begin(), working.chains().end());
  steps.insert(steps.end(), working.equations().begin(), working.equations().end());
  return WorkedProblem(language, std::move(question), thinking, steps, std::move(answer));
}

// Speed and hours; the distance is their product.
std::array<int64_t, 3> DrawMotion(Rng& rng, Split split, int64_t kind) {
  return DrawInSplit(
      split, [&] { return std::array{kind, rng.Int(4, 99), rng.Int(2, 12)}; },
      [](int64_t, int64_t, int64_t) { return true; });
}

Problem WriteDistance(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"A car drives at {v} km/h for {t} hours. How far does it go, in km?",
        "A train travels {t} hours at {v} km per hour. What distance does it cover in km?",
        "Anna runs {v} m per minute for {t} minutes. How many metres does she run?"},
       {"What distance in km does a bus cover in {t} hours at {v} km/h?"}},
      {{"汽车以每小时 {v} 千米的速度行驶 {t} 小时, 行了多少千米?",
        "火车的速度是 {v} 千米/时, {t} 小时走多少路程?", "小明每分钟走 {v} 米, {t} 分钟走多少米?"},
       {"公共汽车速度为每小时 {v} 千米, {t} 小时的路程是多少千米?"}}};
  const auto [kind, v, t] = DrawMotion(rng, split, 0);
  Working working;
  const int64_t distance = working.Multiply(v, t);
  return WrittenRate(language, Ask(rng, asks, split, language, {{"v", Cat(v)}, {"t", Cat(t)}}),
                     std::string(In(language, "distance = speed * time", "路程 = 速度 * 时间")),
                     working, Cat(distance));
}

Problem WriteSpeed(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"A car covers {s} km in {t} hours. What is its average speed in km/h?",
        "A train needs {t} hours for {s} km. Find its speed in km per hour.",
        "A cyclist rides {s} km in {t} hours at a constant speed. How fast is that in km/h?"},
       {"What is the speed in km/h of a bus that covers {s} km in {t} hours?"}},
      {{"汽车 {t} 小时行驶 {s} 千米, 平均每小时行多少千米?",
        "火车用 {t} 小时走完 {s} 千米, 求它的速度.",
        "骑车 {t} 小时行了 {s} 千米, 速度是每小时多少千米?"},
       {"公共汽车 {t} 小时走了 {s} 千米, 它的速度是多少?"}}};
  const auto [kind, v, t] = DrawMotion(rng, split, 1);
  Working working;
  working.DivideExactly(v * t, t);
  return WrittenRate(language, Ask(rng, asks, split, language, {{"s", Cat(v * t)}, {"t", Cat(t)}}),
                     std::string(In(language, "speed = distance / time", "速度 = 路程 / 时间")),
                     working, Cat(v));
}

Problem WriteTime(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"How many hours does a car need for {s} km at {v} km/h?",
        "A train travels at {v} km per hour. How long, in hours, does it take for {s} km?",
        "The distance is {s} km and the speed {v} km/h. Find the time in hours."},
       {"In how many hours does a bus cover {s} km at a speed of {v} km/h?"}},
      {{"汽车每小时行 {v} 千米, 行 {s} 千米要几小时?",
        "火车的速度是 {v} 千米/时, 走 {s} 千米需要多少小时?",
        "路程 {s} 千米, 速度每小时 {v} 千米, 求时间."},
       {"公共汽车速度为每小时 {v} 千米, 走完 {s} 千米要多少小时?"}}};
  const auto [kind, v, t] = DrawMotion(rng, split, 2);
  Working working;
  working.DivideExactly(v * t, v);
  return WrittenRate(language, Ask(rng, asks, split, language, {{"s", Cat(v * t)}, {"v", Cat(v)}}),
                     std::string(In(language, "time = distance / speed", "时间 = 路程 / 速度")),
                     working, Cat(t));
}

// Two travellers: their speeds and the time until they meet.
std::array<int64_t, 4> DrawPair(Rng& rng, Split split, int64_t kind) {
  return DrawInSplit(
      split, [&] { return std::array{kind, rng.Int(5, 60), rng.Int(4, 50), rng.Int(2, 9)}; },
      [](int64_t, int64_t v1, int64_t v2, int64_t) { return v1 > v2 + 1; });
}

Problem WriteMeeting(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"Two cars start {s} km apart and drive towards each other at {v} km/h and {w} km/h. After "
        "how many hours do they meet?",
        "Two towns are {s} km apart. From each a train leaves towards the other, at {v} and {w} "
        "km/h. When do they meet, in hours?"},
       {"Two buses {s} km apart drive towards each other at {v} km/h and {w} km/h. In how many "
        "hours do they meet?"}},
      {{"两地相距 {s} 千米, 两车同时相向而行, 速度分别是每小时 {v} 千米和 {w} 千米, 几小时后相遇?",
        "甲乙两人相距 {s} 千米, 相向而行, 甲每小时行 {v} 千米, 乙每小时行 {w} 千米, 多少小时相遇?"},
       {"相距 {s} 千米的两车相向而行, 时速为 {v} 千米和 {w} 千米, 经过几小时相遇?"}}};
  const auto [kind, v, w, t] = DrawPair(rng, split, 3);
  const int64_t distance = (v + w) * t;
  Working working;
  working.DivideExactly(distance, working.Add(v, w));
  return WrittenRate(
      language,
      Ask(rng, asks, split, language, {{"s", Cat(distance)}, {"v", Cat(v)}, {"w", Cat(w)}}),
      std::string(In(language, "Towards each other, the speeds add.", "相向而行, 速度相加.")),
      working, Cat(t));
}

Problem WriteChase(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"A car at {v} km/h follows a truck at {w} km/h that is {s} km ahead. After how many hours "
        "does it catch up?",
        "A cyclist is {s} km ahead and rides {w} km/h. A car follows at {v} km/h. In how many "
        "hours "
        "does it catch up?"},
       {"A bus at {v} km/h follows a cyclist at {w} km/h who is {s} km ahead. When does it catch "
        "up, in hours?"}},
      {{"汽车每小时行 {v} 千米, 追赶前面 {s} 千米处每小时行 {w} 千米的卡车, 几小时追上?",
        "乙在前面 {s} 千米, 每小时行 {w} 千米, 甲每小时行 {v} 千米追赶, 多少小时追上?"},
       {"客车时速 {v} 千米, 追前面 {s} 千米处时速 {w} 千米的自行车, 经过几小时追上?"}}};
  const auto [kind, v, w, t] = DrawPair(rng, split, 4);
  const int64_t gap = (v - w) * t;
  Working working;
  working.DivideExactly(gap, working.Subtract(v, w));
  return WrittenRate(
      language, Ask(rng, asks, split, language, {{"s", Cat(gap)}, {"v", Cat(v)}, {"w", Cat(w)}}),
      std::string(In(language, "Catching up, the speeds subtract.", "追及, 速度相减.")), working,
      Cat(t));
}

Problem WriteMotion(Rng& rng, Language language, Split split) {
  static const std::vector<MathFamily::Writer> kinds = {WriteDistance, WriteSpeed, WriteTime,
                                                        WriteMeeting, WriteChase};
  return rng.Pick(kinds)(rng, language, split);
}

const BilingualPhrasings& TogetherAsks() {
  static const BilingualPhrasings asks = {
      {{"{x} paints a fence in {a} hours, {y} in {b} hours. How many hours do they need together?",
        "{x} can do a job in {a} days and {y} in {b} days. How many days do they need together?",
        "{x} mows the lawn in {a} hours. {y} needs {b} hours. How many hours does it take when "
        "they "
        "work together?"},
       {"{x} needs {a} days for a job and {y} needs {b} days. In how many days do they finish it "
        "together?"}},
      {{"一项工程, {x}单独做要 {a} 天, {y}单独做要 {b} 天, 两人合作要几天?",
        "{x}刷墙要 {a} 小时, {y}刷墙要 {b} 小时, 一起刷要多少小时?",
        "一件工作, {x}独做 {a} 小时完成, {y}独做 {b} 小时完成, 两人合做几小时完成?"},
       {"{x}做一项工作要 {a} 天, {y}要 {b} 天, 两人一起做要多少天?"}}};
  return asks;
}

const BilingualPhrasings& DrainAsks() {
  static const BilingualPhrasings asks = {
      {{"A pipe fills a tank in {a} hours and a drain empties it in {b} hours. With both open, how "
        "many hours does it take to fill the tank?",
        "A tap fills a pool in {a} hours; an outlet empties it in {b} hours. Both are open. After "
        "how many hours is it full?"},
       {"With a tap that fills a tank in {a} hours and a drain that empties it in {b} hours both "
        "open, how many hours does filling take?"}},
      {{"进水管 {a} 小时注满水池, 出水管 {b} 小时放完, 两管同时开, 几小时注满?",
        "水池的进水管单开 {a} 小时注满, 出水管单开 {b} 小时放空, 同时打开, 多少小时注满水池?"},
       {"一个水池, 进水管 {a} 小时注满, 出水管 {b} 小时放空, 两管齐开, 要几小时注满?"}}};
  return asks;
}

// Together: 1/a + 1/b = (a + b)/(ab) a unit of time; with a drain 1/a - 1/b.
Problem WriteJointWork(Rng& rng, Language language, Split split) {
  const auto [drain, a, b] = DrawInSplit(
      split, [&] { return std::array{rng.Int(0, 1), rng.Int(2, 9), rng.Int(3, 15)}; },
      [](int64_t, int64_t a, int64_t b) { return a < b; });
  const char* sign = drain == 1 ? " - " : " + ";
  const int64_t rate = drain == 1 ? b - a : a + b;
  const std::string_view x = PersonName(rng, language);
  std::string_view y = x;
  while (y == x) y = PersonName(rng, language);
  const std::string question =
      drain == 1
          ? Ask(rng, DrainAsks(), split, language, {{"a", Cat(a)}, {"b", Cat(b)}})
          : Ask(rng, TogetherAsks(), split, language,
                {{"x", std::string(x)}, {"y", std::string(y)}, {"a", Cat(a)}, {"b", Cat(b)}});
  const std::string sum = Cat("1/", a, sign, "1/", b);
  return WorkedProblem(
      language, question,
      {sum, Cat(drain == 1 ? SubtractSteps(b, a) : AddSteps(b, a), "; ", MultiplySteps(b, a)),
       Cat(sum, " = ", rate, "/", a * b), ReduceSteps(a * b, rate)},
      {Cat(In(language, "Share done per unit of time: ", "单位时间完成: "), sum, " = ", rate, "/",
           a * b),
       Cat(In(language, "Time: ", "时间: "), ReducedFraction(a * b, rate))},
      FractionText(a * b, rate));
}

// The work is workers * days.
Problem WriteWorkers(Rng& rng, Language language, Split split) {
  static const BilingualPhrasings asks = {
      {{"{m} workers finish a job in {d} days. How many days do {n} workers need?",
        "{m} machines need {d} hours for an order. How many hours do {n} machines need?",
        "A supply lasts {m} people {d} days. How many days does it last {n} people?"},
       {"If {m} workers need {d} days for a job, how many days do {n} workers need for it?"}},
      {{"{m} 个工人 {d} 天完成一项工程, {n} 个工人要几天?",
        "{m} 台机器 {d} 小时完成订单, {n} 台机器要多少小时?",
        "一批粮食够 {m} 人吃 {d} 天, 够 {n} 人吃几天?"},
       {"如果 {m} 个工人做完一项工作要 {d} 天, 那么 {n} 个工人要多少天?"}}};
  const auto [m, d, n] = DrawInSplit(
      split, [&] { return std::array{rng.Int(2, 20), rng.Int(2, 20), rng.Int(2, 20)}; },
      [](int64_t m, int64_t d, int64_t n) { return m != n && m * d % n == 0; });
  Working working;
  const int64_t days = working.DivideExactly(working.Multiply(m, d), n);
  return WrittenRate(
      language, Ask(rng, asks, split, language, {{"m", Cat(m)}, {"d", Cat(d)}, {"n", Cat(n)}}),
      std::string(In(language, "The work stays the same.", "工作总量不变.")), working, Cat(days));
}

Problem WriteWork(Rng& rng, Language language, Split split) {
  return rng.Chance(0.6) ? WriteJointWork(rng, language, split)
                         : WriteWorkers(rng, language, split);
}

}  // namespace

std::vector<const Family*> MotionFamilies() {
  static const MathFamily motion(
      "speed-distance-time",
      "Distance, speed or time (speeds up to 99, times up to 12); when two meet, or one catches up "
      "(speeds up to 60, times up to 9)",
      &WriteMotion);
  static const MathFamily work(
      "work-rate",
      "Two who work together, or a tap and a drain (9 and 15 units of time at most); the same "
      "work with more or fewer workers (up to 20)",
      &WriteWork);
  return {&motion, &work};
}

}  // namespace lemma::train
