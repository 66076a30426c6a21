// Writes what Lemma's tokenizer and chat templates make of generated inputs, for
// compare_tokenizer.mjs to compare with the reference implementations.
//
//   tokenizer_corpus OUT_DIR QWEN_DIR COUNT SEED
//
// Reads QWEN_DIR/tokenizer.json and tokenizer_config.json; trains a small vocabulary of its own.
// Writes into OUT_DIR, one JSON object a line: qwen.jsonl and trained.jsonl (encode and decode
// cases), templates.jsonl; and the trained tokenizer.json and tokenizer_config.json.
#include <utf8proc.h>

#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/text/chat_template.h"
#include "common/text/detokenizer.h"
#include "common/text/tokenizer.h"
#include "common/text/unicode.h"
#include "train/tokenizer/bpe_trainer.h"

namespace lemma {
namespace {

namespace json = boost::json;
using text::Tokenizer;

struct CodePoints {
  char32_t first;
  char32_t last;
};

// Blocks whose characters differ in class, in normalising or in direction.
constexpr CodePoints kBlocks[] = {
    {0x0000, 0x001F},   {0x0020, 0x007E},   {0x007F, 0x009F},   {0x00A0, 0x017F},
    {0x0250, 0x02FF},   {0x0300, 0x036F},   {0x0370, 0x03FF},   {0x0400, 0x04FF},
    {0x0530, 0x05FF},   {0x0600, 0x06FF},   {0x0700, 0x07BF},   {0x0900, 0x0DFF},
    {0x0E00, 0x0FFF},   {0x1000, 0x109F},   {0x10A0, 0x10FF},   {0x1100, 0x11FF},
    {0x1200, 0x139F},   {0x1680, 0x16FF},   {0x1780, 0x18AF},   {0x1AB0, 0x1AFF},
    {0x1D00, 0x1FFF},   {0x2000, 0x206F},   {0x2070, 0x218F},   {0x2190, 0x23FF},
    {0x2460, 0x27BF},   {0x2C00, 0x2DFF},   {0x3000, 0x30FF},   {0x3130, 0x33FF},
    {0x4E00, 0x9FFF},   {0xA000, 0xABFF},   {0xAC00, 0xD7A3},   {0xE000, 0xE0FF},
    {0xF900, 0xFAFF},   {0xFB00, 0xFDFF},   {0xFE00, 0xFEFF},   {0xFF00, 0xFFFD},
    {0x10000, 0x105FF}, {0x10A00, 0x10AFF}, {0x11000, 0x114FF}, {0x12000, 0x123FF},
    {0x16A00, 0x16FFF}, {0x1D100, 0x1D7FF}, {0x1E000, 0x1E95F}, {0x1F000, 0x1FAFF},
    {0x20000, 0x2FA1F}, {0x30000, 0x3134F}, {0xE0000, 0xE01EF}};

const std::vector<std::string> kWords = {
    "the",      " the",     "Hello",    " world",     "it's",     "WE'LL",       " I've",
    "they're",  "'S",       "'t",       "can't",      "O'Neil",   "rock'n'roll", "'",
    "''",       "\u2019s",  "'\u017F",  "strawberry", " theorem", "Führer",      "naïve",
    "Straße",   "İstanbul", "ǅ",        "ﬁne",        "Ångström", "нещо",        " на Български",
    "Ελληνικά", "עברית",    " العربية", "١٢٣",        "हिन्दी",    "ภาษาไทย",     "កាន់តែ",
    "中文",     "求和：",   "数学题。", "日本語の",   "カタカナ", "ﾊﾝｶｸ",        "한국어",
    "각",       "0",        "42",       "3.14159",    "1,000",    "½",           "Ⅷ",
    "x²",       "10⁻³",     "٪"};
const std::vector<std::string> kSpaces = {
    " ",      "  ",     "    ",   "\t",     "\n",     "\n\n",   "\r\n",   "\r",     "\v",
    "\f",     " \n",    "\n ",    "\t\t",   "\u00A0", "\u1680", "\u2003", "\u2028", "\u2029",
    "\u202F", "\u205F", "\u3000", "\uFEFF", "\u0085", "\u200B", "\u180E"};
const std::vector<std::string> kCode = {"def f(x):\n    return x\n",
                                        "for (int i = 0; i < n; ++i) {\n",
                                        "}\n",
                                        "\t}",
                                        " == ",
                                        "!=",
                                        "->",
                                        "::",
                                        "std::vector<int>",
                                        "#include <cstdio>\n",
                                        "// ",
                                        "/* */",
                                        "\"\\n\"",
                                        "'a'",
                                        "x[i+1]",
                                        "&&",
                                        "||",
                                        "===",
                                        "...",
                                        "<?php",
                                        "</div>",
                                        "@@",
                                        "```python\n",
                                        "```\n",
                                        "1e-9",
                                        "0xFF",
                                        "SELECT * FROM t;"};
const std::vector<std::string> kLatex = {"\\frac{1}{2}",
                                         "$x^2$",
                                         "$$",
                                         "\\[",
                                         "\\]",
                                         "\\boxed{42}",
                                         "\\sum_{i=1}^{n}",
                                         "\\alpha",
                                         "\\left(",
                                         "\\right)",
                                         " \\cdot ",
                                         "\\sqrt[3]{x}",
                                         "\\text{ cm}",
                                         "a_{ij}",
                                         "\\\\",
                                         "&=",
                                         "\\begin{aligned}",
                                         "\\mathbb{R}",
                                         "\\pmod{7}",
                                         "≤",
                                         "∑",
                                         "√",
                                         "π",
                                         "×",
                                         "−"};
const std::vector<std::string> kMarks = {"e\u0301",       "\u0301",       "a\u0323\u0302",
                                         "a\u0302\u0323", "\u0344",       "o\u0308\u0304",
                                         "\u212B",        "\u2126",       "\u1100\u1161\u11A8",
                                         "\u1100\u1161",  "\uAC00\u11A8", "\u11A8",
                                         "\u0915\u093C",  "\u0958",       "\u0F73",
                                         "\U0001D15E",    "\u304B\u3099", "\u09C7\u09BE",
                                         ">\u0338",       "=\u0338",      "\u0B47\u0B56",
                                         "n\u0303",       "\u1E9B\u0323", "\uFB1D",
                                         "\u0340",        "\u0374"};
const std::vector<std::string> kEmoji = {"😀",
                                         "👍🏽",
                                         "👨‍👩‍👧‍👦",
                                         "🏳️‍🌈",
                                         "🇩🇪",
                                         "🇨",
                                         "1️⃣",
                                         "❤️",
                                         "🦙",
                                         "🚀🚀",
                                         "👩🏿‍💻",
                                         "☺",
                                         "🫠"};
const std::vector<std::string> kControl = {"<|im_start|>",
                                           "<|im_end|>",
                                           "<|endoftext|>",
                                           "<think>",
                                           "</think>",
                                           "<tool_call>",
                                           "<|im_end",
                                           "|>",
                                           "<|",
                                           "<think",
                                           "<|im_start|><|im_end|>",
                                           "<|fim_prefix|>",
                                           "\u202E",
                                           "\u200D",
                                           "\u2066"};

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  std::string Text() {
    std::string text;
    // Half of the texts are of one kind and half mix them all.
    const size_t only = random_() % 2 == 0 ? random_() % kKinds : kKinds;
    for (size_t n = 1 + random_() % 12; n > 0; --n) {
      AppendPiece(only < kKinds ? only : random_() % kKinds, text);
      if (random_() % 16 == 0) text += kSpaces[random_() % kSpaces.size()];
    }
    return text;
  }

