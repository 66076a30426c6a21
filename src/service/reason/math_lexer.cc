#include "service/reason/math_lexer.h"

#include <algorithm>
#include <optional>

#include "common/text/unicode.h"
#include "service/reason/answer_words.h"
#include "service/reason/math_number_text.h"
#include "service/reason/math_symbols.h"
#include "service/reason/text_util.h"
#include "service/reason/units.h"

namespace lemma::reason {
namespace {

// Longest first where one begins as another.
struct PlainOperator {
  std::string_view spelled;
  std::string_view canonical;
};
constexpr PlainOperator kPlainOperators[] = {
    {"+/-", "+-"}, {"**", "^"}, {"<=", "l"}, {"=<", "l"}, {">=", "g"}, {"==", "="},
    {":=", "="},   {"+", "+"},  {"-", "-"},  {"*", "*"},  {"/", "/"},  {"^", "^"},
    {"_", "_"},    {"(", "("},  {")", ")"},  {"[", "["},  {"]", "]"},  {"{", "{"},
    {"}", "}"},    {",", ","},  {";", ";"},  {"|", "|"},  {"=", "="},  {"<", "<"},
    {">", ">"},    {":", ":"},  {"!", "!"},  {"%", "%"},  {"'", "'"},
};
constexpr std::string_view kFunctionsBeforeLetter[] = {"sin", "cos", "tan", "cot", "sec",
                                                       "csc", "ln",  "log", "lg"};

bool IsCjk(char32_t c) {
  return c >= 0x2E80 && text::ClassOf(c) == text::CharClass::kLetter && c < 0xFF00;
}

// ASCII for the full-width forms of ASCII, which Chinese text uses.
char32_t Narrow(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFEE0;
  return c == U'。' ? U'.' : c == U'【' ? U'[' : c == U'】' ? U']' : c;
}

std::string NarrowText(std::string_view from) {
  std::string to;
  for (size_t at = 0; at < from.size();) {
    const text::DecodedChar decoded = text::DecodeUtf8(from, at);
    text::AppendUtf8(decoded.valid ? Narrow(decoded.c) : U'\uFFFD', to);
    at += decoded.length;
  }
  return to;
}

class Lexer {
 public:
  explicit Lexer(std::string_view input) : in_(input) {}

  Result<std::vector<Token>> Run() {
    while (at_ < in_.size()) LEMMA_RETURN_IF_ERROR(ReadOne());
    Emit(TokenKind::kEnd, "");
    return std::move(tokens_);
  }

 private:
  Status ReadOne() {
    const char c = in_[at_];
    if (IsSpace(c) || c == '$' || c == '~' || c == '"' || c == '`') return Skip();
    if (const size_t end = NumberEnd(in_, at_, /*comma_groups=*/depth_ == 0); end != at_) {
      Emit(TokenKind::kNumber, NumberText(in_.substr(at_, end - at_)));
      at_ = end;
      return Ok();
    }
    if (c == '\\') return ReadCommand();
    if (IsLetter(c)) return ReadLetters();
    if (static_cast<unsigned char>(c) >= 0x80) return ReadUnicode();
    if (c == '.') return ReadPeriod();
    if (c == '&') return EmitAndAdvance(TokenKind::kStructure, "cell", 1);
    return ReadOperator();
  }

  Status Skip() {
    ++at_;
    space_ = true;
    return Ok();
  }

  void Emit(TokenKind kind, std::string text) {
    // Words that stand together are one text.
    if (kind == TokenKind::kText && !tokens_.empty() && tokens_.back().kind == kind) {
      tokens_.back().text += ' ' + text;
    } else {
      tokens_.push_back({kind, std::move(text), space_});
    }
    space_ = false;
  }

  Status EmitAndAdvance(TokenKind kind, std::string_view text, size_t n_bytes) {
    at_ += n_bytes;
    if (text == "(" || text == "[" || text == "set{") ++depth_;
    if ((text == ")" || text == "]" || text == "set}") && depth_ > 0) --depth_;
    Emit(kind, std::string(text));
    return Ok();
  }

  Status ReadPeriod() {
    // The end of a sentence, or of "C. 12".
    if (at_ + 1 < in_.size() && in_[at_ + 1] == '.') return InvalidArgument("an ellipsis");
    return Skip();
  }

