// Speed, distance and time; rates of work.
#include <array>

#include "train/data/algebra_steps.h"
#include "train/data/families/algebra_topics.h"
#include "train/data/families/rate_work.h"

namespace lemma::train {
namespace {

// Speed and hours; the distance is their product.
std::array<int64_t, 3> DrawMotion(Rng& rng, Split split, int64_t kind) {
  return DrawInSplit(
      split, [&] { return std::array{kind, rng.Int(4, 99), rng.Int(2, 12)}; },
      [](int64_t, int64_t, int64_t) { return true; });
}

const BilingualPhrasings& DistanceAsks() {
  static const BilingualPhrasings asks = {
      {{"A [car|truck|bus|motorbike] drives at {v} km/h for {t} hours. How far does it go, in km?",
        "A [train|coach|tram] travels {t} hours at {v} km per hour. What distance does it cover in "
        "km?",
        "[Anna|Tom|Emma|Ben] runs {v} m per minute for {t} minutes. How many metres is that?",
        "How many km does a [ship|ferry|bus] travel in {t} hours if its speed is {v} km/h?",
        "Speed {v} km/h, time {t} hours: distance in km?",
        "Given a [constant|steady|mean] speed of {v} km/h and a travel time of {t} hours, find the "
        "distance covered in km.",
        "A [snail|beetle|turtle] crawls {v} cm [per|a] minute. How many cm does it crawl in {t} "
        "minutes?",
        "[Find|Compute|Calculate] the distance in km that a [car|boat|bus|cyclist] covers when "
        "moving at {v} km/h for {t} hours.",
        "For {t} hours a [boat|bus|lorry] keeps a speed of {v} km/h. How many km does it cover?",
        "If a [drone|train|ball] keeps going at {v} metres per second, how far does it get in {t} "
        "seconds, in metres?",
        "The trip takes {t} hours at an average speed of {v} km/h. [How long is the trip|What is "
        "the length of the trip] in km?"},
       {"What distance in km does a bus cover in {t} hours at {v} km/h?"}},
      {{"[汽车|卡车|客车]以每小时 {v} 千米的速度行驶 {t} 小时, 行了多少千米?",
        "[火车|轮船|马车]的速度是 {v} 千米/时, {t} 小时走多少路程?",
        "[小明|小红|李雷|王芳]每分钟走 {v} 米, {t} 分钟走多少米?",
        "一辆[公共汽车|摩托车|货车]行驶了 {t} 小时, 平均每小时 {v} 千米, 一共行驶多少千米?",
        "速度 {v} 千米/时, 时间 {t} 小时, 求路程.",
        "如果[轮船|汽车|火车]时速为 {v} 千米, 那么 {t} 小时能前进多少千米?",
        "求[轮船|公共汽车|电车] {t} 小时走过的路程, 它的速度为每小时 {v} 千米.",
        "从甲地到乙地, [汽车|客车|公共汽车]每小时行 {v} 千米, {t} 小时到达, 两地相距多少千米?",
        "已知时间为 {t} 小时, 速度为 {v} 千米/时, 路程是多少千米?",
        "[蜗牛|蚂蚁|乌龟]每分钟爬 {v} 厘米, 爬 {t} 分钟, 路程是多少厘米?",
        "{t} 小时里, [自行车|马车|货车]以每小时 {v} 千米前进, 能走多少千米?"},
       {"公共汽车速度为每小时 {v} 千米, {t} 小时的路程是多少千米?"}}};
  return asks;
}

Problem WriteDistance(Rng& rng, Language language, Split split) {
  const auto [kind, v, t] = DrawMotion(rng, split, 0);
  Working working;
  const int64_t distance = working.Multiply(v, t);
  return WrittenRate(language,
                     Ask(rng, DistanceAsks(), split, language, {{"v", Cat(v)}, {"t", Cat(t)}}),
                     Cat("v = ", v, ", t = ", t, ", s = ?"),
                     std::string(In(language, "distance = speed * time", "路程 = 速度 * 时间")),
                     working, Cat(distance));
}

const BilingualPhrasings& SpeedAsks() {
  static const BilingualPhrasings asks = {
      {{"A [car|truck|tram] covers {s} km in {t} hours. What is its average speed in km/h?",
        "A [train|ferry|bus] needs {t} hours for {s} km. Find its speed in km per hour.",
        "A cyclist rides {s} km in {t} hours at a constant speed. How fast is that in km/h?",
        "How fast does a [car|bus|ship] go, in km/h, if it covers {s} km in {t} hours?",
        "Distance {s} km, time {t} hours: [average speed|speed] in km/h?",
        "In {t} hours, a [ship|bus|lorry] gets {s} km further. What is its speed in km/h?",
        "Given that a [trip|journey|ride] of {s} km takes {t} hours, find the average speed in "
        "km/h.",
        "{t} hours after leaving, a [bus|train|boat] has gone {s} km. [Compute|Find|Determine] its "
        "average speed in km/h.",
        "[Anna|Jack|Lily] [walks|runs] {s} metres in {t} minutes. How many metres is that per "
        "minute?",
        "At what speed in km/h must a [driver|rider] travel to cover {s} km in {t} hours?",
        "A [snail|beetle|turtle] needs {t} minutes for {s} cm. What is the speed in cm per "
        "minute?"},
       {"What is the speed in km/h of a bus that covers {s} km in {t} hours?"}},
      {{"[汽车|卡车|客车] {t} 小时行驶 {s} 千米, 平均每小时行多少千米?",
        "[火车|轮船]用 {t} 小时走完 {s} 千米, 求它的速度.",
        "骑车 {t} 小时行了 {s} 千米, 速度是每小时多少千米?",
        "路程 {s} 千米, 时间 {t} 小时, 求速度.",
        "一[辆公共汽车|艘轮船|列火车]行 {s} 千米用了 {t} 小时, 它每小时行多少千米?",
        "从甲地到乙地有 {s} 千米, [汽车|客车|公共汽车] {t} 小时到达, 求平均速度.",
        "已知 {t} 小时走了 {s} 千米, 问速度是多少千米/时.",
        "要在 {t} 小时内走完 {s} 千米, [汽车|摩托车|快艇]的时速应是多少千米?",
        "[小明|小芳|张伟] {t} 分钟走了 {s} 米, 平均每分钟走多少米?",
        "如果[轮船|货船|汽艇] {t} 小时航行 {s} 千米, 那么它的速度是每小时多少千米?",
        "[蜗牛|蚂蚁|乌龟]爬 {s} 厘米要 {t} 分钟, 它的速度是每分钟多少厘米?"},
       {"公共汽车 {t} 小时走了 {s} 千米, 它的速度是多少?"}}};
  return asks;
}

Problem WriteSpeed(Rng& rng, Language language, Split split) {
  const auto [kind, v, t] = DrawMotion(rng, split, 1);
  Working working;
  working.DivideExactly(v * t, t);
  return WrittenRate(
      language, Ask(rng, SpeedAsks(), split, language, {{"s", Cat(v * t)}, {"t", Cat(t)}}),
      Cat("s = ", v * t, ", t = ", t, ", v = ?"),
      std::string(In(language, "speed = distance / time", "速度 = 路程 / 时间")), working, Cat(v));
}

const BilingualPhrasings& TimeAsks() {
  static const BilingualPhrasings asks = {
      {{"How many hours does a [car|truck|coach] need for {s} km at {v} km/h?",
        "A [train|bus|ferry] travels at {v} km per hour. How long, in hours, does it take for {s} "
        "km?",
        "The distance is {s} km and the speed {v} km/h. Find the time in hours.",
        "If a [bus|ship|cyclist] moves at {v} km/h, after how many hours are {s} km covered?",
        "Distance {s} km, speed {v} km/h: time in hours?",
        "A [road|route|way] of {s} km is covered at a speed of {v} km/h. How many hours does it "
        "take?",
        "Given a speed of {v} km/h, find how many hours a [trip|flight|journey] of {s} km takes.",
        "[Mia|Noah|Sara|Lucas] [walks|runs] {v} metres per minute. How many minutes [are "
        "needed|does it take] for {s} metres?",
        "What time in hours does a [ship|bus|lorry] need to travel {s} km if it keeps a speed of "
        "{v} km/h?",
        "The next [city|harbour|airport] is {s} km away. At {v} km/h, in how many hours do we [get "
        "there|arrive]?",
        "A [snail|beetle|turtle] crawls {v} cm per minute. For {s} cm, how many minutes does it "
        "need?"},
       {"In how many hours does a bus cover {s} km at a speed of {v} km/h?"}},
      {{"[汽车|卡车|客车]每小时行 {v} 千米, 行 {s} 千米要几小时?",
        "[火车|轮船]的速度是 {v} 千米/时, 走 {s} 千米需要多少小时?",
        "路程 {s} 千米, 速度每小时 {v} 千米, 求时间.",
        "从甲地到乙地有 {s} 千米, [汽车|客车|公共汽车]每小时行 {v} 千米, 几小时[到达|能到]?",
        "路程 {s} 千米, 速度 {v} 千米/时, 时间是几小时?",
        "如果[摩托车|货车|轮船]时速为 {v} 千米, 那么 {s} 千米的路要走多少小时?",
        "走完 {s} 千米的路程, [轮船|摩托车|公共汽车]以 {v} 千米/时的速度需要几小时?",
        "已知速度为 {v} 千米/时, 路程为 {s} 千米, 问走完全程的时间是多少小时.",
        "[小明|小丽|小强|刘洋]每分钟走 {v} 米, 走 {s} 米要几分钟?",
        "[蜗牛|蚂蚁|乌龟]要爬 {s} 厘米, 每分钟爬 {v} 厘米, 多少分钟爬完?",
        "行驶 {s} 千米要多少小时, 如果[汽车|公共汽车]的速度为每小时 {v} 千米?"},
       {"公共汽车速度为每小时 {v} 千米, 走完 {s} 千米要多少小时?"}}};
  return asks;
}

Problem WriteTime(Rng& rng, Language language, Split split) {
  const auto [kind, v, t] = DrawMotion(rng, split, 2);
  Working working;
  working.DivideExactly(v * t, v);
  return WrittenRate(
      language, Ask(rng, TimeAsks(), split, language, {{"s", Cat(v * t)}, {"v", Cat(v)}}),
      Cat("s = ", v * t, ", v = ", v, ", t = ?"),
      std::string(In(language, "time = distance / speed", "时间 = 路程 / 速度")), working, Cat(t));
}

// Two travellers: their speeds and the time until they meet.
std::array<int64_t, 4> DrawPair(Rng& rng, Split split, int64_t kind) {
  return DrawInSplit(
      split, [&] { return std::array{kind, rng.Int(5, 60), rng.Int(4, 50), rng.Int(2, 9)}; },
      [](int64_t, int64_t v1, int64_t v2, int64_t) { return v1 > v2 + 1; });
}

const BilingualPhrasings& MeetingAsks() {
  static const BilingualPhrasings asks = {
      {{"Two [cars|trucks|vans] start {s} km apart and drive towards each other at {v} km/h and "
        "{w} km/h. After how many hours do they meet?",
        "Two towns are {s} km apart. From each a [train|bus|coach] leaves towards the other, at "
        "{v} and {w} km/h. When do they meet, in hours?",
        "At {v} km/h and {w} km/h, two [ships|boats|trains] approach each other from {s} km apart. "
        "How many hours pass until they meet?",
        "How many hours does it take two [buses|cyclists|riders] to meet if they start {s} km "
        "apart and move towards each other, one at {v} km/h, the other at {w} km/h?",
        "One [train|bus|car] leaves A for B at {v} km/h; at the same time another leaves B for A "
        "at {w} km/h. A and B are {s} km apart. In how many hours will they meet?",
        "Distance between two [cars|trains|ships]: {s} km. Speeds: {v} km/h and {w} km/h, towards "
        "each other. Time until they meet, in hours?",
        "[Emma|Ava|Lily] and [Liam|Noah|Tom] are {s} km apart and ride to meet each other, one at "
        "{v} km/h and one at {w} km/h. After how many hours do they meet?",
        "Given two [trains|trucks|buses] that are {s} km apart and come towards each other with "
        "speeds of {v} and {w} km/h, find the hours until they meet.",
        "If a [car|bus] at {v} km/h and a [truck|van] at {w} km/h start from the two ends of a "
        "road of {s} km and drive towards each other, in how many hours do they meet?",
        "Two [children|hikers|friends] stand {s} metres apart and walk towards each other, "
        "covering {v} and {w} metres per minute. They meet after how many minutes?"},
       {"Two buses {s} km apart drive towards each other at {v} km/h and {w} km/h. In how many "
        "hours do they meet?"}},
      {{"两地相距 {s} 千米, 两[车|船]同时相向而行, 速度分别是每小时 {v} 千米和 {w} 千米, "
        "几小时后相遇?",
        "甲乙两人相距 {s} 千米, 相向而行, 甲每小时行 {v} 千米, 乙每小时行 {w} 千米, 多少小时相遇?",
        "甲车时速 {v} 千米, 乙车时速 {w} 千米, 从相距 {s} 千米的两地同时出发, 相向而行, "
        "[经过|]多少小时相遇?",
        "[小明|小刚|李雷]和[小红|小丽|王芳]相距 {s} 米, 迎面走来, 每分钟分别走 {v} 米和 {w} 米, "
        "几分钟后相遇?",
        "客车和货车从 {s} 千米长的[铁路|公路]两端同时相对开出, 客车每小时 {v} 千米, 货车每小时 {w} "
        "千米, 求几小时相遇.",
        "相距 {s} 千米, 速度 {v} 千米/时和 {w} 千米/时, 相向而行, 几小时相遇?",
        "几小时后两[车|船|人]相遇? 现在相距 {s} 千米, 相向而行, 时速分别为 {v} 千米和 {w} 千米.",
        "已知两[列火车|辆汽车|艘船]的速度是每小时 {v} 千米和每小时 {w} 千米, 现在相距 {s} 千米, "
        "对着开来, 多少小时后相遇?",
        "如果两[艘船|辆车]以每小时 {v} 千米和 {w} 千米的速度迎面驶来, 中间隔着 {s} 千米, "
        "那么经过几小时它们相遇?",
        "A, B 两地相距 {s} 千米, 甲以每小时 {v} 千米从 A 地去 B 地, 乙同时以每小时 {w} 千米从 B "
        "地去 A 地, 多少小时后两人相遇?"},
       {"相距 {s} 千米的两车相向而行, 时速为 {v} 千米和 {w} 千米, 经过几小时相遇?"}}};
  return asks;
}

Problem WriteMeeting(Rng& rng, Language language, Split split) {
  const auto [kind, v, w, t] = DrawPair(rng, split, 3);
  const int64_t distance = (v + w) * t;
  Working working;
  working.DivideExactly(distance, working.Add(v, w));
  return WrittenRate(
      language,
      Ask(rng, MeetingAsks(), split, language,
          {{"s", Cat(distance)}, {"v", Cat(v)}, {"w", Cat(w)}}),
      Cat("s = ", distance, ", v = ", v, ", w = ", w),
      std::string(In(language, "Towards each other, the speeds add.", "相向而行, 速度相加.")),
      working, Cat(t));
}

const BilingualPhrasings& ChaseAsks() {
  static const BilingualPhrasings asks = {
      {{"A [car|van] at {v} km/h follows a [truck|tractor] at {w} km/h that is {s} km ahead. After "
        "how many hours does it catch up?",
        "A [cyclist|rider] is {s} km ahead and rides {w} km/h. A [car|bus|motorbike] follows at "
        "{v} km/h. In how many hours does it catch up?",
        "How many hours does a [motorbike|police car|taxi] at {v} km/h need to catch up with a "
        "[bus|tractor] that has a lead of {s} km and goes {w} km/h?",
        "[Emma|Ava|Mia] has a head start of {s} km and rides at {w} km/h. [Liam|Ben|Jack] follows "
        "at {v} km/h. When, in hours, does the second rider catch up with the first?",
        "Lead {s} km, speeds {w} km/h in front and {v} km/h behind: how many hours until the one "
        "behind catches up?",
        "Given that a [ship|boat] sails at {w} km/h, {s} km in front of a [cruiser|ferry] that "
        "chases it at {v} km/h, find the hours until it is caught.",
        "If one [train|bus] goes {w} km/h and another, {s} km behind, goes {v} km/h in the same "
        "direction, after how many hours is the first one overtaken?",
        "A [dog|fox|wolf] runs {v} m per minute after a [rabbit|hare|cat] that is {s} m ahead and "
        "flees at {w} m per minute. In how many minutes is it caught?",
        "The gap between two [cars|trucks|riders] is {s} km. The front one goes {w} km/h, the rear "
        "one {v} km/h in the same direction. How many hours does it take to catch up?",
        "{s} km behind a [bus|cyclist|truck] at {w} km/h, a [car|motorbike] drives the same way at "
        "{v} km/h. Find the time in hours after which it catches up."},
       {"A bus at {v} km/h follows a cyclist at {w} km/h who is {s} km ahead. When does it catch "
        "up, in hours?"}},
      {{"汽车每小时行 {v} 千米, 追赶前面 {s} 千米处每小时行 {w} 千米的[卡车|自行车|客车], "
        "几小时追上?",
        "乙在前面 {s} 千米, 每小时行 {w} 千米, 甲每小时行 {v} 千米追赶, 多少小时追上?",
        "自行车在前, 时速 {w} 千米, [汽车|客车]在后, 时速 {v} 千米, 两者相距 {s} 千米, 同向而行, "
        "经过多少小时追上?",
        "[小明|小红|小华]先走了 {s} 米, 每分钟走 {w} 米, [哥哥|爸爸|姐姐]每分钟走 {v} 米去追, "
        "几分钟追上?",
        "甲落后乙 {s} 千米, 甲每小时行 {v} 千米, 乙每小时行 {w} 千米, 同向而行, 甲几小时追上乙?",
        "两[车|船]同向行驶, 相距 {s} 千米, 前面的每小时 {w} 千米, 后面的每小时 {v} 千米, "
        "几小时追上?",
        "几小时能追上? 前面的[卡车|自行车]领先 {s} 千米, 时速 {w} 千米, 后面的[摩托车|轿车]时速 "
        "{v} 千米.",
        "已知快船时速为 {v} 千米, 慢船时速为 {w} 千米, 慢船在快船前面 {s} 千米处, "
        "求快船追上慢船要几小时.",
        "如果狗每分钟跑 {v} 米, 前面 {s} 米处的[兔子|猫|羊]每分钟跑 {w} 米, "
        "那么狗经过几分钟追上它?",
        "要追上前面 {s} 千米处每小时走 {w} 千米的[队伍|马车|自行车], [汽车|骑车人]以每小时 {v} "
        "千米前进需要几小时?"},
       {"客车时速 {v} 千米, 追前面 {s} 千米处时速 {w} 千米的自行车, 经过几小时追上?"}}};
  return asks;
}

Problem WriteChase(Rng& rng, Language language, Split split) {
  const auto [kind, v, w, t] = DrawPair(rng, split, 4);
  const int64_t gap = (v - w) * t;
  Working working;
  working.DivideExactly(gap, working.Subtract(v, w));
  return WrittenRate(
      language,
      Ask(rng, ChaseAsks(), split, language, {{"s", Cat(gap)}, {"v", Cat(v)}, {"w", Cat(w)}}),
      Cat("s = ", gap, ", v = ", v, ", w = ", w),
      std::string(In(language, "Catching up, the speeds subtract.", "追及, 速度相减.")), working,
      Cat(t));
}

Problem WriteMotion(Rng& rng, Language language, Split split) {
  static const std::vector<MathFamily::Writer> kinds = {WriteDistance, WriteSpeed, WriteTime,
                                                        WriteMeeting, WriteChase};
  return rng.Pick(kinds)(rng, language, split);
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
