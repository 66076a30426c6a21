// Words and letters: reverse-words, anagram, character-count.
#include <algorithm>
#include <array>

#include "train/data/families/algo_family.h"

namespace lemma::train {
namespace {

// ---- reverse-words ----

Case ReverseWords(const std::string& text, int variant) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, ""));
    }
  }
  if (variant == 0) std::reverse(words.begin(), words.end());
  std::string joined;
  for (std::string& w : words) {
    if (variant == 1) std::reverse(w.begin(), w.end());
    joined += (joined.empty() ? "" : " ") + w;
  }
  return {{text}, joined};
}

Case DrawWords(Rng& rng, int variant, int64_t size) {
  std::string text;
  for (int64_t i = 0; i < 1 + size / 2; ++i) {
    text += (text.empty() ? "" : " ") +
            std::string(rng.Pick({"the", "sky", "is", "blue", "red", "cat", "sat", "on", "my",
                                  "old", "map", "go", "far", "we", "run", "hello", "world"}));
  }
  return ReverseWords(text, variant);
}

std::string TraceWords(const Values& arguments, int) {
  const auto& text = std::get<std::string>(arguments[0]);
  std::string list = ToJson(text);
  for (size_t at = list.find(' '); at != std::string::npos; at = list.find(' ', at + 4)) {
    list.replace(at, 1, "\", \"");
  }
  return "words = [" + list + "]";
}

Telling WordsEnglish() {
  return {
      .tasks = {"$does the [string|text|line] $a[| and gives it back| and outputs the result]",
                "takes a [sentence|text] $a[| of several words] and $does it",
                "splits $a into words, $does it, and [returns|outputs|gives back] the new string",
                "[receives|is given|gets] a string and $does it[|, with single spaces]"},
      .tasks_held_out = {"gives back the sentence $a after it $does it"},
      .statements = {"[Given|Take] a string $a, $do it and [return|give back|output] the result.",
                     "$do a [string|line|text].[ Words are separated by spaces.| Write code.]",
                     "For a sentence $a, $do it; words in the result are separated by one space.",
                     "[In the string $a, $do it.|$a holds several words. I want to $do it.]",
                     "[You are given|I have] a sentence. Please $do it.", "How do I $do a string?"},
      .statements_held_out =
          {"Take the sentence in $a and $do it, with single spaces in the result.",
           "The string $a holds several words. Your task: $do it."},
      .thinking =
          "We must $do $a. Split $a at white space into words: extra spaces vanish. Then $build, "
          "and join with single spaces. An empty string gives no words and an empty result. Time "
          "O(n).",
      .steps = "1. Split $a into words.\n2. Now $build.\n3. Join them with one space."};
}

Telling WordsChinese() {
  return {
      .tasks = {"$do, 输入为字符串 $a", "接收一个句子 $a, $do", "把 $a 分成单词, $do, 返回新字符串",
                "[给定|处理|取]一个[字符串|由单词组成的文本], $do[|, 然后输出]"},
      .tasks_held_out = {"对句子 $a 进行处理: $do"},
      .statements = {"给定一个字符串 $a, $do并返回结果。", "$do, 单词之间用空格分隔。",
                     "对句子 $a, $do, 结果中单词之间只有一个空格。", "请对[字符串|文本] $a $do。",
                     "[给你|有]一个句子, [请|任务是]$do。", "[怎样|如何]$do? 请[写代码|编程]。"},
      .statements_held_out = {"句子 $a 由若干单词组成, 任务是$do, 单词间用一个空格。",
                              "取字符串 $a, $do, 然后输出。"},
      .thinking =
          "对 $a $do。先用空白把 $a 分成 words, 多余的空格会消失。然后$build, "
          "再用一个空格连接。空串没有单词, 结果也是空串。时间 O(n)。",
      .steps = "1. 把 $a 分成单词。\n2. $build。\n3. 用一个空格连接。"};
}

constexpr std::string_view kWordsPython = R"(
def $f($a):
    words = $a.split()
    return " ".join($reversed)
)";