  // Ids of any tokens, so that their bytes are often no UTF-8.
  std::vector<text::TokenId> Ids(int32_t vocab_size) {
    std::vector<text::TokenId> ids(1 + random_() % 10);
    for (auto& id : ids) {
      const bool is_byte = random_() % 2 == 0;
      id = static_cast<text::TokenId>(random_() %
                                      (is_byte ? 256u : static_cast<uint32_t>(vocab_size)));
    }
    return ids;
  }

  size_t Below(size_t n) { return random_() % n; }

 private:
  static constexpr size_t kKinds = 9;

  void AppendPiece(size_t kind, std::string& text) {
    switch (kind) {
      case 0:
        return AppendOneOf(kWords, text);
      case 1:
        return AppendOneOf(kSpaces, text);
      case 2:
        return AppendOneOf(kCode, text);
      case 3:
        return AppendOneOf(kLatex, text);
      case 4:
        return AppendOneOf(kMarks, text);
      case 5:
        return AppendOneOf(kEmoji, text);
      case 6:
        return AppendOneOf(kControl, text);
      case 7:
        return AppendRun(text);
      default:
        return AppendBlock(text);
    }
  }

  void AppendOneOf(const std::vector<std::string>& pieces, std::string& text) {
    text += pieces[random_() % pieces.size()];
  }

