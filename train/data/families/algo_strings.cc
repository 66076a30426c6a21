// Strings: valid-parentheses, palindrome.
#include <algorithm>
#include <cctype>

#include "train/data/families/algo_family.h"

namespace lemma::train {
namespace {

// ---- valid-parentheses ----

// Removes adjacent pairs until nothing changes.
Case Brackets(const std::string& text) {
  std::string rest = text;
  for (size_t before = rest.size() + 1; rest.size() < before;) {
    before = rest.size();
    for (const std::string_view pair : {"()", "[]", "{}"}) {
      if (const size_t at = rest.find(pair); at != std::string::npos) rest.erase(at, 2);
    }
  }
  return {{text}, rest.empty()};
}

Case DrawBrackets(Rng& rng, int, int64_t size) {
  std::string text;
  while (std::ssize(text) < size) {
    const std::string_view pair = rng.Pick({"()", "[]", "{}"});
    const size_t at = rng.Next() % (text.size() + 1);
    text = rng.Chance(0.5) ? text.substr(0, at) + std::string(pair) + text.substr(at)
                           : pair[0] + text + pair[1];
  }
  if (rng.Chance(0.5)) text[rng.Next() % text.size()] = rng.Pick({"(", "]", "}"})[0];
  return Brackets(text);
}

std::string TraceBrackets(const Values& arguments, int) {
  std::string out, stack;
  for (const char c : std::get<std::string>(arguments[0])) {
    const std::string_view closing = ")]}";
    const size_t kind = closing.find(c);
    if (kind == std::string_view::npos) {
      stack += c;
    } else if (stack.empty() || stack.back() != "([{"[kind]) {
      return out + (out.empty() ? "" : "; ") + c + " no match";
    } else {
      stack.pop_back();
    }
    out += (out.empty() ? "" : "; ") + std::string(1, c) + " stack=" + ToJson(stack);
  }
  return out;
}

Telling BracketsEnglish() {
  return {
      .tasks = {"checks whether the [brackets|parentheses] in $a are [balanced|well nested]",
                "returns True if the parentheses in $a are valid and False otherwise",
                "tells whether every bracket of $a is closed in the right order",
                "takes a string of (), [] and {} and decides whether it is valid",
                "[verifies|tests] that no bracket in $a lacks its partner or crosses another pair",
                "[finds out|says] if all the brackets of $a [match|pair up] and none are left over",
                "returns whether $a is a [correct|valid|balanced] bracket sequence",
                "decides if the [round, square and curly brackets|brackets] in $a are "
                "[nested|paired] correctly",
                "checks that each bracket of $a has a partner of its kind and that [no pairs "
                "cross|pairs nest]",
                "answers whether $a, which consists of (), [] and {}, is [balanced|a correct "
                "sequence of brackets]"},
      .tasks_held_out = {"decides if all brackets in $a match and nest correctly"},
      .statements =
          {"Given a string $a containing just the characters '(', ')', '{', '}', '[' and ']', "
           "determine if it is valid.",
           "Valid parentheses: is every opening bracket in $a closed by the same type in the right "
           "order?",
           "[Check|Verify|Decide] whether a string of brackets is [balanced|valid|correct].",
           "Determine whether the brackets (), [] and {} in the string $a match.",
           "Given a string $a of brackets, return true if it is balanced, else false.",
           "Use a stack to check for valid parentheses in a string.",
           "Do the [round, square and curly brackets|brackets] of $a nest [correctly|properly]? "
           "Answer [True or False|with a boolean].",
           "Is every bracket of $a [paired|matched] with a partner of its kind, without pairs that "
           "cross?",
           "Bracket [string|sequence] $a: [balanced|valid|correct] or not?",
           "The string $a [consists of|contains] [brackets|round, square and curly brackets]. [Do "
           "they all match|Are they nested correctly]?",
           "Verify that [all|the] brackets in $a [match|nest correctly]; return [a boolean|True or "
           "False].",
           "Suppose $a [is|holds] a sequence of brackets. Does each have its partner, [and do "
           "pairs not cross|in the right order]?"},
      .statements_held_out = {"$a consists of round, square and curly brackets. Is it a correct "
                              "bracket sequence?",
                              "Verify that each bracket in $a has its partner and that pairs do "
                              "not cross."},
      .thinking =
          "Are the brackets in $a balanced? The bracket opened last must be closed first, "
          "so use a stack. An opening bracket is remembered; a closing one must match the "
          "top, otherwise it is not valid. At the end the stack must be empty. The empty "
          "string is valid; a closing bracket with an empty stack is not. Time O(n).",
      .steps =
          "1. Remember opening brackets on a stack.\n2. Each closing bracket must match the "
          "top of the stack.\n3. Valid if the stack is empty at the end."};
}

Telling BracketsChinese() {
  return {.tasks = {"[判断|检查] $a 中的括号是否[匹配|全部配对]",
                    "判断字符串 $a 是否是有效的括号, 返回布尔值",
                    "[检查|确定] $a 的每个括号是否按正确顺序闭合",
                    "给定只含 ()、[] 和 {} 的字符串, 判断它是否有效",
                    "[验证|判断]括号序列 $a 是否[正确|合法]",
                    "判断 $a 的括号是否嵌套[正确|无误], 没有多余的",
                    "[确定|检查]字符串 $a 的左右括号能否[一一|全部]配对",
                    "[确定|验证]由圆括号、方括号和花括号组成的 $a 是否[平衡|合法]",
                    "[验证|检查] $a 中每个括号是否都有[另一半|配对的括号], [且|并且]互不交叉",
                    "判断 $a 的括号是否[都能|全部]正确[嵌套|闭合]和配对"},
          .tasks_held_out = {"确定 $a 的括号是否全部正确配对和嵌套"},
          .statements =
              {"给定一个只包括 '('、')'、'{'、'}'、'['、']' 的字符串 $a, 判断字符串是否有效。",
               "有效的括号: $a 中每个左括号是否都由相同类型的右括号按正确顺序闭合?",
               "[检查|验证]一个括号字符串是否[平衡|正确]。",
               "判断字符串 $a 中的括号 ()、[]、{} 是否匹配。",
               "给你一个括号字符串 $a, 有效则返回 true, 否则返回 false。",
               "用栈判断字符串中的括号是否有效。",
               "$a 里的圆括号、方括号、花括号是否[都正确配对|正确嵌套]? [返回布尔值|请写代码]。",
               "$a 的括号是否[全部|两两]配对, 没有交叉? [请写代码|返回布尔值|请验证]。",
               "字符串 $a 是[正确|合法|平衡]的括号序列吗? 请[写代码|编程]。",
               "[序列|字符串] $a 由[各种括号|圆括号、方括号和花括号]组成, "
               "它们[都正确嵌套|全部正确配对]吗?",
               "请验证 $a 的括号[各对之间|]不交叉, [并且|而且]没有落单的, 返回布尔值。",
               "[确定|检查] $a 中是否每个括号都有配对, 并且嵌套[正确|无误]。"},
          .statements_held_out = {"$a 由圆括号、方括号和花括号组成, 它是正确的括号序列吗?",
                                  "验证 $a 的每个括号都有配对, 并且各对之间不交叉。"},
          .thinking =
              "判断 $a 的括号是否匹配。最后打开的括号必须最先闭合, 所以用栈。遇到左括号就"
              "记住; 遇到右括号必须与栈顶匹配, 否则无效。最后栈必须为空。空串有效; "
              "栈空时遇到右括号则无效。时间 O(n)。",
          .steps = "1. 用栈记住左括号。\n2. 每个右括号必须与栈顶匹配。\n3. 最后栈为空才有效。"};
}

constexpr std::string_view kBracketsPython = R"py(
def $f($a):
    pairs = {")": "(", "]": "[", "}": "{"}
    stack = []
    for c in $a:
        if c in pairs:
            if not stack or stack.pop() != pairs[c]:
                return False
        else:
            stack.append(c)
    return not stack
)py";

constexpr std::string_view kBracketsCpp = R"(
#include <string>
#include <vector>
using namespace std;

bool $f(string $a) {
    vector<char> stack;
    for (char c : $a) {
        if (c == '(') stack.push_back(')');
        else if (c == '[') stack.push_back(']');
        else if (c == '{') stack.push_back('}');
        else if (stack.empty() || stack.back() != c) return false;
        else stack.pop_back();
    }
    return stack.empty();
}
)";