  Status ReadOperator() {
    const std::string_view rest = in_.substr(at_);
    // "5!=120" is a factorial; "x != 5" is not.
    if (rest.starts_with("!=") && space_) return EmitAndAdvance(TokenKind::kOperator, "n", 2);
    for (const auto& [spelled, canonical] : kPlainOperators) {
      if (rest.starts_with(spelled)) {
        return EmitAndAdvance(TokenKind::kOperator, canonical, spelled.size());
      }
    }
    return InvalidArgument("a sign without meaning");
  }

  Status ReadUnicode() {
    const text::DecodedChar decoded = text::DecodeUtf8(in_, at_);
    if (IsCjk(decoded.c)) return ReadCjk();
    if (SuperscriptDigit(decoded.c)) return ReadSuperscript();
    if (const std::string_view digits = FractionDigits(decoded.c); !digits.empty()) {
      Emit(TokenKind::kStructure, "frac");  // ½
      return EmitAndAdvance(TokenKind::kNumber, digits, decoded.length);
    }
    const SymbolMeaning* meaning = FindSign(decoded.c);
    if (meaning == nullptr) return InvalidArgument("a sign of unknown meaning");
    if (meaning->kind == TokenKind::kSkip) {
      at_ += decoded.length - 1;
      return Skip();
    }
    return EmitAndAdvance(meaning->kind, meaning->text, decoded.length);
  }

  // x² and 10¹², of which all digits are one exponent.
  Status ReadSuperscript() {
    std::string digits;
    while (at_ < in_.size()) {
      const text::DecodedChar decoded = text::DecodeUtf8(in_, at_);
      const std::optional<char> digit = SuperscriptDigit(decoded.c);
      if (!digit) break;
      digits += *digit;
      at_ += decoded.length;
    }
    Emit(TokenKind::kOperator, "^");
    Emit(TokenKind::kOperator, "{");
    Emit(TokenKind::kNumber, std::move(digits));
    Emit(TokenKind::kOperator, "}");
    return Ok();
  }

  Status ReadCjk() {
    const size_t begin = at_;
    while (at_ < in_.size()) {
      const text::DecodedChar decoded = text::DecodeUtf8(in_, at_);
      if (!IsCjk(decoded.c)) break;
      at_ += decoded.length;
    }
    EmitWord(in_.substr(begin, at_ - begin));
    return Ok();
  }

  // A word of which the meaning is looked up.
  void EmitWord(std::string_view word) {
    const std::string lower = Lower(word);
    if (const SymbolMeaning* meaning = FindWord(lower)) {
      Emit(meaning->kind, std::string(meaning->text));
    } else {
      Emit(TokenKind::kText, lower);
    }
  }

  void EmitLetter(char c) {
    const bool is_constant = c == 'e' || c == 'i';
    Emit(is_constant ? TokenKind::kConstant : TokenKind::kName, std::string(1, c));
  }

  bool FollowsOperand() const {
    if (tokens_.empty()) return false;
    const Token& last = tokens_.back();
    return last.kind == TokenKind::kNumber || last.kind == TokenKind::kConstant ||
           last.kind == TokenKind::kText || last.IsOperator(")") || last.IsOperator("}");
  }

  Status ReadLetters() {
    size_t end = at_;
    while (end < in_.size() && IsLetter(in_[end])) ++end;
    const std::string_view word = in_.substr(at_, end - at_);
    at_ = end;
    const size_t next = std::min(in_.find_first_not_of(' ', at_), in_.size() - 1);
    if ((Lower(word) == "negative" || word == "minus") && IsDigit(in_[next])) {
      Emit(TokenKind::kOperator, "-");
    } else if (word.size() == 1 && (EmitHalfOfDay(word[0]) || EmitSpeed(word[0]))) {
    } else if (word.size() == 1) {
      EmitLetter(word[0]);
    } else if (!tokens_.empty() && tokens_.back().kind == TokenKind::kText &&
               FindWord(word) == nullptr) {
      Emit(TokenKind::kText, Lower(word));  // miles per hour
    } else if (word == "in" && !tokens_.empty() && tokens_.back().kind == TokenKind::kName) {
      Emit(TokenKind::kOperator, "in");
    } else if (FollowsOperand() && (IsKnownUnit(word) || IsSquare(word))) {
      Emit(TokenKind::kText, Lower(word));
    } else if (FindWord(word) != nullptr) {
      EmitWord(word);
    } else if (!EmitFunctionAndLetter(word)) {
      const bool is_long = word.size() >= kWordLettersMin;
      if (IsPlainWord(word) || (is_long && FindWord(Lower(word)) != nullptr)) {
        EmitWord(word);
      } else if (is_long) {
        Emit(TokenKind::kText, std::string(word));  // ABCD is not abcd
      } else {
        for (const char c : word) EmitLetter(c);
      }
    }
    return Ok();
  }