AlgorithmSpec WordsSpec() {
  return {.name = "reverse-words",
          .description = "the words of a sentence in reverse order, or each word reversed",
          .arguments = {TextNames()},
          .variants = {{.function = "reverse_words",
                        .synonyms = {"reverse_sentence", "flip_words", "words_backwards",
                                     "turn_sentence", "reverse_order", "last_first"},
                        .english = {{"do", "reverse the order of the words in"},
                                    {"does", "reverses the order of the words in"},
                                    {"build", "take the words from last to first"}},
                        .chinese = {{"do", "反转单词的顺序"}, {"build", "从后往前取单词"}},
                        .code = {{"reversed", "words[::-1]"}}},
                       {.function = "reverse_each_word",
                        .synonyms = {"reverse_letters", "flip_letters", "mirror_words",
                                     "reverse_inside", "word_mirror", "flip_each"},
                        .english = {{"do", "reverse the letters of each word in"},
                                    {"does", "reverses the letters of each word in"},
                                    {"build", "reverse each word and keep the order"}},
                        .chinese = {{"do", "反转每个单词的字母"},
                                    {"build", "反转每个单词, 单词顺序不变"}},
                        .code = {{"reversed", "w[::-1] for w in words"}}}},
          .english = WordsEnglish(),
          .chinese = WordsChinese(),
          .python = kWordsPython,
          .edges =
              [](int variant) {
                return std::vector<Case>{ReverseWords("", variant), ReverseWords("hello", variant),
                                         ReverseWords("the sky is blue", variant),
                                         ReverseWords("  a  good  day ", variant)};
              },
          .draw = DrawWords,
          .trace = TraceWords};
}

// ---- anagram ----

Case Anagram(const std::string& first, const std::string& second) {
  std::array<int, 256> surplus{};
  for (const char c : first) ++surplus[static_cast<unsigned char>(c)];
  for (const char c : second) --surplus[static_cast<unsigned char>(c)];
  return {{first, second}, std::ranges::count(surplus, 0) == 256};
}

Case DrawAnagram(Rng& rng, int, int64_t size) {
  const std::string first = DrawText(rng, size, "abcdelnorst");
  std::vector<char> letters(first.begin(), first.end());
  rng.Shuffle(letters);
  if (rng.Chance(0.4)) letters[0] = 'u';
  return Anagram(first, std::string(letters.begin(), letters.end()));
}

std::string TraceAnagram(const Values& arguments, int) {
  std::string out;
  for (const Value& argument : arguments) {
    std::string text = std::get<std::string>(argument);
    std::sort(text.begin(), text.end());
    out += (out.empty() ? "" : ", ") + ToJson(text);
  }
  return out;
}

Telling AnagramEnglish() {
  return {
      .tasks = {"[checks|finds out] whether $a and $b are anagrams",
                "returns True if $b is an anagram of $a, else False",
                "tells if the strings $a and $b [consist of|use] the same [letters|characters]",
                "takes two strings and decides whether they are anagrams of each other",
                "[tests|decides] whether $b is a [rearrangement|reordering|permutation] of the "
                "letters of $a",
                "compares the [letter counts|letter multisets] of $a and $b: equal or not",
                "[says|determines] if $a can [become|be turned into] $b when only the order of "
                "letters changes"},
      .tasks_held_out = {"finds out whether the letters of $a can be rearranged to $b"},
      .statements =
          {"Given two strings $a and $b, return true if $b is an anagram of $a.",
           "Valid anagram: are $a and $b made of the same characters, each the same number of "
           "times?",
           "Check whether two [strings|words|texts] are anagrams.",
           "[Determine|Find out] if $b can be formed by rearranging all the letters of $a.",
           "Two words are anagrams if they use the same letters equally often. [Test|Compare] $a "
           "and $b.",
           "Are the [strings|words] $a and $b anagrams? Write code that answers it.",
           "Do $a and $b [contain|consist of] the same multiset of letters? [Return|Answer] True "
           "or False.",
           "If the letters of $a are [put in another order|shuffled], can the result be $b? Write "
           "code.",
           "[Words|Strings] $a, $b: anagrams or not?"},
      .statements_held_out = {"Can $a be turned into $b only by changing the order of its letters?",
                              "Compare the letters of $a and $b: the same multiset or not?"},
      .thinking =
          "Are $a and $b anagrams? They are exactly if they hold the same characters equally "
          "often, that is, if the sorted characters are equal. Different lengths give different "
          "sorted lists, so no extra check is needed; two empty strings are anagrams. Time O(n log "
          "n).",
      .steps =
          "1. Sort the characters of both strings.\n2. Return whether the sorted lists are equal."};
}

