#include "train/data/families/rate_work.h"

#include <array>

#include "train/data/algebra_steps.h"
#include "train/data/steps.h"

namespace lemma::train {
namespace {

const BilingualPhrasings& TogetherAsks() {
  static const BilingualPhrasings asks = {
      {{"{x} paints a [fence|wall|boat] in {a} hours, {y} in {b} hours. How many hours do they "
        "need together?",
        "{x} can do a job in {a} days and {y} in {b} days. How many days do they need together?",
        "{x} [mows the lawn|cleans the house|washes the cars] in {a} hours. {y} needs {b} hours. "
        "How many hours does it take when they work together?",
        "How many hours do {x} and {y} need together for a [job|report|garden] if {x} alone needs "
        "{a} hours and {y} alone {b} hours?",
        "Alone, {x} [digs a hole|sorts the books|packs the boxes] in {a} hours; alone, {y} does it "
        "in {b} hours. How long, in hours, do both take together?",
        "{x} alone: {a} hours. {y} alone: {b} hours. [Both together|The two working together]: how "
        "many hours?",
        "If {x} can [build a shed|repair a roof|plough a field] in {a} days and {y} can do the "
        "same in {b} days, in how many days [can|do] the two do it together?",
        "Working alone, {x} takes {a} hours and {y} {b} hours to [load a truck|bake the cakes|type "
        "a text]. Find the time in hours when they work together.",
        "Given that {x} finishes a [task|job|project] in {a} days and {y} in {b} days, find how "
        "many days it takes them together.",
        "Together, {x} and {y} want to [paint a room|pick the apples|clear the snow]. {x} would "
        "need {a} hours, {y} {b} hours. After how many hours are they done?"},
       {"{x} needs {a} days for a job and {y} needs {b} days. In how many days do they finish it "
        "together?"}},
      {{"一项工程, {x}单独做要 {a} 天, {y}单独做要 {b} 天, 两人合作要几天?",
        "{x}刷墙要 {a} 小时, {y}刷墙要 {b} 小时, 一起刷要多少小时?",
        "一件工作, {x}独做 {a} 小时完成, {y}独做 {b} 小时完成, 两人合做几小时完成?",
        "{x}单独[打扫教室|搬完货物|整理图书]要 {a} 小时, {y}单独做要 {b} 小时, "
        "两人[合作|一起做]需要多少小时?",
        "如果{x}独自 {a} 天能做完, {y}独自 {b} 天能做完, 那么两人合作多少天做完?",
        "两人合作几天完成[任务|工程|工作]? {x}单独做 {a} 天完成, {y}单独做 {b} 天完成.",
        "{x}和{y}一起[种树|修路|摘苹果], {x}一人要 {a} 小时, {y}一人要 {b} 小时, 共同完成要几小时?",
        "已知{x}完成一项[任务|工作|工程]需 {a} 天, {y}完成它需 {b} 天, 求合作所需的天数.",
        "一批零件, {x}做 {a} 小时可完成, {y}做 {b} 小时可完成, 两人同时做, 几小时可完成?",
        "{x}独做: {a} 天. {y}独做: {b} 天. [合做|两人一起做]: 多少天?"},
       {"{x}做一项工作要 {a} 天, {y}要 {b} 天, 两人一起做要多少天?"}}};
  return asks;
}

const BilingualPhrasings& DrainAsks() {
  static const BilingualPhrasings asks = {
      {{"A pipe fills a tank in {a} hours and a drain empties it in {b} hours. With both open, how "
        "many hours does it take to fill the tank?",
        "A tap fills a pool in {a} hours; an outlet empties it in {b} hours. Both are open. After "
        "how many hours is it full?",
        "How many hours does it take to fill a [tank|pool|basin] when the [tap|pipe] (full in {a} "
        "hours) and the drain (empty in {b} hours) are both open?",
        "A drain empties a [tank|cistern|pond] in {b} hours, while a pipe fills it in {a} hours. "
        "If both are open, how many hours pass until it is full?",
        "Inlet: full in {a} hours. Drain: empty in {b} hours. Both open: how many hours to fill "
        "the [tank|pool|basin]?",
        "If an inlet fills a [reservoir|pool|vat] in {a} hours and an outlet can empty it in {b} "
        "hours, in how many hours is it full with both open?",
        "Someone left the drain open, which empties a [bathtub|sink] in {b} minutes. The tap fills "
        "it in {a} minutes. [In|After] how many minutes is it full?",
        "Given that a tap alone fills a [tank|pool] in {a} hours and a drain alone empties it in "
        "{b} hours, find the filling time in hours with both open.",
        "Water flows into a [pond|tank|barrel] through a pipe that fills it in {a} hours and out "
        "through a drain that empties it in {b} hours. How many hours does the filling take?"},
       {"With a tap that fills a tank in {a} hours and a drain that empties it in {b} hours both "
        "open, how many hours does filling take?"}},
      {{"进水管 {a} 小时注满水池, 出水管 {b} 小时放完, 两管同时开, 几小时注满?",
        "水池的进水管单开 {a} 小时注满, 出水管单开 {b} 小时放空, 同时打开, 多少小时注满水池?",
        "如果进水管 {a} 小时能注满[水箱|水塔|水池], 出水管 {b} 小时能放空, 两管同时打开, "
        "那么多少小时注满?",
        "出水管 {b} 小时放空一池水, 进水管 {a} 小时注满一池水, 两管同时开, "
        "几小时[能注满|把水池注满]?",
        "多少小时能把空[水池|水箱|水槽]注满? 进水管要 {a} 小时注满, 出水管要 {b} 小时放完, "
        "两管都开着.",
        "[浴缸|水槽|水桶]的水龙头 {a} 分钟放满水, 排水口 {b} 分钟排空, 两个都开, 几分钟放满?",
        "往[水箱|水池|水塔]里注水, {a} 小时可满, 但出水管没关, 它 {b} 小时能放空满池的水, "
        "实际要多少小时注满?",
        "进水管: {a} 小时满. 出水管: {b} 小时空. 两管齐开, 几小时注满[水池|水箱]?",
        "已知单开进水管 {a} 小时满, 单开出水管 {b} 小时空, 求两管齐开时注满[水池|水箱]要几小时.",
        "一个[水箱|蓄水池]有进水管和出水管, 单开进水管要 {a} 小时注满, 单开出水管要 {b} 小时放空, "
        "两管齐开多少小时注满?"},
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
  return ToldProblem(
      language, question,
      {sum, Cat(drain == 1 ? SubtractSteps(b, a) : AddSteps(b, a), "; ", MultiplySteps(b, a)),
       Cat(sum, " = ", rate, "/", a * b), ReduceSteps(a * b, rate)},
      {Cat(In(language, "Share done per unit of time: ", "单位时间完成: "), sum, " = ", rate, "/",
           a * b),
       Cat(In(language, "Time: ", "时间: "), ReducedFraction(a * b, rate))},
      FractionText(a * b, rate));
}

const BilingualPhrasings& WorkersAsks() {
  static const BilingualPhrasings asks = {
      {{"{m} workers finish a job in {d} days. How many days do {n} workers need?",
        "{m} machines need {d} hours for an order. How many hours do {n} machines need?",
        "A supply [of food|of water|of rice] lasts {m} people {d} days. How many days does it last "
        "{n} people?",
        "How many days do {n} [workers|masons|builders] need for a [wall|road|bridge] that {m} of "
        "them build in {d} days?",
        "A job takes {d} days with {m} [workers|painters|gardeners]. How many days does it take "
        "with {n} of them?",
        "{m} [pumps|pipes] of one kind empty a [basin|tank] in {d} hours. In how many hours do {n} "
        "such [pumps|pipes] empty it?",
        "Workers: {m}. Days: {d}. [For the same work|The same job] with {n} workers: how many "
        "days?",
        "The [hay|feed] on a farm is enough for {m} [cows|horses|sheep] for {d} days. How many "
        "days is it enough for {n} of them?",
        "Given that {m} [printers|robots|machines] do a task in {d} minutes, find the number of "
        "minutes that are needed by {n} of them.",
        "If, instead of {m} [workers|farmers] who need {d} days for a field, only the work of {n} "
        "is available, how many days does it take?",
        "How long, in hours, do {n} [machines|robots|ovens] take for an order that {m} of them "
        "complete in {d} hours?"},
       {"If {m} workers need {d} days for a job, how many days do {n} workers need for it?"}},
      {{"{m} 个工人 {d} 天完成一项工程, {n} 个工人要几天?",
        "{m} 台机器 {d} 小时完成订单, {n} 台机器要多少小时?",
        "一批粮食够 {m} 人吃 {d} 天, 够 {n} 人吃几天?",
        "一项[工程|工作|任务] {d} 天由 {m} 人完成, 改由 {n} 人做, 要多少天?",
        "求 {n} 个工人修完一条[路|水渠]的天数, 已知 {m} 个工人要 {d} 天.",
        "一堆[草|饲料|萝卜]够 {m} 只羊吃 {d} 天, 如果有 {n} 只羊, 可以吃几天?",
        "{m} 台[抽水机|水泵]抽干池塘要 {d} 小时, 用 {n} 台要几小时?",
        "修一[座桥|条路|堵墙], {m} 人要 {d} 天. 人数变为 {n} 人, 需几天完成?",
        "已知 {m} 人用 {d} 小时搬完一批货, 那么换成 {n} 人, 几小时搬完?",
        "工人 {m} 个, 做完工作要 {d} 天. 工作总量不变, 工人 {n} 个, 要多少天?"},
       {"如果 {m} 个工人做完一项工作要 {d} 天, 那么 {n} 个工人要多少天?"}}};
  return asks;
}

// The work is workers * days.
Problem WriteWorkers(Rng& rng, Language language, Split split) {
  const auto [m, d, n] = DrawInSplit(
      split, [&] { return std::array{rng.Int(2, 20), rng.Int(2, 20), rng.Int(2, 20)}; },
      [](int64_t m, int64_t d, int64_t n) { return m != n && m * d % n == 0; });
  Working working;
  const int64_t days = working.DivideExactly(working.Multiply(m, d), n);
  return WrittenRate(
      language,
      Ask(rng, WorkersAsks(), split, language, {{"m", Cat(m)}, {"d", Cat(d)}, {"n", Cat(n)}}),
      Cat("m = ", m, ", d = ", d, ", n = ", n),
      std::string(In(language, "The work stays the same.", "工作总量不变.")), working, Cat(days));
}

}  // namespace

Problem WrittenRate(Language language, std::string question, std::string given, std::string formula,
                    const Working& working, std::string answer) {
  std::vector<std::string> thinking = {std::move(given), formula}, steps = {std::move(formula)};
  thinking.insert(thinking.end(), working.chains().begin(), working.chains().end());
  steps.insert(steps.end(), working.equations().begin(), working.equations().end());
  return ToldProblem(language, std::move(question), thinking, steps, std::move(answer));
}

Problem WriteWork(Rng& rng, Language language, Split split) {
  return rng.Chance(0.6) ? WriteJointWork(rng, language, split)
                         : WriteWorkers(rng, language, split);
}

}  // namespace lemma::train
