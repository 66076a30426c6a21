// Calls one function of the program LEMMA_PROGRAM: LEMMA_FUNCTION, or with LEMMA_SOLUTION the
// method of that name of its class Solution. Arguments come as a JSON array on standard input, the
// result goes as JSON to standard output; what the program prints goes to standard error.
// Parameters and results are bool, char, integers, floating point, std::string, and std::vector of
// these, nested.
#include <bits/stdc++.h>
#include <unistd.h>
// What LeetCode has in scope, so that its solutions compile as they are pasted.
using namespace std;
#define main lemma_program_main
#include LEMMA_PROGRAM
#undef main

namespace lemma_call {

// Reads the JSON that the judge wrote.
class Reader {
 public:
  explicit Reader(std::string text) : text_(std::move(text)) {}

  void Expect(char c) {
    if (Peek() != c) Fail();
    ++at_;
  }
  char Peek() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  void Read(bool& value) {
    value = Peek() == 't';
    const std::string word = value ? "true" : "false";
    if (text_.compare(at_, word.size(), word) != 0) Fail();
    at_ += word.size();
  }
  void Read(char& value) {
    std::string text;
    Read(text);
    if (text.size() != 1) Fail();
    value = text[0];
  }
  void Read(std::string& value) {
    Expect('"');
    value.clear();
    while (at_ < text_.size() && text_[at_] != '"')
      value += text_[at_] == '\\' ? Escape() : text_[at_++];
    Expect('"');
  }
  template <class T>
    requires std::is_arithmetic_v<T>
  void Read(T& value) {
    Peek();
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc()) Fail();
    at_ += static_cast<size_t>(end - begin);
    if (Peek() != ',' && Peek() != ']') Fail();  // 1.5 for an int
  }
  template <class T>
  void Read(std::vector<T>& values) {
    values.clear();
    Expect('[');
    while (Peek() != ']') {
      if (!values.empty()) Expect(',');
      T value{};
      Read(value);
      values.push_back(std::move(value));
    }
    Expect(']');
  }

 private:
  [[noreturn]] void Fail() { throw std::runtime_error("an argument does not fit its parameter"); }
  // The judge escapes quotes, backslashes and control characters alone.
  char Escape() {
    const char c = text_.at(at_ + 1);
    at_ += 2;
    static const std::string kNames = "bfnrt", kMeanings = "\b\f\n\r\t";
    if (const size_t i = kNames.find(c); i != std::string::npos) return kMeanings[i];
    if (c != 'u') return c;
    at_ += 4;
    return static_cast<char>(std::stoi(text_.substr(at_ - 4, 4), nullptr, 16));
  }

  std::string text_;
  size_t at_ = 0;
};

void Write(std::ostream& out, bool value) { out << (value ? "true" : "false"); }
void Write(std::ostream& out, const std::string& value) {
  out << '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out << '\\' << c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out << "\\u00" << "01"[c >> 4] << "0123456789abcdef"[c & 15];
    } else {
      out << c;
    }
  }
  out << '"';
}
void Write(std::ostream& out, char value) { Write(out, std::string(1, value)); }
template <class T>
  requires std::is_arithmetic_v<T>
void Write(std::ostream& out, T value) {
  out << std::setprecision(17) << +value;
}
template <class T>
void Write(std::ostream& out, const std::vector<T>& values) {
  out << '[';
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out << ',';
    Write(out, static_cast<T>(values[i]));
  }
  out << ']';
}

template <class Tuple>
Tuple ReadArguments() {
  Reader reader{std::string(std::istreambuf_iterator<char>(std::cin), {})};
  Tuple arguments;
  bool first = true;
  const auto read = [&](auto& argument) {
    if (!first) reader.Expect(',');
    first = false;
    reader.Read(argument);
  };
  reader.Expect('[');
  std::apply([&](auto&... argument) { (read(argument), ...); }, arguments);
  reader.Expect(']');
  return arguments;
}

template <class Result, class... Parameters, class Call>
void Run(Call call) {
  const int results = dup(1);
  dup2(2, 1);
  auto arguments = ReadArguments<std::tuple<std::decay_t<Parameters>...>>();
  std::ostringstream out;
  if constexpr (std::is_void_v<Result>) {
    std::apply(call, arguments);
    out << "null";
  } else {
    Write(out, std::apply(call, arguments));
  }
  const std::string text = out.str();
  for (size_t at = 0; at < text.size();) {
    const ssize_t n = write(results, text.data() + at, text.size() - at);
    if (n <= 0) _exit(1);
    at += static_cast<size_t>(n);
  }
}

template <class R, class... P>
void RunFunction(R (*function)(P...)) {
  Run<R, P...>([&](auto&... a) -> R { return function(a...); });
}
template <class C, class R, class... P>
void RunMethod(R (C::*method)(P...)) {
  Run<R, P...>([&](auto&... a) -> R { return (C().*method)(a...); });
}
template <class C, class R, class... P>
void RunMethod(R (C::*method)(P...) const) {
  Run<R, P...>([&](auto&... a) -> R { return (C().*method)(a...); });
}

}  // namespace lemma_call

int main() {
#ifdef LEMMA_SOLUTION
  lemma_call::RunMethod(&Solution::LEMMA_FUNCTION);
#else
  lemma_call::RunFunction(&LEMMA_FUNCTION);
#endif
}