  // One character many times, or a few that alternate.
  void AppendRun(std::string& text) {
    const std::string unit = std::string(1, static_cast<char>(0x20 + random_() % 0x5F)) +
                             (random_() % 2 == 0 ? "" : kSpaces[random_() % kSpaces.size()]);
    for (size_t n = random_() % 40; n > 0; --n) text += unit;
  }

  // Characters of one block, assigned in the Unicode of utf8proc: engines of different ages
  // disagree on newer ones.
  void AppendBlock(std::string& text) {
    const CodePoints& block = kBlocks[random_() % std::size(kBlocks)];
    for (size_t n = 1 + random_() % 8; n > 0; --n) {
      const char32_t c = block.first + random_() % (block.last - block.first + 1);
      const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
      if (category != UTF8PROC_CATEGORY_CN && category != UTF8PROC_CATEGORY_CS) {
        text::AppendUtf8(c, text);
      }
    }
  }

  std::mt19937 random_;
};

std::string Decoded(const Tokenizer& tokenizer, const std::vector<text::TokenId>& ids) {
  text::Detokenizer stream(tokenizer, /*skip_special=*/false);
  std::string decoded;
  for (const text::TokenId id : ids) decoded += stream.Push(id);
  return decoded + stream.Finish();
}

std::string Line(const json::object& entry) { return json::serialize(entry) + "\n"; }

// {"text", "ids", "decoded", "round_trip"} for texts, the last without recognising added tokens;
// {"ids", "decoded"} for ids.
std::string TokenizerCases(const Tokenizer& tokenizer, Generator& generator, size_t n_texts) {
  std::string lines;
  for (size_t i = 0; i < n_texts; ++i) {
    const std::string text = generator.Text();
    const auto ids = tokenizer.Encode(text, text::SpecialTokens::kRecognize);
    const auto plain_ids = tokenizer.Encode(text, text::SpecialTokens::kAsText);
    lines += Line({{"text", text},
                   {"ids", json::value_from(ids)},
                   {"decoded", Decoded(tokenizer, ids)},
                   {"round_trip", Decoded(tokenizer, plain_ids)}});
  }
  for (size_t i = 0; i < n_texts / 10; ++i) {
    const auto ids = generator.Ids(tokenizer.vocab_size());
    lines += Line({{"ids", json::value_from(ids)}, {"decoded", Decoded(tokenizer, ids)}});
  }
  return lines;
}

Result<std::string> TemplateCases(const std::vector<std::string>& templates, Generator& generator) {
  std::string lines;
  for (const std::string& source : templates) {
    LEMMA_ASSIGN_OR_RETURN(const auto known, text::ChatTemplate::FromTemplateText(source, "case"));
    for (int i = 0; i < 200; ++i) {
      std::vector<text::ChatMessage> messages;
      if (i % 2 == 0) messages.push_back({"system", generator.Text()});
      const size_t n_turns = 1 + generator.Below(5);
      for (size_t turn = 0; turn < n_turns; ++turn) {
        if (generator.Below(4) == 0) messages.push_back({"system", generator.Text()});
        messages.push_back({turn % 2 == 0 ? "user" : "assistant", generator.Text()});
      }
      const bool add_generation_prompt = generator.Below(2) == 0;
      json::array listed;
      for (const auto& m : messages) listed.push_back({{"role", m.role}, {"content", m.content}});
      LEMMA_ASSIGN_OR_RETURN(const auto rendered, known.Render(messages, add_generation_prompt));
      lines += Line({{"template", source},
                     {"messages", listed},
                     {"add_generation_prompt", add_generation_prompt},
                     {"rendered", rendered}});
    }
  }
  return lines;
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// The template of Qwen2 as it was published.
constexpr std::string_view kQwen2Template =
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

// Every template that Lemma recognises; the one of Qwen2.5 comes from its tokenizer_config.json.
Result<std::vector<std::string>> RecognizedTemplates(const std::string& tokenizer_config) {
  const json::value parsed = json::parse(tokenizer_config);
  const std::string qwen25(parsed.at("chat_template").as_string());
  const std::string math =
      Replaced(qwen25, "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
               R"(Reason step by step; the answer within \\boxed{}.)");
  // As first published, with doubled braces in the text about tools.
  const std::string call = R"({\"name\": <function-name>, \"arguments\": <args-json-object>})";
  const std::string first_qwen25 = Replaced(qwen25, call, "{" + call + "}");
  if (math == qwen25 || first_qwen25 == qwen25) {
    return DataLoss("the chat_template of Qwen2.5 is not as expected");
  }
  return std::vector<std::string>{std::string(text::kLemmaMiniChatTemplate),
                                  std::string(kQwen2Template), qwen25, math, first_qwen25};
}

Status WriteAll(const std::filesystem::path& out, const std::filesystem::path& qwen, size_t count,
                uint32_t seed) {
  Generator generator(seed);
  LEMMA_ASSIGN_OR_RETURN(const auto file,
                         ReadFile(qwen / "tokenizer.json", text::kTokenizerFileBytesMax));
  LEMMA_ASSIGN_OR_RETURN(const auto tokenizer, Tokenizer::FromJson(file, "tokenizer.json"));
  LEMMA_RETURN_IF_ERROR(
      WriteFileAtomically(out / "qwen.jsonl", TokenizerCases(tokenizer, generator, count)));

  train::BpeTrainer trainer;
  for (int i = 0; i < 20'000; ++i) trainer.Add(generator.Text());
  LEMMA_ASSIGN_OR_RETURN(const auto trained_file, trainer.Train(2048));
  LEMMA_ASSIGN_OR_RETURN(const auto trained, Tokenizer::FromJson(trained_file, "trained"));
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(out / "tokenizer.json", trained_file));
  LEMMA_RETURN_IF_ERROR(WriteFileAtomically(out / "tokenizer_config.json",
                                            train::TokenizerConfigJson(trained, 4096)));
  LEMMA_RETURN_IF_ERROR(
      WriteFileAtomically(out / "trained.jsonl", TokenizerCases(trained, generator, count / 10)));

  LEMMA_ASSIGN_OR_RETURN(const auto config, ReadFile(qwen / "tokenizer_config.json", 1 << 20));
  LEMMA_ASSIGN_OR_RETURN(const auto templates, RecognizedTemplates(config));
  LEMMA_ASSIGN_OR_RETURN(const auto template_cases, TemplateCases(templates, generator));
  return WriteFileAtomically(out / "templates.jsonl", template_cases);
}

}  // namespace
}  // namespace lemma

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: tokenizer_corpus OUT_DIR QWEN_DIR COUNT SEED\n");
    return 2;
  }
  const lemma::Status status = lemma::WriteAll(argv[1], argv[2], std::stoul(argv[3]),
                                               static_cast<uint32_t>(std::stoul(argv[4])));
  if (!status.ok()) {
    std::fprintf(stderr, "tokenizer_corpus: %s\n", status.ToString().c_str());
    return 1;
  }
  return 0;
}