  // The "sq" of "sq. units".
  bool IsSquare(std::string_view word) const {
    return word == "sq" && in_.substr(at_).starts_with(". ");
  }

  // The rest of "a.m." or "p.m.", after its first letter.
  bool EmitHalfOfDay(char letter) {
    const std::string rest = Lower(in_.substr(at_, 2));
    if (rest != ".m" || !FollowsOperand()) return false;
    at_ += rest.size();
    Emit(TokenKind::kText, Lower(std::string_view(&letter, 1)) + rest);
    return true;
  }

  // The letters of m/s, and those after the stroke of km/h.
  bool EmitSpeed(char letter) {
    const std::string_view rest = in_.substr(at_);
    const bool is_metre = letter == 'm' && FollowsOperand() && rest.starts_with("/s") &&
                          (rest.size() == 2 || !IsLetter(rest[2]));
    const size_t n = tokens_.size();
    const bool is_below = n >= 2 && tokens_[n - 1].IsOperator("/") &&
                          tokens_[n - 2].kind == TokenKind::kText &&
                          (letter == 's' || letter == 'h');
    if (is_metre || is_below) Emit(TokenKind::kText, std::string(1, letter));
    return is_metre || is_below;
  }

  // "sinx"
  bool EmitFunctionAndLetter(std::string_view word) {
    for (const std::string_view function : kFunctionsBeforeLetter) {
      if (word.size() != function.size() + 1 || !word.starts_with(function)) continue;
      Emit(TokenKind::kFunction, std::string(function));
      EmitLetter(word.back());
      return true;
    }
    return false;
  }

  Status ReadCommand() {
    size_t end = at_ + 1;
    while (end < in_.size() && IsLetter(in_[end])) ++end;
    if (end == at_ + 1 && end < in_.size()) ++end;  // a sign: \% \{ \\ .
    const std::string_view name = in_.substr(at_ + 1, end - at_ - 1);
    const SymbolMeaning* meaning = FindCommand(name);
    if (meaning == nullptr) meaning = FindWord(name);
    if (meaning == nullptr) return ReadNamedLetter(name, end);
    switch (meaning->kind) {
      case TokenKind::kSkip:
        at_ = end;
        if ((name == "left" || name == "right") && at_ < in_.size() && in_[at_] == '.') ++at_;
        space_ = true;
        return Ok();
      case TokenKind::kFont:
        at_ = end;
        return ReadFont(name);
      case TokenKind::kStructure:
        if (meaning->text == "begin" || meaning->text == "end") {
          return ReadEnvironment(std::string(meaning->text), end);
        }
        [[fallthrough]];
      default:
        return EmitAndAdvance(meaning->kind, meaning->text, end - at_);
    }
  }

  // \alpha, \Omega: a name. Other commands have no meaning here.
  Status ReadNamedLetter(std::string_view name, size_t end) {
    constexpr std::string_view kGreek[] = {
        "delta", "epsilon", "zeta",  "eta", "iota", "kappa", "mu",    "nu",      "xi",    "rho",
        "sigma", "tau",     "phi",   "chi", "psi",  "omega", "Gamma", "Delta",   "Theta", "Lambda",
        "Xi",    "Pi",      "Sigma", "Phi", "Psi",  "Omega", "angle", "triangle"};
    for (const std::string_view letter : kGreek) {
      if (name == letter) return EmitAndAdvance(TokenKind::kName, name, end - at_);
    }
    return InvalidArgument("the command \\" + std::string(name.substr(0, 32)));
  }