Telling AnagramChinese() {
  return {.tasks = {"[判断|检查] $a 和 $b 是否是字母异位词",
                    "若 $b 是 $a 的字母异位词则返回 True, 否则 False",
                    "判断字符串 $a 和 $b 是否由相同的[字母|字符]组成",
                    "给定两个字符串, 判断它们是否互为字母异位词",
                    "判断[打乱|改变]次序后 $a 的字母能否[拼成|得到] $b",
                    "[比较|统计] $a 和 $b 的字母个数, 返回是否[相等|相同]",
                    "判断[单词|字符串] $b 是否只是 $a 的字母换了次序"},
          .tasks_held_out = {"确定 $a 的字母重新排列后能否得到 $b"},
          .statements = {"给定两个字符串 $a 和 $b, 判断 $b 是否是 $a 的字母异位词。",
                         "有效的字母异位词: $a 和 $b 中每个字符出现的次数是否相同?",
                         "检查两个[字符串|单词]是不是字母异位词。",
                         "判断 $a 的所有字母[重新排列|打乱]能否组成 $b。",
                         "两个单词的字母及个数相同就是异位词, 请[判断|比较] $a 和 $b。",
                         "[字符串|单词] $a 与 $b 是异位词吗? 请写代码判断。",
                         "能否由 $a [变成|得到] $b, 而字母只是[换了|改变]次序? 请写代码。",
                         "作为字母的多重集合, $a 与 $b [是否相同|相等吗]?",
                         "[单词|字符串] $a、$b: 是否互为异位词?"},
          .statements_held_out = {"只改变字母的次序, $a 能变成 $b 吗?",
                                  "比较 $a 与 $b 的字母, 它们作为多重集合是否相等?"},
          .thinking =
              "判断 $a 和 $b 是否是异位词。当且仅当每个字符出现次数相同, "
              "也就是排序后相等。长度不同时排序结果也不同, 不必另外检查; 两个空串是异位词。时间 "
              "O(n log n)。",
          .steps = "1. 把两个字符串的字符排序。\n2. 返回排序结果是否相等。"};
}

constexpr std::string_view kAnagramPython = R"(
def $f($a, $b):
    return sorted($a) == sorted($b)
)";

AlgorithmSpec AnagramSpec() {
  return {.name = "anagram",
          .description = "whether two strings are anagrams",
          .arguments = {{"s", "a", "word1", "first", "str1", "left", "s1"},
                        {"t", "b", "word2", "second", "str2", "right", "s2"}},
          .paired = true,
          .variants = {{.function = "is_anagram",
                        .synonyms = {"anagram", "check_anagram", "are_anagrams", "same_letters",
                                     "valid_anagram", "anagram_test"},
                        .english = {},
                        .chinese = {},
                        .code = {}}},
          .english = AnagramEnglish(),
          .chinese = AnagramChinese(),
          .python = kAnagramPython,
          .edges =
              [](int) {
                return std::vector<Case>{Anagram("anagram", "nagaram"), Anagram("rat", "car"),
                                         Anagram("", ""), Anagram("ab", "abb")};
              },
          .draw = DrawAnagram,
          .trace = TraceAnagram};
}

// ---- character-count ----

Counts CountCharacters(const std::string& text) {
  Counts counts;
  for (const char c : text) {
    const std::string key(1, c);
    const auto at = std::ranges::find(counts, key, &Counts::value_type::first);
    if (at == counts.end()) {
      counts.emplace_back(key, 1);
    } else {
      ++at->second;
    }
  }
  return counts;
}

// Variant 1 needs a text whose most frequent character is the only one.
Case CharacterCount(const std::string& text, int variant) {
  const Counts counts = CountCharacters(text);
  if (variant == 0) return {{text}, counts};
  return {{text}, std::ranges::max(counts, {}, &Counts::value_type::second).first};
}

Case DrawCharacterCount(Rng& rng, int variant, int64_t size) {
  std::string text = DrawText(rng, size, "abcd");
  if (variant == 1) {
    text += std::string(static_cast<size_t>(size / 2), text[0]);  // a clear majority
    std::vector<char> letters(text.begin(), text.end());
    rng.Shuffle(letters);
    text.assign(letters.begin(), letters.end());
    Counts counts = CountCharacters(text);
    std::ranges::sort(counts, std::greater(), &Counts::value_type::second);
    if (counts.size() > 1 && counts[0].second == counts[1].second) text += counts[0].first;
  }
  return CharacterCount(text, variant);
}

std::string TraceCharacterCount(const Values& arguments, int) {
  return "counts = " + ToJson(CountCharacters(std::get<std::string>(arguments[0])));
}

Telling CharacterCountEnglish() {
  return {.tasks = {"[returns|gives|outputs] $what $a", "finds $what the [string|text|word] $a",
                    "[computes|determines] $what $a",
                    "takes a [string|text] and [returns|reports] $what it",
                    "[tells|works out|reports] $often [$a|the string $a]",
                    "[counts|looks at] every character of [$a|the text $a] and returns $kind",
                    "goes through [a string|the text $a] once and returns $kind"},
          .tasks_held_out = {"works out $what the text $a"},
          .statements = {"Given a [string|text|word] $a, return $what it.",
                         "[Find|Determine] $what a string.",
                         "For a string $a, write code that [returns|reports] $what it.",
                         "[Return|Compute|Output] $what the string $a.",
                         "Use a [dictionary|hash map|dict] to find $what $a.",
                         "You are given a text $a. [Compute|Work out|Determine] $what it.",
                         "$Ask [$a|the text $a]? [Return|Report] $kind.",
                         "[Count|Look at] each character of $a and [return|report] $kind.",
                         "[I want to know|Please find out|Tell me] $often [$a|the text $a]."},
          .statements_held_out = {"Look at every character of $a and report $what it.",
                                  "Please determine $what the text $a and return it."},
          .thinking =
              "We need $what $a. Go through $a once and count in a dictionary: counts.get(c, 0) + "
              "1 treats a new character as 0. $finish Time O(n), space for the different "
              "characters only.",
          .steps = "1. Start with an empty dictionary.\n2. Add 1 for every character.\n3. $finish"};
}

