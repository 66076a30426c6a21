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
        "{k} of {n} [runners|riders|swimmers] win different medals. How many results are possible?",
        "How many arrangements of {k} out of {n} different books on a shelf are there?",
        "From {n} different [flags|plants|pictures], {k} are [chosen|taken] and [arranged|placed] "
        "in a row. How many arrangements are possible?",
        "{k} out of {n} [students|dancers|guests] are to be arranged in a line for a photo. In how "
        "many ways can this be done?",
        "A club of {n} members fills {k} different offices, each with another member. In how many "
        "ways is that possible?",
        "[Find|Evaluate] the number of permutations of {n} things taken {k} at a time.",
        "If {k} of {n} [singers|dancers|speakers] perform one after another, how many orders are "
        "possible?",
        "Given {n} different [letters|cards|tiles], how many ordered lists of {k} of them are "
        "there?",
        "In how many orders can [Anna|Tom|Noah] read {k} different books out of {n}?"},
       {"In how many ways can {k} of {n} different books be arranged in a row?"}},
      {{"从 {n} 个人中选 {k} 个排成一排, 有多少种排法?", "计算排列数 A({n}, {k}).",
        "{n} 名[选手|运动员]争夺 {k} 个不同的奖牌, 有多少种结果?",
        "从 {n} 本不同的书中取 {k} 本排在书架上, 有多少种排法?",
        "把 {n} 盆不同的[花|树苗]中的 {k} 盆摆成一排, 共有几种摆法?",
        "[求|算出]从 {n} 个不同元素中取出 {k} 个的排列数.",
        "共有几种排法? 从 {n} 名不同的[学生|队员]中选出 {k} 名站成一[排|列].",
        "如果 {n} 名[歌手|演员]中有 {k} 名依次上台, 共有几种不同的出场顺序?",
        "俱乐部有 {n} 名会员, 选出 {k} 人分别担任不同的职务, 有多少种选法?",
        "{n} 匹马赛跑, 前 {k} 名的名次有多少种可能?",
        "用 {n} 张不同的[卡片|照片]中的 {k} 张排成一行, 一共有几种排法?"},
       {"从 {n} 个不同的人中选出 {k} 个排成一排, 共有几种排法?"}}};
  return asks;
}

const BilingualPhrasings& CombinationAsks() {
  static const BilingualPhrasings asks = {
      {{"In how many ways can {k} of {n} people be chosen?", "Compute C({n}, {k}).",
        "How many ways are there to choose {k} out of {n} books?",
        "A team of {k} is chosen from {n} players. How many teams are possible?",
        "From {n} [students|workers|nurses], a [group|committee|crew] of {k} is "
        "[formed|picked|selected]. How many choices are possible?",
        "[Anna|Tom|Noah] takes {k} of {n} different [stamps|coins|toys] along. How many selections "
        "are possible?",
        "How many subsets of {k} elements does a set of {n} elements have?",
        "If {k} out of {n} questions must be answered, in how many ways can they be chosen?",
        "[Find|Evaluate] the number of combinations of {n} things taken {k} at a time.",
        "The order does not matter: how many ways are there to pick {k} of {n} "
        "[cards|fruits|flowers]?",
        "Out of {n} people a [jury|panel|team] of {k} must be formed. In how many ways can this "
        "happen?",
        "How many different teams of {k} can be chosen if there are {n} athletes?"},
       {"In how many ways can a team of {k} be chosen from {n} people?"}},
      {{"从 {n} 个人中选 {k} 个, 有多少种选法?", "计算组合数 C({n}, {k}).",
        "从 {n} 本书中选出 {k} 本, 有多少种选法?",
        "从 {n} 名队员中选 {k} 人组队, 有多少种不同的队伍?",
        "要在 {n} 名[学生|工人|医生]中[挑选|选出] {k} 名参加[比赛|培训], 共有几种选法?",
        "[小明|小丽|王芳]从 {n} 种不同的[水果|口味|颜色]中任取 {k} 种, 有几种取法?",
        "[求|算出]从 {n} 个不同元素中取出 {k} 个的组合数.",
        "{n} 个元素的集合有多少个恰含 {k} 个元素的子集?",
        "如果试卷有 {n} 道题, 只需任选 {k} 道作答, 有多少种选法?",
        "共有几种组队方法? {n} 个不同的人里选出 {k} 人, 不计顺序.",
        "从 {n} 名候选人中产生一个 {k} 人小组, 共有多少种可能?"},
       {"从 {n} 个不同的人中选出 {k} 人组队, 共有几种选法?"}}};
  return asks;
}