  // The text between braces at at_, if there is one on the spot: no braces inside.
  std::optional<std::string_view> FlatGroup() {
    size_t begin = at_;
    while (begin < in_.size() && IsSpace(in_[begin])) ++begin;
    if (begin >= in_.size() || in_[begin] != '{') return std::nullopt;
    const size_t end = in_.find_first_of("{}", begin + 1);
    if (end == in_.npos || in_[end] != '}') return std::nullopt;
    at_ = end + 1;
    return in_.substr(begin + 1, end - begin - 1);
  }

  // \text{ cm}, \mathrm{C}, \mathbb{R}. What holds digits or formulas is read as if it were not in
  // the font.
  Status ReadFont(std::string_view font) {
    const size_t begin = at_;
    const std::optional<std::string_view> group = FlatGroup();
    if (!group) return font == "mathbb" ? ReadBareNumberSet() : Ok();
    const std::string_view words = Trim(*group);
    if (font == "mathbb" && words.size() == 1) return EmitNumberSet(words[0]);
    const bool is_plain = words.find_first_of("0123456789$\\=()<>") == words.npos;
    if (words.empty()) return Ok();
    if (words.size() == 1 && IsLetter(words[0])) {
      EmitLetterInFont(words[0]);
    } else if (is_plain && words.find_first_not_of(" .,;:") != words.npos) {
      EmitWords(TrimPunctuation(words));
    } else {
      at_ = begin;  // the group's tokens follow
    }
    return Ok();
  }

  // Words, or the quotient of a unit, "m/s", or words and the one that parts two answers.
  void EmitWords(std::string_view words) {
    const size_t end = FollowsOperand() ? words.find('/') : words.npos;
    if (end != words.npos) {
      EmitWord(Trim(words.substr(0, end)));
      Emit(TokenKind::kOperator, "/");
      words.remove_prefix(end + 1);
    }
    const size_t parts = words.ends_with(" and") ? words.rfind(' ') : words.size();
    EmitWord(Trim(words.substr(0, parts)));
    if (parts < words.size()) Emit(TokenKind::kOperator, "and");
  }

  // After a number a letter in upright type is a unit: 5\text{ m}.
  void EmitLetterInFont(char c) {
    if (FollowsOperand() && IsKnownUnit(std::string_view(&c, 1))) {
      Emit(TokenKind::kText, std::string(1, c));
    } else {
      EmitLetter(c);
    }
  }

  // \mathbb R
  Status ReadBareNumberSet() {
    while (at_ < in_.size() && IsSpace(in_[at_])) ++at_;
    if (at_ == in_.size() || !IsLetter(in_[at_])) return Ok();
    return EmitNumberSet(in_[at_++]);
  }

  Status EmitNumberSet(char c) {
    const char* name = c == 'R'   ? "reals"
                       : c == 'Z' ? "integers"
                       : c == 'N' ? "naturals"
                       : c == 'Q' ? "rationals"
                       : c == 'C' ? "complexes"
                                  : nullptr;
    if (name == nullptr) {
      EmitLetter(c);
    } else {
      Emit(TokenKind::kConstant, name);
    }
    return Ok();
  }

  // One token "begin:pmatrix" or "end:pmatrix".
  Status ReadEnvironment(std::string which, size_t end) {
    at_ = end;
    const std::optional<std::string_view> name = FlatGroup();
    if (!name) return InvalidArgument("an environment without a name");
    if (which == "begin" && *name == "array") FlatGroup();  // the columns' alignment
    Emit(TokenKind::kStructure, which + ":" + std::string(*name));
    return Ok();
  }

  std::string_view in_;
  size_t at_ = 0;
  int depth_ = 0;       // of ( [ \{
  bool space_ = false;  // before the next token
  std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Token>> LexAnswer(std::string_view text) {
  if (text.size() > kAnswerBytesMax) {
    return Status(StatusCode::kTooLarge, "an answer of so many bytes");
  }
  const std::string narrow = NarrowText(text);
  return Lexer(narrow).Run();
}

}  // namespace lemma::reason
