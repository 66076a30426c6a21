#include "train/data/families/algo_wording.h"

#include <algorithm>
#include <cctype>

#include "train/data/phrasing.h"

namespace lemma::train {
namespace {

constexpr std::string_view kArgumentVariables[] = {"$a", "$b", "$c"};

// "{task}" is one of the family's tasks.
const Phrasings& EnglishFrames() {
  static const Phrasings frames = {
      .train = {"[Write|Make|Program] a function that {task}.",
                "Write a function $sig that {task}.",
                "Write `$sig`, a function that {task}.",
                "Implement a function that {task}.",
                "Implement $sig, which {task}.",
                "Implement a function `$sig` that {task}.",
                "Please write a function that {task}.",
                "I need a function $sig that {task}.",
                "[Can|Could] you write a function that {task}?",
                "Write a function named $f that {task}.",
                "Write [a program|code] that {task}.",
                "[Give|Show] me a function $sig that {task}.",
                "Write a short function $sig. It {task}.",
                "Complete `$sig`: it {task}.",
                "[Can|Could] you [create|define|code] $sig? It {task}.",
                "$sig {task}. [Define|Create|Code|Write] it[.| please.]",
                "How [can|do|would] I [get|make|build] a function that {task}?",
                "A function [called|named] $f {task}. [Create it.|Show me the code.|Define it.]",
                "What does a [function|program] look like that {task}?",
                "I am looking for [code|a program|a function] that {task}."},
      .held_out = {"Create a function that {task}.", "Define a function $sig that {task}.",
                   "Code a function called $f that {task}.", "How do I write $sig that {task}?"}};
  return frames;
}

const Phrasings& ChineseFrames() {
  static const Phrasings frames = {
      .train = {"写一个函数, {task}。", "写一个函数 $sig, {task}。", "请写一个函数 $sig, {task}。",
                "实现函数 $sig, {task}。", "编写一个函数, {task}。", "编写函数 $sig, {task}。",
                "请实现 $sig: {task}。", "请编写函数 $sig, 要求{task}。",
                "[实现|定义|设计]一个名为 $f 的函数, {task}。", "帮我写一个函数, {task}。",
                "写一段[程序|代码], {task}。", "请实现一个函数, {task}。",
                "完成函数 `$sig`: {task}。", "写函数 `$sig`, {task}。",
                "函数 $sig: {task}。[给出代码|请实现|请定义]。",
                "[怎样|如何][写|设计]一个函数, {task}?",
                "[需要|想要]一个函数, 它的[作用|任务]是: {task}。",
                "[任务|要求]: {task}。请[设计函数|写代码|给出实现]。",
                "用[代码|程序]实现: {task}。"},
      .held_out = {"定义函数 $sig, {task}。", "请给出函数 $sig 的实现, 它{task}。",
                   "写代码: {task}。", "请设计一个函数, {task}。"}};
  return frames;
}

std::string DrawBody(Rng& rng, const Telling& telling, const Phrasings& frames, Split split) {
  const auto framed = [&](const auto& frame, const auto& tasks) {
    return Fill(ChooseTexts(rng, rng.Pick(frame)), {{"task", ChooseTexts(rng, rng.Pick(tasks))}});
  };
  if (split == Split::kTrain) {
    if (rng.Chance(0.5)) return ChooseTexts(rng, rng.Pick(telling.statements));
    return framed(frames.train, telling.tasks);
  }
  switch (rng.Int(0, 2)) {
    case 0:
      return framed(frames.held_out, telling.tasks);
    case 1:
      return framed(frames.train, telling.tasks_held_out);
    default:
      return ChooseTexts(rng, rng.Pick(telling.statements_held_out));
  }
}

// Said of C++ always and of Python, the default, sometimes.
std::string WithProgrammingLanguage(Rng& rng, std::string body, Language language, bool cpp) {
  if (!cpp && !rng.Chance(0.3)) return body;
  const std::string name = cpp ? "C++" : "Python";
  const bool before = rng.Chance(0.35);
  const bool english = language == Language::kEnglish;
  const std::string_view clause =
      english ? before ? rng.Pick({"In {p}: ", "Use {p}. ", "{p}: "})
                       : rng.Pick({" Use {p}.", " Write it in {p}.", " Please use {p}.",
                                   " The program must be in {p}.", " In {p}, please."})
      : before
          ? rng.Pick({"用 {p} 实现: ", "请用 {p} 完成: ", "使用 {p}: "})
          : rng.Pick({"用 {p} 实现。", "请用 {p} 编写。", "请使用 {p}。", "要求用 {p} 实现。"});
  const std::string said = Fill(clause, {{"p", name}});
  return before ? said + body : body + said;
}

// Chinese is typed with half-width commas and spaces, without the spaces, or with full-width ones.
std::string Punctuated(Rng& rng, std::string_view text) {
  const int64_t style = rng.Int(0, 3);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool mark = text[i] == ',' || text[i] == ':';
    if (!mark || i + 1 == text.size() || text[i + 1] != ' ') {
      out += text[i];
      continue;
    }
    // Style 3 mixes: people who switch between two keyboards do.
    const int64_t chosen = style < 3 ? style : rng.Int(0, 2);
    if (chosen == 2) {
      out += text[i] == ',' ? "，" : "：";
    } else {
      out += text[i];
      if (chosen == 0) out += ' ';
    }
    ++i;
  }
  return out;
}

std::string CamelCase(std::string_view snake) {
  std::string out;
  for (size_t i = 0; i < snake.size(); ++i) {
    if (snake[i] != '_') {
      out += snake[i];
    } else if (++i < snake.size()) {
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(snake[i])));
    }
  }
  return out;
}