const BilingualPhrasings& CommitteeAsks() {
  static const BilingualPhrasings asks = {
      {{"In how many ways can {a} of {m} men and {b} of {w} women be chosen?",
        "From {m} boys and {w} girls, choose {a} of the boys and {b} of the girls. How many ways "
        "are there?",
        "A [committee|jury|crew] has {a} of {m} men and {b} of {w} women. How many choices are "
        "possible?",
        "How many teams of {a} boys and {b} girls can be [formed|picked] from {m} boys and {w} "
        "girls?",
        "A [choir|class|club] has {w} girls and {m} boys. {b} girls and {a} boys are chosen for a "
        "[concert|trip|show]. In how many ways is this possible?",
        "[Choose|Pick] {b} of {w} women and {a} of {m} men: how many [ways|choices] are there?",
        "If {a} men are [selected|chosen] out of {m} and {b} women out of {w}, how many different "
        "groups are possible?",
        "A team needs {a} boys and {b} girls. There are {m} boys and {w} girls to choose from. How "
        "many teams can be formed?",
        "Given {m} men and {w} women, find the number of groups with {a} men and {b} women.",
        "The team is to have {b} of the {w} girls and {a} of the {m} boys. Find the number of "
        "possible teams.",
        "{a} of {m} men and {b} of {w} women are elected. In how many ways can that happen?",
        "[Someone|The coach] chooses {b} of {w} girls, {a} of {m} boys. How many ways are there?"},
       {"A team is chosen: {a} of {m} boys and {b} of {w} girls. In how many ways is that "
        "possible?"}},
      {{"有 {m} 名男生和 {w} 名女生, 选 {a} 名男生和 {b} 名女生, 有多少种选法?",
        "从 {m} 名男生中选 {a} 名, 从 {w} 名女生中选 {b} 名, 共有多少种选法?",
        "小组有 {m} 男 {w} 女, 选出 {a} 男 {b} 女, 有多少种选法?",
        "要选 {a} 名男生和 {b} 名女生组成[小队|合唱队], 现有 {m} 名男生, {w} 名女生, 共有几种选法?",
        "[合唱队|班里|社团]有女生 {w} 人, 男生 {m} 人, 选出女生 {b} 人, 男生 {a} 人参加演出, "
        "有几种选法?",
        "在 {w} 名女生中选出 {b} 名, 在 {m} 名男生中选出 {a} 名, 一共有多少种方法?",
        "如果从 {m} 位男老师里选 {a} 位, 从 {w} 位女老师里选 {b} 位, 共有几种不同的选法?",
        "由 {b} 名女生和 {a} 名男生组队, 女生从 {w} 人中选, 男生从 {m} 人中选, 共有几种选法?",
        "男生 {m} 人选 {a} 人, 女生 {w} 人选 {b} 人, 选法共有多少种?",
        "已知有男工 {m} 名, 女工 {w} 名, 求选 {a} 名男工和 {b} 名女工的选法数."},
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
  return ToldProblem(
      language, Ask(rng, PermutationAsks(), split, language, {{"n", Cat(n)}, {"k", Cat(k)}}),
      {Cat("n = ", n, ", k = ", k),
       Cat(In(language, "order matters; ", "有顺序; "), k,
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
  return ToldProblem(
      language, Ask(rng, CombinationAsks(), split, language, {{"n", Cat(n)}, {"k", Cat(k)}}),
      {Cat("n = ", n, ", k = ", k),
       Cat(In(language, "no order; ", "无顺序; "), FallingText(n, k), "/(", FallingText(k, k), ")"),
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
  return ToldProblem(
      language,
      Ask(rng, CommitteeAsks(), split, language,
          {{"m", Cat(m)}, {"w", Cat(w)}, {"a", Cat(a)}, {"b", Cat(b)}}),
      {Cat("C(", m, ", ", a, ")*C(", w, ", ", b, ")"), ChooseSteps(m, a), ChooseSteps(w, b),
       MultiplySteps(men, women)},
      {ChooseFormula(m, a), ChooseFormula(w, b),
       Cat(In(language, "Multiply: ", "相乘: "), men, "*", women, " = ", men * women)},
      Cat(men * women));
}

Problem WriteArrangement(Rng& rng, Language language, Split split) {
  static const std::vector<MathFamily::Writer> kinds = {WritePermutation, WriteCombination,
                                                        WriteCommittee};
  return rng.Pick(kinds)(rng, language, split);
}

const BilingualPhrasings& MenuAsks() {
  static const BilingualPhrasings asks = {
      {{"Tom has {a} shirts, {b} pairs of trousers and {c} pairs of shoes. How many outfits are "
        "possible?",
        "A menu has {a} starters, {b} main dishes and {c} desserts. How many different meals are "
        "there?",
        "There are {a} roads from A to B, {b} from B to C and {c} from C to D. How many ways lead "
        "from A to D?",
        "You choose one of {a} hats, one of {b} coats and one of {c} scarves. How many choices are "
        "there?",
        "How many different lunches can be made from {a} soups, {b} [sandwiches|salads] and {c} "
        "drinks, one of each?",
        "[Emma|Sara|Lily] can wear any of {a} [dresses|jackets|sweaters] with any of {b} "
        "[belts|caps] and {c} pairs of boots. How many different outfits does she have?",
        "If a [car|bike|phone] comes in {a} colours, {b} sizes and {c} models, how many different "
        "versions can be [ordered|built]?",
        "One bread, one filling and one sauce make a sandwich. There are {a} breads, {b} fillings "
        "and {c} sauces. How many sandwiches are possible?",
        "[Pick|Take] one of {a} books, one of {b} games and one of {c} films: how many "
        "[choices|selections] are there?",
        "{a} [cups|mugs], {b} plates, {c} spoons, one of each: how many sets?",
        "Given {a} skirts, {b} shirts and {c} hats, find the number of outfits with one of each."},
       {"Anna has {a} hats, {b} shirts and {c} skirts. How many different outfits can she wear?"}},
      {{"小明有 {a} 件上衣, {b} 条裤子和 {c} 双鞋, 有多少种搭配?",
        "菜单上有 {a} 种前菜, {b} 种主菜和 {c} 种甜点, 各选一种, 有多少种套餐?",
        "从 A 到 B 有 {a} 条路, 从 B 到 C 有 {b} 条路, 从 C 到 D 有 {c} 条路, 从 A 到 D "
        "有多少种走法?",
        "从 {a} 顶帽子, {b} 件外套和 {c} 条围巾中各选一件, 有多少种选法?",
        "[小美|王芳|小丽]可以在 {a} 条裙子, {b} 件毛衣和 {c} 双靴子中各选一样, 一共能搭配出多少套?",
        "早餐有 {a} 种粥, {b} 种点心和 {c} 种饮料, 各[选|点]一种, 一共有几种[选法|组合]?",
        "如果一款[汽车|手机|电脑]有 {a} 种颜色, {b} 种型号和 {c} 种配置, 共有多少种不同的款式?",
        "一共有几种走法? 第一段路有 {a} 条, 第二段有 {b} 条, 第三段有 {c} 条.",
        "[书架|书桌]上有 {a} 本小说, {b} 本诗集, {c} 本漫画, 每类各取一本, 有几种取法?",
        "求不同套餐的数目: 面包 {a} 种, 馅料 {b} 种, 酱料 {c} 种, 各取一种."},
       {"小红有 {a} 顶帽子, {b} 件上衣和 {c} 条裙子, 一共有几种搭配?"}}};
  return asks;
}

Problem WriteMenu(Rng& rng, Language language, Split split) {
  const auto [a, b, c] = DrawInSplit(
      split, [&] { return std::array{rng.Int(2, 12), rng.Int(2, 9), rng.Int(2, 9)}; },
      [](int64_t, int64_t, int64_t) { return true; });
  return ToldProblem(
      language,
      Ask(rng, MenuAsks(), split, language, {{"a", Cat(a)}, {"b", Cat(b)}, {"c", Cat(c)}}),
      {Cat(a, "*", b, "*", c), ProductSteps({a, b, c})},
      {std::string(In(language, "Independent choices multiply.", "各步选择相乘.")),
       Cat(a, "*", b, "*", c, " = ", a * b, "*", c, " = ", a * b * c)},
      Cat(a * b * c));
}

const BilingualPhrasings& HandshakeAsks() {
  static const BilingualPhrasings asks = {
      {{"{n} people shake hands, each with every other once. How many handshakes are there?",
        "{n} teams play each other once. How many games are played?",
        "How many segments join {n} points, no three of them on a line?",
        "How many handshakes are there if each of {n} [guests|players|friends] shakes the hand of "
        "every other exactly once?",
        "At a party every two of the {n} guests [shake hands|clink glasses|dance] once. How often "
        "does this happen?",
        "In a [chess|tennis|football] league each of the {n} teams plays once against every other. "
        "How many [games|matches] is that?",
        "{n} points lie on a circle, and every two are joined by a chord. Find the number of "
        "chords.",
        "Find the number of [games|matches] in a tournament of {n} players if every pair meets "
        "[once|exactly once].",
        "{n} [computers|houses|islands], a cable between every two: how many cables?",
        "Every two of {n} [cities|villages|islands] are linked by one direct road. How many roads "
        "are needed?"},
       {"Each of {n} people shakes hands once with every other. How many handshakes is that?"}},
      {{"{n} 个人两两握手一次, 一共握手多少次?", "{n} 支球队进行单循环比赛, 一共多少场?",
        "平面上 {n} 个点, 任意三点不共线, 可连多少条线段?",
        "[聚会|会议]上有 {n} 位客人, 每位都和其他人各握一次手, 共握手多少次?",
        "有 {n} 名棋手, 每两人下一盘棋, 共下几盘?",
        "如果在 {n} 个[城市|村庄|岛屿]中每两个之间修一条路, 需要修多少条路?",
        "求 {n} 支队伍单循环赛的总场数.", "圆上有 {n} 个点, 每两点连一条弦, 共有多少条弦?",
        "一共碰杯几次? {n} 个朋友每两人碰杯一次.", "{n} 台电脑, 每两台之间连一根线, 共用几根线?"},
       {"有 {n} 个人, 每两人握手一次, 共握手几次?"}}};
  return asks;
}

Problem WriteHandshakes(Rng& rng, Language language, Split split) {
  const auto [kind, n] = DrawInSplit(
      split, [&] { return std::array<int64_t, 2>{1, rng.Int(4, 60)}; },
      [](int64_t, int64_t) { return true; });
  const bool even = n % 2 == 0;
  const int64_t factor1 = even ? n - 1 : n, factor2 = even ? n / 2 : (n - 1) / 2;
  return ToldProblem(
      language, Ask(rng, HandshakeAsks(), split, language, {{"n", Cat(n)}}),
      {Cat("n*(n - 1)/2: ", n, " - 1 = ", n - 1), even ? Quotient(n, 2) : Quotient(n - 1, 2),
       MultiplySteps(factor1, factor2)},
      {Cat(In(language, "Each pair counts once: ", "每对只算一次: "), n, "*", n - 1, "/2"),
       Cat(factor1, "*", factor2, " = ", factor1 * factor2)},
      Cat(factor1 * factor2));
}

const BilingualPhrasings& CodeAsks() {
  static const BilingualPhrasings asks = {
      {{"How many codes of length {k} can be made from {n} symbols if they may repeat?",
        "A lock has {k} wheels with {n} symbols each. How many codes are possible?",
        "Each of {k} questions has {n} possible answers. In how many ways can the test be "
        "answered?",
        "From {n} letters, words of length {k} are [formed|made], and letters may repeat. How many "
        "[different |]words are there?",
        "A [password|key|number plate] has {k} characters, and each is one of {n} [letters|signs]. "
        "How many possibilities are there?",
        "If each of {k} [flags|lamps|tiles] can have any of {n} colours, how many patterns are "
        "there?",
        "With {n} symbols available for each place, how many codes with {k} places can be made?",
        "[Tom|Mia|Ben] paints {k} [fences|doors|boxes], each in one of {n} colours. In how many "
        "ways is that possible?",
        "A test has {k} questions, and each question has {n} choices: find the number of ways to "
        "fill it in.",
        "Symbols: {n}. Code length: {k}. Symbols may repeat. How many codes?",
        "There are {k} places, and each is filled with one of {n} [signs|digits|letters]. How many "
        "codes is that?",
        "How many codes are there with {n} symbols to choose from for each of {k} places?"},
       {"A code has {k} places and each place is one of {n} symbols. How many codes are there?"}},
      {{"用 {n} 种符号组成长度为 {k} 的密码, 可以重复, 有多少个?",
        "密码锁有 {k} 个转轮, 每个有 {n} 种符号, 有多少种密码?",
        "{k} 道题, 每题有 {n} 个选项, 有多少种答法?",
        "一个[编号|暗号|车牌]有 {k} 位, 每位可以是 {n} 种[字母|图案|符号]中的任意一种, "
        "共有多少种可能?",
        "把 {k} 面[旗|墙]各涂上 {n} 种颜色之一, 一共有几种涂法?",
        "如果 {n} 种符号可以重复使用, 能组成几个长度为 {k} 的[密码|代码]?",
        "有几种答法? 试卷共 {k} 道题, 每道题有 {n} 个选项.",
        "由 {n} 个字母组成的长度为 {k} 的单词有多少个? 字母可以重复.",
        "{n} 种颜色可以重复, 给 {k} 个[盒子|格子|球]各选一种颜色, 有几种选法?",
        "[小明|小刚|张伟]设置 {k} 位密码, 每一位有 {n} 种选择, 一共能设置几个密码?"},
       {"密码有 {k} 位, 每位是 {n} 种符号之一, 一共有几个密码?"}}};
  return asks;
}

Problem WriteCodes(Rng& rng, Language language, Split split) {
  const auto [kind, n, k] = DrawInSplit(
      split, [&] { return std::array<int64_t, 3>{2, rng.Int(2, 20), rng.Int(2, 5)}; },
      [](int64_t, int64_t n, int64_t k) {
        return n <= (k == 2 ? 20 : k == 3 ? 9 : k == 4 ? 5 : 3);
      });
  const std::vector<int64_t> factors(static_cast<size_t>(k), n);
  int64_t value = 1;
  for (const int64_t factor : factors) value *= factor;
  return ToldProblem(language,
                     Ask(rng, CodeAsks(), split, language, {{"n", Cat(n)}, {"k", Cat(k)}}),
                     {Cat("n = ", n, ", k = ", k), Cat(n, "^", k, " = ", Join(factors, "*")),
                      ProductSteps(factors)},
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