Telling CharacterCountChinese() {
  return {
      .tasks = {"[返回|给出] $a 中$what", "[求|算出|确定]字符串 $a 中$what",
                "[统计|扫描|遍历] $a, [得到|得出]$what", "给定一个[字符串|单词], 返回其中$what",
                "逐个数 $a 的字符, [返回|报告]$kind", "[查看|算出]文本 $a 里$ask",
                "对 $a 计数, 返回$kind"},
      .tasks_held_out = {"查看文本 $a, 得出$what"},
      .statements = {"给定一个字符串 $a, [返回|求|报告]其中$what。", "[求|确定]字符串中$what。",
                     "对[字符串|文本] $a, 请写代码返回$what。",
                     "请[返回|求出|得出][字符串|单词] $a 中$what。",
                     "用[字典|哈希表]求 $a 中$what。",
                     "给你一段文本 $a, 请[计算|统计|确定]其中$what。",
                     "[字符串|文本] $a 中$ask? 返回$kind。",
                     "[数一数|逐个统计] $a 的字符, 返回$kind。",
                     "[我想知道|请查看]文本 $a 里$ask, [请写代码|用字典]。"},
      .statements_held_out = {"逐个查看 $a 的字符, 报告$what。", "请确定文本 $a 里$what并返回。"},
      .thinking =
          "要求 $a 中$what。扫描 $a 一遍, 用字典计数, counts.get(c, 0) + 1 把新字符当作 "
          "0。$finish时间 O(n), 空间只与不同字符的个数有关。",
      .steps = "1. 从空字典开始。\n2. 每遇到一个字符就加 1。\n3. $finish"};
}

constexpr std::string_view kCharacterCountPython = R"(
def $f($a):
    counts = {}
    for c in $a:
        counts[c] = counts.get(c, 0) + 1
    return $result
)";

AlgorithmSpec CharacterCountSpec() {
  return {
      .name = "character-count",
      .description = "how often each character occurs in a string, or the most frequent one",
      .arguments = {TextNames()},
      .variants =
          {{.function = "count_characters",
            .synonyms = {"count_chars", "char_counts", "frequency", "letter_counts",
                         "char_frequency", "histogram"},
            .english = {{"what", "a dictionary with the count of each character in"},
                        {"kind", "a dictionary from character to count"},
                        {"often", "how often each character occurs in"},
                        {"Ask", "How often does each character occur in"},
                        {"finish", "Return the dictionary; an empty string gives an empty one."}},
            .chinese = {{"what", "每个字符出现次数的字典"},
                        {"kind", "字符到次数的字典"},
                        {"ask", "每个字符各出现几次"},
                        {"finish", "返回字典, 空串得到空字典。"}},
            .code = {{"result", "counts"}}},
           {.function = "most_common",
            .synonyms = {"most_frequent", "top_char", "common_char", "frequent_letter", "mode_char",
                         "most_used"},
            .english = {{"what", "the most frequent character in"},
                        {"kind", "the character with the largest count"},
                        {"often", "which character is the most frequent in"},
                        {"Ask", "Which character is the most frequent in"},
                        {"finish",
                         "Return the key with the largest count: max with key=counts.get."}},
            .chinese = {{"what", "出现次数最多的字符"},
                        {"kind", "次数最多的那个字符"},
                        {"ask", "哪个字符出现得最多"},
                        {"finish", "返回计数最大的键: max 加 key=counts.get。"}},
            .code = {{"result", "max(counts, key=counts.get)"}}}},
      .english = CharacterCountEnglish(),
      .chinese = CharacterCountChinese(),
      .python = kCharacterCountPython,
      .edges =
          [](int variant) {
            return std::vector<Case>{CharacterCount("a", variant), CharacterCount("hello", variant),
                                     CharacterCount("abbccc", variant),
                                     CharacterCount("Aa a", variant)};
          },
      .draw = DrawCharacterCount,
      .trace = TraceCharacterCount};
}

}  // namespace

std::span<const AlgorithmFamily> LetterFamilies() {
  static const AlgorithmFamily families[] = {AlgorithmFamily(WordsSpec()),
                                             AlgorithmFamily(AnagramSpec()),
                                             AlgorithmFamily(CharacterCountSpec())};
  return families;
}

}  // namespace lemma::train
