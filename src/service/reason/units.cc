#include "service/reason/units.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "service/reason/text_util.h"

namespace lemma::reason {
namespace {

using Names = std::unordered_map<std::string_view, std::string_view>;

const Names& UnitNames() {
  static const Names names = {
      {"mm", "mm"},
      {"millimeter", "mm"},
      {"millimetre", "mm"},
      {"毫米", "mm"},
      {"cm", "cm"},
      {"centimeter", "cm"},
      {"centimetre", "cm"},
      {"厘米", "cm"},
      {"dm", "dm"},
      {"分米", "dm"},
      {"m", "m"},
      {"meter", "m"},
      {"metre", "m"},
      {"米", "m"},
      {"km", "km"},
      {"kilometer", "km"},
      {"kilometre", "km"},
      {"千米", "km"},
      {"公里", "km"},
      {"in", "inch"},
      {"inch", "inch"},
      {"inche", "inch"},
      {"英寸", "inch"},
      {"ft", "foot"},
      {"foot", "foot"},
      {"feet", "foot"},
      {"英尺", "foot"},
      {"yd", "yard"},
      {"yard", "yard"},
      {"码", "yard"},
      {"mile", "mile"},
      {"mi", "mile"},
      {"英里", "mile"},
      {"mg", "mg"},
      {"毫克", "mg"},
      {"g", "g"},
      {"gram", "g"},
      {"克", "g"},
      {"kg", "kg"},
      {"kilogram", "kg"},
      {"千克", "kg"},
      {"公斤", "kg"},
      {"ton", "ton"},
      {"tonne", "ton"},
      {"吨", "ton"},
      {"lb", "pound"},
      {"pound", "pound"},
      {"磅", "pound"},
      {"oz", "ounce"},
      {"ounce", "ounce"},
      {"ml", "ml"},
      {"milliliter", "ml"},
      {"毫升", "ml"},
      {"l", "l"},
      {"liter", "l"},
      {"litre", "l"},
      {"升", "l"},
      {"gallon", "gallon"},
      {"s", "second"},
      {"sec", "second"},
      {"second", "second"},
      {"秒", "second"},
      {"min", "minute"},
      {"minute", "minute"},
      {"分钟", "minute"},
      {"h", "hour"},
      {"hr", "hour"},
      {"hour", "hour"},
      {"小时", "hour"},
      {"时", "hour"},
      {"day", "day"},
      {"天", "day"},
      {"日", "day"},
      {"week", "week"},
      {"周", "week"},
      {"month", "month"},
      {"月", "month"},
      {"个月", "month"},
      {"year", "year"},
      {"年", "year"},
      {"岁", "year"},
      {"dollar", "dollar"},
      {"usd", "dollar"},
      {"$", "dollar"},
      {"美元", "dollar"},
      {"cent", "cent"},
      {"美分", "cent"},
      {"eur", "euro"},
      {"euro", "euro"},
      {"€", "euro"},
      {"欧元", "euro"},
      {"£", "sterling"},
      {"yuan", "yuan"},
      {"rmb", "yuan"},
      {"cny", "yuan"},
      {"¥", "yuan"},
      {"元", "yuan"},
      {"角", "jiao"},
      {"分", "fen"},
      {"mph", "mile/hour"},
      {"kph", "km/hour"},
      {"unit", "unit"},
      {"单位", "unit"},
      {"个单位", "unit"},
      {"平方米", "m^2"},
      {"平方厘米", "cm^2"},
      {"平方分米", "dm^2"},
      {"平方千米", "km^2"},
      {"立方米", "m^3"},
      {"立方厘米", "cm^3"},
      {"立方分米", "dm^3"},
      {"sq unit", "unit^2"},
      {"sq cm", "cm^2"},
      {"sq ft", "foot^2"},
      {"sq in", "inch^2"},
      {"square unit", "unit^2"},
      {"平方单位", "unit^2"},
      {"cubic unit", "unit^3"},
      {"square cm", "cm^2"},
      {"square centimeter", "cm^2"},
      {"square meter", "m^2"},
      {"square foot", "foot^2"},
      {"square feet", "foot^2"},
      {"square inch", "inch^2"},
      {"square inche", "inch^2"},
      {"square mile", "mile^2"},
      {"cubic centimeter", "cm^3"},
      {"cubic meter", "m^3"},
      {"cubic foot", "foot^3"},
      {"cubic feet", "foot^3"},
      {"cubic inch", "inch^3"},
      {"cubic inche", "inch^3"},
      {"cm squared", "cm^2"},
      {"m squared", "m^2"},
      {"units squared", "unit^2"},
      {"mile per hour", "mile/hour"},
      {"miles per hour", "mile/hour"},
      {"kilometers per hour", "km/hour"},
      {"celsius", "celsius"},
      {"摄氏度", "celsius"},
      {"fahrenheit", "fahrenheit"},
      {"am", "am"},
      {"a.m", "am"},
      {"上午", "am"},
      {"pm", "pm"},
      {"p.m", "pm"},
      {"下午", "pm"},
  };
  return names;
}

}  // namespace

std::string_view CanonicalUnit(std::string_view word) {
  std::string lower = Lower(TrimPunctuation(word));
  auto found = UnitNames().find(lower);
  if (found == UnitNames().end() && lower.size() > 3 && lower.back() == 's') {
    lower.pop_back();  // a plural
    found = UnitNames().find(lower);
  }
  return found == UnitNames().end() ? std::string_view() : found->second;
}

bool IsKnownUnit(std::string_view word) { return !CanonicalUnit(word).empty(); }

namespace {

// A word for a number: 5 dozens, 5 sixteenths, 5 quadrillion. In the singular or plural, in lower
// case.
bool IsNumberWord(std::string_view word) {
  static const std::unordered_set<std::string_view> singulars = {
      "two",      "three",      "four",     "five",     "six",       "seven",    "eight",
      "nine",     "ten",        "eleven",   "twelve",   "thirteen",  "fourteen", "fifteen",
      "sixteen",  "eighteen",   "nineteen", "twenty",   "seventeen", "thirty",   "forty",
      "fourty",   "fifty",      "sixty",    "seventy",  "eighty",    "ninety",   "half",
      "halve",    "third",      "quarter",  "fourth",   "fifth",     "sixth",    "seventh",
      "eighth",   "ninth",      "tenth",    "eleventh", "twelfth",   "hundred",  "hundredth",
      "thousand", "thousandth", "dozen",    "couple",   "pair",      "gross",    "lakh",
      "crore",    "myriad",     "milliard", "percent",  "permille",  "promille", "mille"};
  if (singulars.contains(word)) return true;
  if (word.ends_with('s')) word.remove_suffix(1);
  if (singulars.contains(word)) return true;
  for (const std::string_view end : {"teenth", "tieth", "illion", "illionth", "fold"}) {
    if (word.ends_with(end)) return true;
  }
  return false;
}

// "5 points" are no 5.5, nor "5 roots" a root.
bool IsChangingWord(std::string_view word) {
  static const std::unordered_set<std::string_view> english = {
      "above",      "almost",    "approximately", "base",      "basis",     "below",
      "between",    "choose",    "cubed",         "divided",   "double",    "doubled",
      "except",     "factorial", "fewer",         "greater",   "halved",    "inverse",
      "larger",     "least",     "less",          "minus",     "mod",       "modulo",
      "more",       "most",      "negative",      "no",        "not",       "one",
      "or",         "over",      "plus",          "point",     "power",     "score",
      "percentage", "quadruple", "reciprocal",    "recurring", "remainder", "repeating",
      "root",       "smaller",   "squared",       "than",      "thrice",    "to",
      "triple",     "tripled",   "twice",         "under",     "without",   "zero"};
  return english.contains(word) || IsNumberWord(word);
}

}  // namespace

bool ChangesNumber(std::string_view words) {
  static constexpr std::string_view kChinese[] = {
      "分之", "平方", "立方", "次方", "以上", "以下", "以内", "左右", "至少", "至多", "半", "十",
      "百",   "千",   "万",   "亿",   "兆",   "拾",   "佰",   "仟",   "萬",   "億",   "打"};
  static constexpr std::string_view kChineseFirst[] = {"成", "折", "倍", "多",   "余", "毛", "几",
                                                       "的", "又", "负", "点五", "对", "双"};
  if (IsKnownUnit(words)) return false;
  if (words == "厘") return true;  // a hundredth; not the beginning of 厘米
  for (const std::string_view part : kChinese) {
    if (words.find(part) != words.npos) return true;
  }
  for (const std::string_view first : kChineseFirst) {
    if (words.starts_with(first)) return true;
  }
  const std::string lower = Lower(words);
  for (size_t begin = 0; begin < lower.size();) {
    const size_t end = std::min(lower.find_first_of(" -", begin), lower.size());
    if (IsChangingWord(TrimPunctuation(std::string_view(lower).substr(begin, end - begin)))) {
      return true;
    }
    begin = end + 1;
  }
  return false;
}

Multiple MultipleOf(std::string_view words) {
  // Longest first where one begins as another.
  static constexpr std::pair<std::string_view, int64_t> kMultiples[] = {
      {"dozen", 12},
      {"hundred", 100},
      {"thousand", 1000},
      {"million", 1000000},
      {"billion", 1000000000},
      {"trillion", 1000000000000},
      {"十万", 100000},
      {"百万", 1000000},
      {"千万", 10000000},
      {"万亿", 1000000000000},
      {"十", 10},
      {"百", 100},
      {"千", 1000},
      {"万", 10000},
      {"亿", 100000000},
  };
  if (IsKnownUnit(words)) return {};
  for (const auto& [word, value] : kMultiples) {
    if (!words.starts_with(word)) continue;
    const std::string_view rest = words.substr(word.size());
    const bool ends = rest.empty() || rest[0] == ' ';
    if (ends || !IsLetter(word[0])) return {value, word.size()};
  }
  return {};
}

}  // namespace lemma::reason