AlgorithmSpec BracketsSpec() {
  return {.name = "valid-parentheses",
          .description = "whether the brackets (), [] and {} of a string are balanced",
          .arguments = {{"s", "text", "brackets", "line", "expr", "str1", "t"}},
          .variants = {{.function = "is_valid",
                        .synonyms = {"valid_parentheses", "balanced", "is_balanced",
                                     "check_brackets", "brackets_match", "valid_brackets"},
                        .english = {},
                        .chinese = {},
                        .code = {}}},
          .english = BracketsEnglish(),
          .chinese = BracketsChinese(),
          .python = kBracketsPython,
          .cpp = kBracketsCpp,
          .edges =
              [](int) {
                return std::vector<Case>{Brackets(""),     Brackets("()[]{}"), Brackets("(]"),
                                         Brackets("([)]"), Brackets("(("),     Brackets("}")};
              },
          .draw = DrawBrackets,
          .trace = TraceBrackets};
}

// ---- palindrome ----

enum PalindromeVariant { kPlain, kIgnoringCase, kNumber };

Case Palindrome(const Value& value, int variant) {
  std::string kept = variant == kNumber ? ToJson(value) : std::get<std::string>(value);
  if (variant == kIgnoringCase) {
    std::erase_if(kept, [](unsigned char c) { return std::isalnum(c) == 0; });
    for (char& c : kept) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return {{value}, std::equal(kept.begin(), kept.end(), kept.rbegin())};
}

Case DrawPalindrome(Rng& rng, int variant, int64_t size) {
  if (variant == kNumber) {
    const int64_t half = rng.Int(10, 99);
    const int64_t mirrored = half * 100 + half % 10 * 10 + half / 10;
    return Palindrome(rng.Chance(0.5) ? mirrored : rng.Int(100, 9999), variant);
  }
  std::string text = DrawText(rng, size / 2, "abc");
  text += std::string(text.rbegin(), text.rend());
  if (rng.Chance(0.4)) text[0] = 'd';
  if (variant == kIgnoringCase) {
    text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    text.insert(1 + rng.Next() % (text.size() - 1), std::string(rng.Pick({" ", ", ", "-"})));
  }
  return Palindrome(text, variant);
}

std::string TracePalindrome(const Values& arguments, int variant) {
  std::string text =
      variant == kNumber ? ToJson(arguments[0]) : std::get<std::string>(arguments[0]);
  if (variant == kIgnoringCase) {
    std::erase_if(text, [](unsigned char c) { return std::isalnum(c) == 0; });
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return "text = " + ToJson(text) +
         ", reversed = " + ToJson(std::string(text.rbegin(), text.rend()));
}

Telling PalindromeEnglish() {
  return {
      .tasks = {"checks [whether|if] $what is a palindrome$how",
                "returns True if $what is a palindrome$how, else False",
                "[tells|determines] if $what reads the same [forwards and backwards|in both "
                "directions]$how",
                "takes $kind and [decides|tests] whether it is a palindrome$how",
                "tells if $what and its reverse are [equal|the same]$how",
                "reverses $what and [says|determines] whether it [stays|remains] the same$how",
                "answers True exactly when $thing $a is a palindrome$how",
                "determines if $what [does not change|is left unchanged] when [reversed|turned "
                "around]$how",
                "tests $kind for being [a palindrome|the same in both directions]$how",
                "[answers|says] whether $what reads the same [from the back|backwards]$how"},
      .tasks_held_out = {"determines if $what stays the same when reversed$how"},
      .statements =
          {"Given $what, return true if it is a palindrome$how.",
           "[Determine|Test|Find out] whether $what is a palindrome$how.",
           "Palindrome [check|test] for $kind$how.", "Is $what a palindrome$how? Write code.",
           "Check if $kind reads the same from both ends$how.",
           "Decide whether $what equals its own reverse$how and return a boolean.",
           "If $what is reversed, does it [stay|remain] the same? [Return|Answer with] a "
           "boolean.$note",
           "Read $thing $a from the left and from the right: is it the same [in both "
           "directions|both ways]?$note",
           "Palindrome or not: $what? Return [a boolean|True or False].$note",
           "Does $what [stay unchanged|equal itself] when reversed$how? Return [a boolean|True or "
           "False].",
           "[Test|Check] whether $what, read in both directions, [stays|is] the same$how.",
           "Suppose $thing $a is [written|read] backwards. Is it still the same? [Answer "
           "with|Return] a boolean.$note"},
      .statements_held_out = {"Does $what read the same in both directions$how? Return a "
                              "boolean.",
                              "Test $what for being a palindrome$how."},
      .thinking =
          "Is $what a palindrome$how? $prepare Then compare text with its reverse, "
          "text[::-1]: they are equal exactly if it reads the same from both ends. "
          "$edge Time O(n).",
      .steps = "1. $prepare\n2. Reverse it with text[::-1].\n3. Return whether both are equal."};
}

Telling PalindromeChinese() {
  return {
      .tasks = {"[判断|检查]$what是否是回文$how", "若$what是回文则返回 True, 否则返回 False$how",
                "[判断|确定]$what正着读和反着读是否[相同|一致]$how",
                "输入$kind, [判断|测试]它是不是回文$how",
                "比较$what和它[颠倒|反转]后的样子, 相等才返回 True$how",
                "[确定|测试]$what从左往右读和从右往左读是否[一样|相同]$how",
                "判断$thing $a 反过来是否[不变|仍是自己]$how",
                "[测试|确定]$what倒过来是否[一致|不变]$how",
                "判断$kind颠倒后是不是[它自己|原来的样子]$how",
                "[测试|检查]$what从两个方向读是否[一致|相同]$how"},
      .tasks_held_out = {"确定$what颠倒后是否不变$how"},
      .statements = {"给定$what, 如果它是回文, 返回 true$how。",
                     "[判断|确定|检查]$what是否为回文$how。",
                     "回文判断: 对$kind进行[检查|测试]$how。", "$what是回文吗? 请写代码$how。",
                     "检查$kind从两端读是否[一样|一致]$how。",
                     "判断$what与它的反转是否相等, 返回布尔值$how。",
                     "把$what[颠倒|反转]过来, 还和原来一样吗? [返回|请返回]布尔值。$note",
                     "$thing $a 从右往左读还是自己吗? 请[写代码|编程]。$note",
                     "$what: 是不是回文? 返回[ True 或 False|布尔值]。$note",
                     "[测试|确定]$what颠倒以后是不是[与原来一致|没有变化]$how。",
                     "从左往右读$what, 再从右往左读, 结果[一致|不变]吗? 返回布尔值$how。",
                     "$thing $a 颠倒后[不变|还一样]吗? 请[确定|判断]它是不是回文。$note"},
      .statements_held_out = {"$what从左往右和从右往左读是否一致? 返回布尔值$how。",
                              "测试$what是不是回文$how。"},
      .thinking =
          "判断$what是否是回文$how。$prepare然后比较 text 和它的反转 text[::-1], "
          "两者相等当且仅当从两端读一样。$edge时间 O(n)。",
      .steps = "1. $prepare\n2. 用 text[::-1] 反转。\n3. 返回两者是否相等。"};
}

constexpr std::string_view kPalindromePython = R"(
def $f($a):
    text = $text
    return text == text[::-1]
)";

std::vector<Variant> PalindromeVariants() {
  const std::vector<std::string_view> names = {"palindrome", "check_palindrome", "same_backwards",
                                               "is_mirror",  "reads_same",       "is_symmetric"};
  return {{.function = "is_palindrome",
           .synonyms = names,
           .english = {{"what", "the string $a"},
                       {"thing", "the text"},
                       {"note", ""},
                       {"kind", "a string"},
                       {"how", ""},
                       {"prepare", "Take text = $a as it is."},
                       {"edge", "The empty string is a palindrome."}},
           .chinese = {{"what", "字符串 $a "},
                       {"thing", "文本"},
                       {"note", ""},
                       {"kind", "字符串"},
                       {"how", ""},
                       {"prepare", "直接取 text = $a。"},
                       {"edge", "空串是回文。"}},
           .code = {{"text", "$a"}}},
          {.function = "is_palindrome_text",
           .synonyms = names,
           .english = {{"what", "the string $a"},
                       {"thing", "the text"},
                       {"note", " Only letters and digits count, case does not."},
                       {"kind", "a string"},
                       {"how", ", ignoring case and everything except letters and digits"},
                       {"prepare", "Keep only letters and digits, in lower case, as text."},
                       {"edge", "If nothing is left, it is a palindrome."}},
           .chinese = {{"what", "字符串 $a "},
                       {"thing", "文本"},
                       {"note", "标点、空格和大小写都不计。"},
                       {"kind", "字符串"},
                       {"how", ", 忽略大小写, 只考虑字母和数字"},
                       {"prepare", "只保留字母和数字并转成小写, 得到 text。"},
                       {"edge", "什么都不剩时也是回文。"}},
           .code = {{"text", "\"\".join(c.lower() for c in $a if c.isalnum())"}}},
          {.function = "is_palindrome_number",
           .synonyms = names,
           .english = {{"what", "the integer $a"},
                       {"thing", "the number"},
                       {"note", ""},
                       {"kind", "an integer"},
                       {"how", ""},
                       {"prepare", "Write the number as text = str($a)."},
                       {"edge", "A negative number is none, because of the minus sign."}},
           .chinese = {{"what", "整数 $a "},
                       {"thing", "数"},
                       {"note", ""},
                       {"kind", "整数"},
                       {"how", ""},
                       {"prepare", "把数转成字符串 text = str($a)。"},
                       {"edge", "负数有负号, 不是回文。"}},
           .code = {{"text", "str($a)"}}}};
}

AlgorithmSpec PalindromeSpec() {
  return {.name = "palindrome",
          .description =
              "whether a string (exactly, or its letters and digits) or an integer is a "
              "palindrome",
          .arguments = {{"s", "x", "n", "value", "t", "word", "item"}},
          .variants = PalindromeVariants(),
          .english = PalindromeEnglish(),
          .chinese = PalindromeChinese(),
          .python = kPalindromePython,
          .edges = [](int variant) -> std::vector<Case> {
            if (variant == kNumber) {
              return {Palindrome(int64_t{121}, variant), Palindrome(int64_t{-121}, variant),
                      Palindrome(int64_t{10}, variant), Palindrome(int64_t{0}, variant)};
            }
            return {Palindrome("", variant), Palindrome("a", variant),
                    Palindrome("Race, car", variant), Palindrome("abca", variant),
                    Palindrome("0P", variant)};
          },
          .draw = DrawPalindrome,
          .trace = TracePalindrome};
}

}  // namespace

std::span<const AlgorithmFamily> StringFamilies() {
  static const AlgorithmFamily families[] = {AlgorithmFamily(BracketsSpec()),
                                             AlgorithmFamily(PalindromeSpec())};
  return families;
}

}  // namespace lemma::train