// A name without a meaning: "zofumi", "ta_kelu".
std::string InventedName(Rng& rng) {
  std::string name;
  for (int64_t syllables = rng.Int(2, 4); syllables > 0; --syllables) {
    name += rng.Pick({"b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "st"});
    name += rng.Pick({"a", "e", "i", "o", "u", "an", "er", "ol"});
    if (syllables > 1 && rng.Chance(0.2)) name += "_";
  }
  return name;
}

// Wide enough that the model must learn to copy a name rather than to know it.
std::string DrawFunctionName(Rng& rng, const Variant& variant) {
  std::string base(rng.Chance(0.3) ? variant.function : rng.Pick(variant.synonyms));
  if (rng.Chance(0.15)) {
    base = InventedName(rng);
  } else if (rng.Chance(0.35)) {
    base = std::string(rng.Pick({"find", "get", "compute", "solve", "make", "my", "do", "run",
                                 "fast", "simple", "calc", "new", "the", "give"})) +
           "_" + base;
  } else if (rng.Chance(0.15)) {
    base = rng.Pick({"solution", "solve", "answer", "run", "func", "my_func", "helper", "compute",
                     "work", "process", "task", "solve_it", "my_solution", "main_task"});
  }
  if (rng.Chance(0.08)) base += rng.Pick({"_fast", "_v2", "_simple", "2", "_helper"});
  return rng.Chance(0.25) ? CamelCase(base) : base;
}

bool IsNameByte(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// "$f", "$sig", ...: whether `pattern` holds just this variable, not a longer one.
bool Mentions(std::string_view pattern, std::string_view variable) {
  for (size_t at = pattern.find(variable); at != std::string_view::npos;
       at = pattern.find(variable, at + 1)) {
    const size_t end = at + variable.size();
    if (end == pattern.size() || !IsNameByte(pattern[end])) return true;
  }
  return false;
}

}  // namespace

std::string Names::Signature() const {
  std::string list;
  for (const std::string& argument : arguments) list += (list.empty() ? "" : ", ") + argument;
  return function + "(" + list + ")";
}

std::string DrawQuestionPattern(Rng& rng, const Telling& telling, Language language, Split split,
                                bool cpp) {
  const bool english = language == Language::kEnglish;
  std::string body = DrawBody(rng, telling, english ? EnglishFrames() : ChineseFrames(), split);
  if (!Mentions(body, "$f") && !Mentions(body, "$sig") && rng.Chance(0.25)) {
    body +=
        english
            ? rng.Pick({" Use the signature $sig.", " Function: `$sig`.", " Write $sig.",
                        " Name the function $f."})
            : rng.Pick({"函数签名为 $sig。", "函数: `$sig`。", "请实现 $sig。", "函数名为 $f。"});
  }
  body = WithProgrammingLanguage(rng, body, language, cpp);
  if (rng.Chance(0.06)) {
    body = std::string(english ? rng.Pick({"Problem: ", "Please help: ", "Question: "})
                               : rng.Pick({"题目: ", "请解答: ", "编程题: "})) +
           body;
  }
  return english ? body : Punctuated(rng, body);
}

std::string DrawExample(Rng& rng, const Case& example, Language language, Split split, bool cpp) {
  std::string inputs, values;
  for (size_t i = 0; i < example.arguments.size(); ++i) {
    const std::string value = ToSource(example.arguments[i], !cpp);
    inputs += (i == 0 ? "" : ", ") + std::string(kArgumentVariables[i]) + " = " + value;
    values += (i == 0 ? "" : ", ") + value;
  }
  const bool held_out = split == Split::kHeldOut && rng.Chance(0.3);
  const std::string_view sentence =
      language == Language::kEnglish
          ? held_out ? " Sample: {in} => {out}"
                     : rng.Pick({" Example: {in} -> {out}", " Example: {in}, result {out}.",
                                 " For example, $f({values}) returns {out}.",
                                 " For {in} the result is {out}.", "\nInput: {in}\nOutput: {out}"})
      : held_out ? "样例: {in} => {out}"
                 : rng.Pick({"示例: {in} -> {out}", "例如 {in} 时, 结果为 {out}。",
                             "例如 $f({values}) 返回 {out}。", "示例: {in}, 返回 {out}。",
                             "\n输入: {in}\n输出: {out}"});
  const bool positional = sentence.find("{values}") != std::string_view::npos;
  return Fill(sentence, {{positional ? "values" : "in", positional ? values : inputs},
                         {"out", ToSource(example.expected, !cpp)}});
}

Names DrawNames(Rng& rng, const AlgorithmSpec& spec, const Variant& variant,
                std::string_view pattern) {
  const bool signature = Mentions(pattern, "$sig");
  Names names;
  names.function_is_given = signature || Mentions(pattern, "$f");
  names.function = names.function_is_given ? DrawFunctionName(rng, variant) : variant.function;
  bool named = signature;
  for (const std::string_view variable : kArgumentVariables) named |= Mentions(pattern, variable);
  const uint64_t together = rng.Next();
  for (const auto& pool : spec.arguments) {
    const uint64_t drawn = spec.paired ? together : rng.Next();
    // The first name is the usual one, so it is drawn more often.
    const size_t index = named && drawn % 10 > 2 ? (drawn >> 8) % pool.size() : 0;
    names.arguments.emplace_back(pool[index]);
  }
  return names;
}

std::string Render(std::string_view pattern, const Names& names, const Words& words) {
  std::string out;
  for (size_t i = 0; i < pattern.size();) {
    if (pattern[i] != '$') {
      out += pattern[i++];
      continue;
    }
    size_t end = i + 1;
    while (end < pattern.size() && IsNameByte(pattern[end])) ++end;
    const std::string_view key = pattern.substr(i + 1, end - i - 1);
    i = end;
    if (key == "f") {
      out += names.function;
    } else if (key == "sig") {
      out += names.Signature();
    } else if (key.size() == 1 && key[0] >= 'a' && key[0] <= 'c') {
      const auto index = static_cast<size_t>(key[0] - 'a');
      LEMMA_CHECK(index < names.arguments.size(), "a text names an argument that is not there");
      out += names.arguments[index];
    } else {
      const auto word = std::find_if(words.begin(), words.end(),
                                     [&](const auto& entry) { return entry.first == key; });
      LEMMA_CHECK(word != words.end(), ("unknown variable in " + std::string(pattern)).c_str());
      out += Render(word->second, names, words);
    }
  }
  return out;
}

}  // namespace lemma::train
